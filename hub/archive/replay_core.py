"""Replaying through the core, in process: no broker, no Redis, and at full speed no waiting.

Two ways: `Played` lets today's scenarios derive everything anew from what came from outside; the
partitions run as one city, in order of log time. `Recorded` works each partition's log exactly as
it was written, forwarded events included, as its worker did: it proves that the recorded outputs
follow from the recorded log. Either stops the calls that the log says were stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from functools import partial
from itertools import islice
from typing import Protocol

from msgspec import Struct, field

from hub.archive.golden import Golden
from hub.archive.replay_pace import Control, Pace
from hub.core import guard
from hub.core.city import City
from hub.core.digest import Digest
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.model.event import Event, Logged
from hub.model.instant import Instant
from hub.model.output import Incident, Output
from hub.model.partition import Partitioning
from hub.model.verdict import Verdict

CHUNK = 2_000
"""Events that pass in bulk between two looks at the keyboard: some 20 ms."""

Progress = Callable[[int, Instant], None]
"""Called with the events done and the log time reached."""


class CoreReport(Struct):
    """What a replay through the core did; ``digest`` of all outputs in order and the end state."""

    events: int = 0
    outputs: dict[str, int] = field(default_factory=dict)
    digest: str = ""
    stopped: bool = False
    drift: float = 0.0


class Way(Protocol):
    """A city that takes in a log."""

    def feed(self, log: Iterable[Logged]) -> int:
        """Take in events in bulk; return how many."""

    def one(self, logged: Logged) -> None:
        """Take in one event, and tell the golden output which."""

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""


class Sink:
    """Takes all outputs of a run: into the digest, and into the golden output where one is made.

    ``at`` returns what is being worked and the log time, as the golden output tells it.
    """

    def __init__(self, control: Control, golden: Golden | None = None) -> None:
        self.digest = Digest()
        self.golden = golden
        self.at: Callable[[], tuple[str, Instant]] = lambda: ("", 0)
        self._control = control

    def take(self, partition: str, output: Output) -> None:
        """Take in one output."""
        self.digest.take(partition, output)
        if self.golden is not None:
            self.golden.take(partition, output, *self.at())
        if isinstance(output, Incident):
            self._control.alerted()

    def watch(self, partition: str, event: Event) -> None:
        """Take in one derived event, for the golden output alone."""
        if self.golden is not None:
            self.golden.take(partition, event, *self.at())


class Played:
    """Scenarios run anew on what came from outside."""

    def __init__(
        self,
        registry: Registry,
        partitioning: Partitioning,
        sink: Sink,
        verdicts: Sequence[Verdict] = (),
    ) -> None:
        self._golden = sink.golden
        stops = guard.Recorded(verdicts, renumbered=True) if verdicts else guard.NO_GUARD
        watch = None if sink.golden is None else sink.watch
        self._city = City(registry, sink.take, partitioning, watch, stops)
        sink.at = self._at

    def feed(self, log: Iterable[Logged]) -> int:
        """Take in events in bulk; return how many."""
        return self._city.feed(log)

    def one(self, logged: Logged) -> None:
        """Take in one event."""
        if self._golden is not None:
            self._golden.worked = logged
        at = logged.position
        self._city.append(at.partition, logged.event, logged.time, at)

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""
        return [self._city.machine(name) for name in self._city.partitioning.names]

    def _at(self) -> tuple[str, Instant]:
        causes = self._city.causes
        return str(causes[0]), causes[-1].time


class Recorded:
    """Each partition by its own log; what one puts out for another stands in that one's log."""

    def __init__(
        self,
        registry: Registry,
        partitioning: Partitioning,
        sink: Sink,
        verdicts: Sequence[Verdict] = (),
    ) -> None:
        self._sink = sink
        self._cause: tuple[str, Instant] = ("", 0)
        self._machines = {
            name: Machine(
                name,
                copy(registry),  # each has or has not a scenario by its own log
                partitioning,
                guard=guard.Recorded(verdicts),
                watch=None if sink.golden is None else partial(sink.watch, name),
            )
            for name in partitioning.names
        }
        sink.at = lambda: self._cause

    def feed(self, log: Iterable[Logged]) -> int:
        """Take in events in bulk; return how many."""
        count = 0
        for logged in log:
            self.one(logged)
            count += 1
        return count

    def one(self, logged: Logged) -> None:
        """Take in one event of its partition."""
        machine = self._machines[logged.position.partition]
        if self._sink.golden is not None:
            self._sink.golden.worked = logged
            what = logged.event.topic or logged.event.type
            self._cause = f"{logged.position} {what}", logged.time
        machine.apply(logged)
        for output in machine.outputs():
            self._sink.take(machine.partition, output)

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""
        return list(self._machines.values())


def replay_core(
    log: Iterable[Logged],
    city: Way,
    sink: Sink,
    *,
    pace: Pace | None,
    control: Control,
    progress: Progress,
) -> CoreReport:
    """Run a log through a city; ``pace`` None: as fast as it can, in bulk while nobody steps.

    BadRecording when the log cannot be read on.
    """
    report = CoreReport()
    stream = iter(log)
    single = pace is not None or sink.golden is not None
    waits = pace or Pace(None, control)
    while not control.stopped:
        if control.free and not single:
            took = city.feed(islice(stream, CHUNK))
            report.events += took
            progress(report.events, 0)
            if not took:
                break
        elif not _one(stream, city, waits, report, progress):
            break
    report.stopped = control.stopped
    report.drift = waits.drift
    report.outputs = sink.digest.outputs
    report.digest = sink.digest.close(city.machines())
    return report


def _one(
    stream: Iterator[Logged], city: Way, pace: Pace, report: CoreReport, progress: Progress
) -> bool:
    logged = next(stream, None)
    if logged is None or pace.wait(logged.time) is None:
        return False
    city.one(logged)
    report.events += 1
    progress(report.events, logged.time)
    return True
