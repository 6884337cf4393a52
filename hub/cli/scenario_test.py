"""`cityhub scenario test`: does it load, is it pure, does its feed lead to the golden outputs?"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

from hub.cli.finding import Finding, fail, ok, warn
from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.sdk.lint import lint
from hub.sdk.loading import load
from hub.sdk.testing import Kit, KitError
from hub.sdk.testing.feed import read
from hub.sdk.testing.golden import SWITCH
from hub.sdk.testing.survival import survives

FEED_LINES = 2_000
"""Lines of a feed that are given; more would take longer than a person waits."""
TEST_SECONDS = 300
"""Seconds: most time the tests of one scenario may take."""

TOLD_LINES = 60
"""Most lines of what pytest said about failures; the last ones tell most."""


def examine(folder: Path, say: Callable[[str], None]) -> list[Finding]:
    """Return what is found of a scenario; ``say`` is told what is being looked at."""
    say("loading")
    found = [_loads(folder)]
    found += _lint(folder)
    if found[0].verdict == "ok":
        for feed in sorted(folder.glob("*.jsonl")):
            say(feed.name)
            found.append(_feed(folder, feed))
        say("running its tests")
        found.append(_tests(folder))
    return found


def _loads(folder: Path) -> Finding:
    try:
        declaration = load(folder)
        Registry([declaration])
    except BadScenario as error:
        return fail("loads", f"{error.where}: {error.problem}", error.remedy)
    return ok("loads", _summary(declaration))


def _summary(declaration: Declaration) -> str:
    parts = {
        "handler": len(declaration.written()),
        "layer": len(declaration.layers),
        "tile": len(declaration.tiles),
        "kind of alert": len(declaration.alerts),
    }
    counted = [f"{count} {_plural(what, count)}" for what, count in parts.items()]
    return f"{declaration.name}: {', '.join(counted)}"


def _plural(what: str, count: int) -> str:
    if count == 1:
        return what
    return what.replace("kind of", "kinds of") + "s"


def _lint(folder: Path) -> list[Finding]:
    found = lint(folder)
    if not found:
        return [ok("lint", "no clock, no chance, no I/O, no memory outside its state")]
    return [fail("lint", f"{each.file}:{each.line} {each.problem}", each.remedy) for each in found]


def _feed(folder: Path, feed: Path) -> Finding:
    """Give a feed, killed at every line and not at all, and compare with its golden file."""
    golden = folder / "golden" / feed.name
    try:
        lines = list(read(feed))[:FEED_LINES]
        kit = survives(partial(Kit, folder), lines)
        kit.matches(golden)
    except KitError as error:
        remedy = f"see the difference; `cityhub scenario test {folder.name} --write` if it is meant"
        return fail(feed.name, str(error), remedy)
    what = "written" if os.environ.get(SWITCH) == "write" else "as in"
    detail = f"{len(lines)} lines, {len(kit.outputs())} outputs {what} golden/{feed.name}"
    return ok(feed.name, f"{detail}, the same when killed after any line")


def _tests(folder: Path) -> Finding:
    places = (folder, Path("tests/scenarios") / folder.name)
    tests = [str(each) for each in places if any(each.rglob("test_*.py"))]
    if not tests:
        return warn("tests", "none", "write one: `cityhub scenario new` shows how")
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.xml"
        done = _pytest([*tests, f"--junitxml={report}"])
        counts = _counts(report)
    if done.returncode:
        told = "\n".join((done.stdout + done.stderr).strip().splitlines()[-TOLD_LINES:])
        return fail("tests", f"{counts}\n{told}", "correct what failed, see below")
    return ok("tests", counts)


def _pytest(words: list[str]) -> subprocess.CompletedProcess[str]:
    own = [
        "-q",
        "--no-header",
        "--tb=short",
        "-rN",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
    ]
    command = [sys.executable, "-m", "pytest", *own, "-p", "hub.sdk.pytest_plugin", *words]
    return subprocess.run(  # noqa: S603 our own command
        command, capture_output=True, text=True, timeout=TEST_SECONDS, check=False
    )


def _counts(report: Path) -> str:
    if not report.is_file():
        return "they did not run"
    suite = ET.parse(report).find("testsuite")  # noqa: S314 pytest wrote it just now
    facts = suite.attrib if suite is not None else {}
    number = {name: int(facts.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    passed = number["tests"] - number["failures"] - number["errors"] - number["skipped"]
    more = [f"{count} {what}" for what, count in number.items() if what != "tests" and count]
    return ", ".join([f"{passed} passed", *more])
