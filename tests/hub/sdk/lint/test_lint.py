"""The lint: what a scenario may not do, found where it stands, with what to do instead."""

from pathlib import Path
from textwrap import dedent

import pytest

from hub.sdk.lint import Problem, lint, lint_source
from hub.sdk.loading import BUILT_IN

HEAD = "from hub.sdk import Context\n"


def found(code: str) -> list[Problem]:
    """Return what the lint says of a scenario `mine`."""
    return lint_source({"mine/scenario.py": dedent(code)}, "mine")


def within(body: str) -> list[Problem]:
    """Return what the lint says of a handler's body."""
    code = "import datetime, random, math\nfrom random import Random\nKNOWN: dict[str, int] = {}\n"
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    return found(f"{code}def level(ctx, said, state):\n{lines}\n")


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        ("import time\ntime.time()", "ctx.now"),
        ("datetime.datetime.now()", "ctx.now"),
        ("datetime.date.today()", "ctx.now"),
        ("random.random()", "ctx.cause"),
        ("random.shuffle(state.lots)", "ctx.cause"),
        ("Random()", "ctx.cause"),
        ("open('x')", "ctx.do"),
        ("print(said)", "ctx.count"),
        ("input()", "ctx.do"),
        ("eval('1')", "write it out"),
        ("hash(said.name)", "value itself"),
        ("id(said)", "value itself"),
        ("import asyncio\nasyncio.sleep(1)", "ctx.start"),
        ("import os\nos.environ['X']", "Config"),
        ("import os\nos.getpid()", "ctx.do"),
        ("import logging\nlogging.info('x')", "ctx.count"),
        ("import threading\nthreading.Thread()", "ctx.do"),
        ("import subprocess\nsubprocess.run([])", "ctx.do"),
        ("import socket as s\ns.socket()", "ctx.do"),
        ("from uuid import uuid4\nuuid4()", "ctx.cause"),
        ("from pathlib import Path\nPath('x')", "ctx.do"),
    ],
)
def test_clock_chance_and_io_are_refused(body: str, remedy: str) -> None:
    """The call is named, and what to do instead."""
    assert any(remedy in problem.remedy for problem in within(body)), within(body)


@pytest.mark.parametrize(
    "body",
    [
        "KNOWN['a'] = 1",
        "KNOWN.update(a=1)",
        "del KNOWN['a']",
        "KNOWN['a'] += 1",
        "KNOWN['a'].append(1)",
        "math.pi = 3",
        "global COUNT\nCOUNT = 1",
        "level.count = 1",
        "def inner():\n    KNOWN.clear()\ninner()",
        "def inner(seen=[]):\n    pass",
        "[KNOWN.pop(x) for x in said.names]",
    ],
)
def test_memory_in_the_module_is_refused(body: str) -> None:
    """Whatever way it is changed."""
    assert [problem.rule for problem in within(body)] == ["memory"]
    assert "State" in within(body)[0].remedy


@pytest.mark.parametrize(
    "body",
    [
        "for x in {1, 2}: ctx.hide(x)",
        "for x in set(said.names): ctx.hide(x)",
        "names = {x.name for x in said.lots}\nfor x in names: ctx.hide(x)",
        "return [x for x in frozenset(said.names)]",
        "return {x: 1 for x in set(said.names)}",
        "return list(set(said.names))",
        "return ', '.join(set(said.names))",
        "return ', '.join(str(x) for x in {1, 2})",
        "state.names.extend(set(said.names))",
        "return sum({0.1, 0.2})",
        "return sum(x.value for x in set(said.lots))",
        "return [*{1, 2}]",
        "names: set[str] = said.get()\nreturn tuple(names)",
        "for x in set(said.a) | set(said.b): ctx.hide(x)",
        "for x in said.a.keys() - said.b: ctx.hide(x)",
        "names = set(said.names)\nreturn names.pop()",
        "def go(names: set[str] | None):\n    for x in names: ctx.hide(x)\ngo(None)",
    ],
)
def test_the_order_of_a_set_is_refused(body: str) -> None:
    """It differs between two processes."""
    assert {problem.rule for problem in within(body)} == {"order"}, within(body)
    assert "sorted" in within(body)[0].remedy


