"""The rooms of the design: who may import whom, and what a pure room must not do."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

EDGES = frozenset({
    "hub.act", "hub.archive", "hub.bench", "hub.broker", "hub.ingest", "hub.log", "hub.mqtt",
    "hub.serve", "hub.work", "hub.edge", "hub.settings", "hub",
})  # fmt: skip
"""Rooms with I/O, which meet in the processes; `hub` itself holds the version and nothing else."""

MAY_IMPORT: dict[str, frozenset[str]] = {
    "hub.model": frozenset({"hub.model"}),
    "hub.core": frozenset({"hub.core", "hub.model"}),
    "hub.sdk": frozenset({"hub.sdk", "hub.core", "hub.model"}),
    "hub.cli": EDGES | {"hub.cli", "hub.sdk", "hub.core", "hub.model", "sensors"},
    "sensors.city": frozenset({"sensors.city", "hub.model"}),
    "sensors": frozenset({"sensors", "sensors.city", "hub.model"}),
    "scenarios": frozenset({"scenarios", "hub.sdk"}),
    **{room: EDGES | {"hub.sdk", "hub.core", "hub.model"} for room in EDGES},
    "hub": frozenset(),
}
"""Which rooms of ours each room may import: edges → core → model, scenarios → sdk only, sensors →
model only, and nobody cli. The most particular name wins."""

PURE = ("hub.model", "hub.core", "sensors.city", "scenarios")
"""Rooms that are a function of what they are given."""

BANNED_MODULES = frozenset({
    "asyncio", "glob", "http", "io", "logging", "multiprocessing", "os", "random", "redis",
    "secrets", "select", "shutil", "signal", "socket", "sqlite3", "structlog", "subprocess",
    "tempfile", "threading", "time", "urllib", "uuid",
})  # fmt: skip
"""Clocks, randomness, I/O and logging: a pure room does not even import them."""

BANNED_NAMES = frozenset({"pathlib.Path", "pathlib.PosixPath"})
"""Names out of modules that are else allowed: `PurePath` is pure, `Path` reads the disk."""

PURE_OF_SYS = frozenset({"intern", "maxsize"})
"""What `sys` has that is neither I/O nor the machine's own."""

BANNED_CALLS = frozenset({"open", "input", "print", "hash", "id", "exec", "eval", "breakpoint"})
"""Built-ins that do I/O, or whose answer differs between two runs (`hash` of a text, `id`)."""

BANNED_METHODS = frozenset({"now", "utcnow", "today"})
"""Of `datetime` and `date`: the machine's clock."""

SCENARIO_LIBRARIES = frozenset({
    "msgspec", "bisect", "collections", "dataclasses", "enum", "fractions", "functools", "heapq",
    "itertools", "math", "operator", "re", "statistics", "string", "typing",
})  # fmt: skip
"""What a scenario may import beside the SDK: pure modules of the standard library, and msgspec."""


