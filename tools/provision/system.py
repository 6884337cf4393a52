"""Programs of the operating system: the two servers, the browser, a Chinese font."""

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from provision.errors import SetupError
from provision.step import run, timed

# Servers lie in sbin, which a plain user's PATH often lacks.
SERVER_FOLDERS = ("/usr/sbin", "/usr/local/sbin")
# What the tests need: program → Debian package.
_TEST_PROGRAMS = {
    "mosquitto": "mosquitto",
    "mosquitto_pub": "mosquitto-clients",
    "redis-server": "redis-server",
    "chromium": "chromium",
}
_FONT_PACKAGE = "fonts-noto-cjk"
_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
_POLICY = Path("/usr/sbin/policy-rc.d")


def find_program(name: str) -> str | None:
    """Return the path of a program on PATH or in a folder of servers."""
    folders = (os.environ.get("PATH", os.defpath), *SERVER_FOLDERS)
    return shutil.which(name, path=os.pathsep.join(folders))


def require_redis() -> None:
    """Check that a redis-server is there, or that the embedded one can be installed."""
    embedded = platform.system() == "Linux" and platform.machine() == "x86_64"
    if embedded or find_program("redis-server"):
        return
    raise SetupError(
        f"no redis-server on PATH, and the embedded one does not exist for "
        f"{platform.system()} on {platform.machine()}.",
        "install it (Debian: apt-get install redis-server; macOS: brew install redis).",
    )


def require_test_programs(root: Path) -> None:
    """Install what the tests need and is missing; name it where that cannot be done."""
    missing = missing_packages()
    if not missing:
        return
    debian = Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None
    if not (debian and os.geteuid() == 0):
        raise SetupError(
            f"the tests need {', '.join(missing)}, which this machine lacks.",
            f"as root on Debian: apt-get install {' '.join(missing)}; elsewhere install the "
            "programs of these names.",
        )
    remedy = f"apt-get install {' '.join(missing)} by hand, and read what it says."
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with timed(f"Debian packages: {' '.join(missing)}"), services_kept_down():
        run(["apt-get", "update"], remedy, cwd=root, env=quiet)
        install = ["apt-get", "install", "--yes", "--no-install-recommends", *missing]
        run([*install], remedy, cwd=root, env=quiet)


def missing_packages() -> list[str]:
    """Return the Debian names of what the tests need and this machine lacks."""
    missing = [package for name, package in _TEST_PROGRAMS.items() if not find_program(name)]
    if not _has_chinese_font():
        missing.append(_FONT_PACKAGE)
    return missing


@contextmanager
def services_kept_down(policy: Path = _POLICY) -> Iterator[None]:
    """Keep Debian from starting the servers it installs: no listener that nobody asked for.

    Debian asks `policy-rc.d` first; 101 means "not allowed". One that is there already is kept.
    """
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink()


def _has_chinese_font() -> bool:
    if platform.system() == "Darwin":
        return True
    return any(next(Path(folder).rglob("*CJK*"), None) for folder in _FONT_FOLDERS)