def test_a_field_that_is_a_set_is_known() -> None:
    """By the annotation of the scenario's own classes, also in another file."""
    sources = {
        "mine/state.py": "from hub.sdk import State\nclass S(State):\n    names: set[str]\n",
        "mine/scenario.py": "def level(state):\n    for name in state.names:\n        pass\n",
    }
    (problem,) = lint_source(sources, "mine")
    assert (problem.file, problem.line) == ("mine/scenario.py", 2)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("import requests", "action"),
        ("import numpy", "libraries go into actions"),
        ("from hub.core.context import Context", "hub.sdk"),
        ("from hub.model.instant import MINUTE", "hub.sdk"),
        ("from scenarios.parking.messages import LotChanged", "Payload"),
        ("from cityhub_scenario_other import x", "Payload"),
        ("from ..other import x", "Payload"),
        ("import os.path", "action"),
    ],
)
def test_imports_are_held_to_the_list(line: str, told: str) -> None:
    """The SDK, pure modules, own files."""
    (problem,) = found(f"{line}\n")
    assert told in problem.remedy


GOOD = """
from __future__ import annotations
import heapq, math, random
from collections import Counter
from datetime import datetime, UTC
from random import Random
import msgspec
from hub.sdk import Context, Scenario
from mine_not import nothing  # lint: allow, it is generated beside this file
from scenarios.mine.rules import LIMIT
from cityhub_scenario_mine.words import text
from .tables import TABLE

KNOWN = {"a": 1}
KNOWN["b"] = 2
NAMES = frozenset({"a", "b"})

def hash(text): return len(text)

def level(ctx, said, state):
    state.names.append(said.name)
    state.seen["a"] = KNOWN["a"]
    dice = Random(ctx.cause)
    dice.random()
    hash("a")
    datetime(2026, 1, 1, tzinfo=UTC)
    KNOWN = {}
    KNOWN["a"] = 1
    for name in sorted(NAMES):
        ctx.hide(name)
    if said.name in NAMES or any(name == said.name for name in NAMES):
        names = set(state.names)
        names.add("x")
        return len(names), max(names), sum(name < "b" for name in names), names & NAMES
    for name in dict.fromkeys(state.names):
        ctx.hide(name)
"""


def test_good_code_is_left_alone() -> None:
    """Tables of the module are read, seeded chance drawn, sets asked, own names used."""
    assert found(GOOD) == []


ACTION = """
import httpx
from hub.sdk import Context, Job, Scenario

async def notify(job, data):
    import smtplib
    print(data)
    async with httpx.AsyncClient() as client:
        await client.post("http://localhost", json=data)
"""


def test_an_action_may_do_io() -> None:
    """What only actions use may be imported on top."""
    assert found(ACTION) == []


def test_what_an_action_uses_is_no_handlers() -> None:
    """The same import, used in a handler too."""
    problems = found(f"{ACTION}\ndef level(ctx):\n    httpx.get('http://localhost')\n")
    assert {problem.rule for problem in problems} == {"import", "call"}


def test_a_line_is_allowed_with_a_reason_only() -> None:
    """The reason is for the next reader."""
    assert found("import numpy  # lint: allow, pure arithmetic, pinned") == []
    assert len(found("import numpy  # lint: allow")) == 1


def test_a_problem_says_where_and_what_to_do(tmp_path: Path) -> None:
    """File below the scenario's parent, line, remedy; tests of the scenario are free."""
    folder = tmp_path / "noise"
    folder.mkdir()
    (folder / "scenario.py").write_text("\nimport time\n")
    (folder / "test_scenario.py").write_text("import time\n")
    (problem,) = lint(folder)
    assert str(problem).startswith("noise/scenario.py:2: imports time. A handler has no I/O")


def test_no_python_is_told(tmp_path: Path) -> None:
    """A file that does not parse does not hide the others."""
    (tmp_path / "a.py").write_text("def (\n")
    (tmp_path / "b.py").write_text("import time\n")
    assert [problem.rule for problem in lint(tmp_path)] == ["syntax", "import"]


@pytest.mark.parametrize(
    "name", sorted(path.parent.name for path in BUILT_IN.glob("*/scenario.py"))
)
def test_the_built_in_scenarios_pass(name: str) -> None:
    """They are the examples."""
    assert [str(problem) for problem in lint(BUILT_IN / name)] == []