def room_of(module: str) -> str:
    """Return the room that a module belongs to: its most particular name in the table."""
    parts = module.split(".")
    for length in range(len(parts), 0, -1):
        name = ".".join(parts[:length])
        if name in MAY_IMPORT:
            return name
    return ""


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of all that a module imports, `from a import b` as `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            prefix = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{prefix}.{alias.name}") for alias in node.names)


def breaches(module: str, source: str) -> list[str]:
    """Return what a module does against the rules, one line each."""
    tree = ast.parse(source)
    room = room_of(module)
    found = [*_forbidden_rooms(module, room, tree)]
    if room.startswith("scenarios"):
        found += _forbidden_libraries(module, tree)
    if any(module == pure or module.startswith(f"{pure}.") for pure in PURE):
        found += _impurities(module, tree)
    return found


def _forbidden_rooms(module: str, room: str, tree: ast.AST) -> Iterator[str]:
    for line, name in imported(tree):
        if name.startswith("."):
            yield f"{module}:{line} imports {name}: write the whole name"
        if name.split(".")[0] not in ("hub", "sensors", "scenarios", "tests", "tools"):
            continue
        target = room_of(name)
        if target not in MAY_IMPORT.get(room, frozenset()):
            yield f"{module}:{line} imports {name}: {room or module} may not"


def _forbidden_libraries(module: str, tree: ast.AST) -> Iterator[str]:
    own = module.split(".")[1:2]
    for line, name in imported(tree):
        top = name.split(".")[0]
        if top == "scenarios" and name.split(".")[1:2] != own:
            yield f"{module}:{line} imports {name}: a scenario has its own view of a payload"
        if top not in SCENARIO_LIBRARIES and top not in ("hub", "scenarios"):
            yield f"{module}:{line} imports {name}: a scenario has the SDK and pure modules"


def _impurities(module: str, tree: ast.AST) -> Iterator[str]:
    for line, name in imported(tree):
        if name.split(".")[0] in BANNED_MODULES or name in BANNED_NAMES:
            yield f"{module}:{line} imports {name}: a pure room has no clock, chance, I/O or log"
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called in BANNED_CALLS:
                yield f"{module}:{node.lineno} calls {called}()"
            case ast.Call(func=ast.Attribute(attr=method)) if method in BANNED_METHODS:
                yield f"{module}:{node.lineno} asks the machine's clock: {method}()"
            case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name not in PURE_OF_SYS:
                yield f"{module}:{node.lineno} uses sys.{name}"
            case ast.AsyncFunctionDef() | ast.Await():
                yield f"{module}:{node.lineno} is asynchronous: a pure room waits for nothing"


def _modules() -> list[tuple[str, Path]]:
    found = []
    for top in ("hub", "sensors", "scenarios"):
        for path in sorted((ROOT / top).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found.append((".".join(parts).removesuffix(".__init__"), path))
    return found


def test_the_rooms_hold() -> None:
    """Every module of the hub, the sensors and the scenarios keeps to the table above."""
    modules = _modules()
    assert len(modules) > 100, "the walk does not see the tree"
    found = [line for name, path in modules for line in breaches(name, path.read_text("utf-8"))]
    assert not found, "\n".join(found)


def test_every_package_of_the_hub_has_its_row() -> None:
    """A new room is no room without rules: it gets its row in the table."""
    packages = {f"hub.{path.parent.name}" for path in (ROOT / "hub").glob("*/__init__.py")}
    single = {f"hub.{path.stem}" for path in (ROOT / "hub").glob("*.py")} - {"hub.__init__"}
    assert packages | single <= MAY_IMPORT.keys()


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.model.event", "from hub.core.store import Store"),
        ("hub.core.machine", "import hub.log.log"),
        ("hub.core.machine", "from hub import settings"),
        ("hub.core.machine", "from .store import Store"),
        ("hub.core.machine", "def late():\n    from hub.sdk import Scenario"),
        ("hub.sdk.scenario", "from hub.log.log import Log"),
        ("hub.serve.app", "from hub.cli.main import app"),
        ("hub.settings", "import hub.cli"),
        ("scenarios.parking.rules", "from hub.core.context import Context"),
        ("scenarios.parking.rules", "from hub.model.instant import MINUTE"),
        ("scenarios.parking.rules", "import requests"),
        ("scenarios.parking.rules", "from scenarios.hospital.messages import HospitalFound"),
        ("scenarios.parking.rules", "import numpy as np"),
        ("sensors.publisher", "from hub.ingest.decode import decode"),
        ("sensors.publisher", "from hub.settings import Settings"),
        ("sensors.city.lot", "from sensors.publisher import Publisher"),
        ("hub.new.room", "from hub.model.event import Event"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str) -> None:
    """The checker itself fails on each kind of import against the table."""
    assert breaches(module, source)


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "from time import monotonic",
        "import random",
        "from os import urandom",
        "import uuid",
        "import logging",
        "from structlog import get_logger",
        "from pathlib import Path",
        "import socket, asyncio",
        "from datetime import datetime\nx = datetime.now()",
        "import datetime\nx = datetime.datetime.utcnow()",
        "import datetime\nx = datetime.datetime.today()",
        "x = open('a')",
        "print('a')",
        "import sys\nsys.stdout.write('a')",
        "x = hash('a')",
        "x = id(object())",
        "async def wait() -> None: ...",
    ],
)
@pytest.mark.parametrize("module", ["hub.core.machine", "hub.model.event", "sensors.city.lot"])
def test_an_impurity_is_found(module: str, source: str) -> None:
    """The checker itself fails on clocks, chance, I/O, logs and unstable built-ins."""
    assert breaches(module, source)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("hub.core.machine", "from hub.model.event import Event\nimport msgspec, heapq"),
        ("hub.core.trace", "from pathlib import PurePath"),
        ("hub.model.instant", "from datetime import UTC, datetime\nx = datetime(1970, 1, 1)"),
        ("hub.log.clock", "import time\nx = time.time_ns()"),
        ("hub.cli.demo", "from hub.cli.ports import free\nfrom sensors.app import run"),
        ("hub.serve.app", "from hub import __version__"),
        ("sensors.city.lot", "import sys\nx = sys.intern('a')"),
        ("sensors.link", "import time\nfrom sensors.city.city import City"),
        ("scenarios.parking.rules", "from enum import StrEnum\nfrom hub.sdk import MINUTE"),
    ],
)
def test_what_is_allowed_is_not_reported(module: str, source: str) -> None:
    """The checker is no nuisance: what the table allows passes."""
    assert not breaches(module, source)
