"""What `doctor` looks at on the machine: programs, ports, disk, the built page."""

import getpass
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from hub.bench.listener import listener
from hub.broker.errors import NoBrokerError
from hub.broker.launch import broker_command
from hub.cli import redis_server
from hub.cli.errors import CommandFailed
from hub.cli.finding import Finding, fail, ok, warn
from hub.cli.ports import is_free
from hub.serve.static import DIST
from hub.settings import Settings

PYTHONS = ((3, 11), (3, 12))
"""Versions of Python that the locked packages have wheels for (pyproject.toml)."""
PORTS = ("http_port", "mqtt_port", "redis_port")
NODE = 20
"""Oldest Node that builds the page."""
LITTLE_BYTES = 2 * 1024**3
"""Free space below which the disk is worth a look: Redis rewrites its file beside the old one."""
FULL_BYTES = 512 * 1024**2
"""Free space below which Redis may soon fail to write, and nothing is acknowledged."""


def machine(settings: Settings, ours: frozenset[int]) -> list[Finding]:
    """Check the machine; ``ours`` are the ports on which the running city answered."""
    found = [python(sys.version_info[:3]), node(), broker(settings), redis(settings)]
    found += [port(name, getattr(settings, name), ours) for name in PORTS]
    return [*found, *data_dir(settings.data_dir), page()]


def python(version: tuple[int, ...]) -> Finding:
    """Check the version of Python."""
    text = ".".join(map(str, version))
    if version[:2] in PYTHONS:
        return ok("python", text)
    known = " or ".join(".".join(map(str, each)) for each in PYTHONS)
    return fail("python", f"{text} is not supported", f"use Python {known}: make PYTHON=python3.12")


def node() -> Finding:
    """Check Node: it builds the page and runs the embedded broker."""
    program = find("node")
    if program is None:
        return warn("node", "none found; it builds the page", "install Node 20, or run `make demo`")
    text = _said(program, "--version")
    major = re.match(r"v(\d+)", text)
    if major is None or int(major.group(1)) < NODE:
        return warn("node", f"{text or 'no answer'} at {program}", "install Node 20 or newer")
    return ok("node", f"{text} at {program}")


def broker(settings: Settings) -> Finding:
    """Check that `demo` has a broker to start."""
    if settings.mqtt_url:
        return ok("broker program", "not needed: CITYHUB_MQTT_URL names a broker")
    folder = settings.data_dir.resolve() / "broker"
    try:
        plan = broker_command(
            find, port=settings.mqtt_port, data_dir=folder, user=getpass.getuser()
        )
    except NoBrokerError as error:
        return fail("broker program", str(error), "run `make demo`, which installs one")
    kind = "MQTT 5 and 3.1.1" if plan.mqtt5 else "MQTT 3.1.1 only"
    return ok("broker program", f"{plan.description} at {plan.argv[0]}, {kind}")


def redis(settings: Settings) -> Finding:
    """Check that `demo` has a redis-server to start, one that opens the data."""
    if settings.redis_url:
        return ok("redis program", "not needed: CITYHUB_REDIS_URL names a Redis")
    folder = settings.data_dir.resolve() / "redis"
    try:
        plan = redis_server.plan(settings.redis_port, folder, settings.redis_memory)
    except CommandFailed as error:
        return fail("redis program", error.problem, error.remedy)
    return ok("redis program", f"{plan.description} at {plan.argv[0]}")


def port(setting: str, number: int, ours: frozenset[int]) -> Finding:
    """Check whether a port is free, or who has it."""
    name = f"port {number}"
    if is_free(number):
        return ok(name, f"free ({setting})")
    if number in ours:
        return ok(name, f"this city's ({setting})")
    holder = listener(number)
    who = f"{holder.name()} (pid {holder.pid})" if holder else "a process of another user"
    remedy = f"`demo` takes the next free port; or end it, or set CITYHUB_{setting.upper()}"
    return warn(name, f"taken by {who} ({setting})", remedy)


def data_dir(folder: Path) -> list[Finding]:
    """Check that data can be written, and for how long."""
    folder = folder.resolve()
    there = next(each for each in (folder, *folder.parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        remedy = "make it writable, or set CITYHUB_DATA_DIR to a folder that is"
        return [fail("data folder", f"{there} is not writable", remedy)]
    state = "writable" if there == folder else "not there yet, can be made"
    return [ok("data folder", f"{folder}, {state}"), space(shutil.disk_usage(there).free)]


def space(free: int) -> Finding:
    """Check the free space in bytes."""
    text = f"{free / 1024**3:.1f} GiB free"
    if free < FULL_BYTES:
        return fail("disk", text, "make room: when Redis cannot write, nothing is acknowledged")
    if free < LITTLE_BYTES:
        return warn("disk", text, "make room: Redis writes its file anew beside the old one")
    return ok("disk", text)


def page(dist: Path = DIST) -> Finding:
    """Check that the page is built."""
    if (dist / "index.html").is_file():
        return ok("page", "built")
    return fail("page", "not built: the API works, the screen does not", "run `make demo`")


def find(program: str) -> str | None:
    """Find a program on PATH, or beside this Python: `make` may have put Node there."""
    return shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))


def _said(program: str, *arguments: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 the program that was found
            [program, *arguments], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return answer.stdout.strip()
