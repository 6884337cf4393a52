"""Replaying through the core, in process: no broker, no Redis, and at full speed no waiting.

Two ways: `Played` lets today's scenarios derive everything anew from what came from outside; the
partitions run as one city, in order of log time. `Recorded` works each partition's log exactly as
it was written, forwarded events included, as its worker did: it proves that the recorded outputs
follow from the recorded log.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Protocol

from msgspec import Struct, field

from hub.archive.golden import Golden
from hub.archive.replay_pace import Control, Pace
from hub.core.city import City
from hub.core.digest import Digest
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.model.event import LISTENING, Logged
from hub.model.instant import Instant
from hub.model.output import Incident, Output
from hub.model.partition import Partitioning

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
        """Take in one event, telling the golden output what causes what."""

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""


class Sink:
    """Takes all outputs of a run: into the digest, and into the golden output where one is made."""

    def __init__(self, control: Control, golden: Golden | None = None) -> None:
        self.digest = Digest()
        self.golden = golden
        self.now: Callable[[str], Instant] = lambda _: 0
        self._control = control

    def take(self, partition: str, output: Output) -> None:
        """Take in one output."""
        self.digest.take(partition, output)
        if self.golden is not None:
            self.golden.take(partition, output, self.now(partition))
        if isinstance(output, Incident):
            self._control.alerted()


class Played:
    """Scenarios run anew on what came from outside."""

    def __init__(self, registry: Registry, partitioning: Partitioning, sink: Sink) -> None:
        self._golden = sink.golden
        self._city = City(registry, sink.take, partitioning)
        sink.now = lambda partition: self._city.machine(partition).time

    def feed(self, log: Iterable[Logged]) -> int:
        """Take in events in bulk; return how many."""
        return self._city.feed(log)

    def one(self, logged: Logged) -> None:
        """Take in one event: first the timers that are due before it."""
        if self._golden is not None:
            if logged.event.type != LISTENING:  # it says itself what was due before it
                self._golden.caused(None)
                self._city.advance(logged.time)
            self._golden.caused(logged)
        self._city.append(logged.position.partition, logged.event, logged.time)

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""
        return [self._city.machine(name) for name in self._city.partitioning.names]


class Recorded:
    """Each partition by its own log; what one puts out for another stands in that one's log."""

    def __init__(self, registry: Registry, partitioning: Partitioning, sink: Sink) -> None:
        self._sink = sink
        self._machines = {
            name: Machine(name, registry, partitioning) for name in partitioning.names
        }
        sink.now = lambda partition: self._machines[partition].time

    def feed(self, log: Iterable[Logged]) -> int:
        """Take in events in bulk; return how many."""
        count = 0
        for logged in log:
            self.one(logged)
            count += 1
        return count

    def one(self, logged: Logged) -> None:
        """Take in one event of its partition."""
        machine, golden = self._machines[logged.position.partition], self._sink.golden
        if golden is not None:
            if logged.event.type != LISTENING:
                golden.caused(None)
                machine.advance(logged.time)
                self._drain(machine)
            golden.caused(logged)
        machine.apply(logged)
        self._drain(machine)

    def machines(self) -> list[Machine]:
        """Return the machines in the order of their partitions."""
        return list(self._machines.values())

    def _drain(self, machine: Machine) -> None:
        for output in machine.outputs():
            self._sink.take(machine.partition, output)


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
