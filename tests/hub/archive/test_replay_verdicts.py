"""Verdicts in a recording: a replay stops the calls that the worker stopped."""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.archive.replay_core import Played, Recorded, Sink, replay_core
from hub.archive.replay_golden import golden_lines
from hub.archive.replay_pace import Control
from hub.archive.replay_plan import Plan
from hub.archive.writer import RecordingWriter
from hub.core.guard import Guard, Stopped
from hub.core.handler import Handler
from hub.core.machine import Machine
from hub.model.event import VERDICT, Event, Logged, Position
from hub.model.output import Forward, Incident, Output
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.support.machine import after, card, reading

CODE = """
from hub.sdk import Context, Level, Payload, Scenario

fast = Scenario("fast", title="快", title_en="Fast", description="")
HIGH = fast.alert("high", "高")


class Value(Payload, frozen=True):
    value: int


@fast.on("city.test.value")
def judges(ctx: Context, said: Value) -> None:
    if said.value >= 10:
        ctx.raise_alert(HIGH, str(said.value), Level.RED, "高")
"""

VALUES = (1, 11, 13, 12, 17, 13)
"""Above 10 is an alert; 12 and the first 13 were stopped by the deadline, the second 13 was not.

Played anew, 12 has another ordinal: the verdict on 13 comes before it.
"""


class Deadline(Guard):
    """Stops the third reading and the fourth, as a clock would have."""

    def __init__(self) -> None:
        self._calls = 0

    def run(
        self, _handler: Handler, _cause: str, function: Callable[..., Any], *arguments: object
    ) -> Any:
        """Call, but not for the third time and the fourth."""
        self._calls += 1
        if self._calls in {3, 4}:
            raise Stopped("deadline", "it took too long")
        return function(*arguments)


Outputs = dict[str, list[Output]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the scenario's folder."""
    found = tmp_path / "fast"
    found.mkdir()
    (found / "scenario.py").write_text(CODE, encoding="utf-8")
    return found


@pytest.fixture
def worked(folder: Path) -> tuple[Path, Outputs]:
    """Return a recording of two workers, and what they put out.

    A forwarded event comes behind the next reading, as in a hub that runs: replayed anew, ordinals
    are others.
    """
    names, path = Partitioning().names, folder.parent / "log.mcap"
    machines = {
        name: Machine(name, load_all(str(folder)), Partitioning(), guard=Deadline())
        for name in names
    }
    outputs: Outputs = {name: [] for name in names}
    log: list[Logged] = []

    def append(partition: str, event: Event, second: int) -> list[Forward]:
        machine = machines[partition]
        logged = Logged(Position(partition, machine.offset + 1), after(second), event)
        log.append(logged)
        machine.apply(logged)
        found = machine.outputs()
        outputs[partition] += found
        return [each for each in found if isinstance(each, Forward)]

    waiting: deque[Forward] = deque()
    events = [reading("a", {"value": each}, id=str(n)) for n, each in enumerate(VALUES)]
    for second, event in enumerate([card("a"), *events, reading("b", {"value": 0}, id="end")]):
        late = list(waiting)
        waiting = deque(append("d1", event, second))
        for forward in late:
            waiting += append(forward.partition, forward.event, second)
    assert not waiting
    with path.open("wb") as stream, RecordingWriter(stream, {"created_by": "test"}) as writer:
        for logged in log:
            writer.write(logged)
    assert [each.event.type for each in log].count(VERDICT) == 2
    return path, outputs


class Collector(Sink):
    """Keeps all outputs by partition."""

    def __init__(self) -> None:
        super().__init__(Control())
        self.found: Outputs = {name: [] for name in Partitioning().names}

    def take(self, partition: str, output: Output) -> None:
        """Keep one."""
        self.found[partition].append(output)


def replayed(plan: Plan) -> Outputs:
    """Return what a replay puts out."""
    sink = Collector()
    way = Recorded if plan.as_recorded else Played
    city = way(plan.registry(), plan.partitioning, sink, plan.verdicts())
    log = plan.prepare().log()
    replay_core(log, city, sink, pace=None, control=Control(), progress=lambda *_: None)
    return sink.found


def places(outputs: Outputs) -> list[str]:
    """Return where alerts were raised, in order."""
    found = [msgspec.json.decode(e.json) for e in outputs["city"] if isinstance(e, Incident)]
    return [each["place"] for each in found]


def test_as_recorded_it_puts_out_what_was_put_out(
    worked: tuple[Path, Outputs], folder: Path
) -> None:
    """Every output of both partitions, the letter of the deadline among them."""
    path, outputs = worked
    assert places(outputs) == ["11", "17", "13"]
    assert replayed(Plan(path, setting=str(folder), as_recorded=True)) == outputs


def test_played_anew_the_same_call_is_stopped(worked: tuple[Path, Outputs], folder: Path) -> None:
    """By the place of its event in the log, though ordinals are others; a verdict comes once."""
    path, outputs = worked
    found = replayed(Plan(path, setting=str(folder)))
    assert places(found) == places(outputs)
    told = [e for e in found["d1"] if isinstance(e, Forward) and e.event.type == VERDICT]
    assert len(told) == 2


@pytest.mark.parametrize("as_recorded", [True, False])
def test_the_golden_output_has_no_alert_of_a_stopped_call(
    worked: tuple[Path, Outputs], folder: Path, *, as_recorded: bool
) -> None:
    """`cityhub compare` and the pytest fixture read their lines by this way."""
    path, _ = worked
    lines = golden_lines(Plan(path, setting=str(folder), as_recorded=as_recorded))
    alerts = [each for each in lines if each["kind"] == "alert"]
    assert len(alerts) == 3
