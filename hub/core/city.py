"""The whole city in one process: every partition's machine, and what they send to each other.

It replays recordings and runs tests in log time: no broker, no Redis, no waiting.
"""

from collections.abc import Callable, Iterable
from copy import copy

from msgspec import Struct

from hub.core.changes import Cell
from hub.core.guard import NO_GUARD, Guard
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.model.event import LISTENING, Event, Logged, Position
from hub.model.instant import Instant
from hub.model.output import Forward, Output
from hub.model.partition import Partitioning

Sink = Callable[[str, Output], None]
"""Takes each output with its partition, in order."""
Watch = Callable[[str, Event], None]
"""Is shown each derived event with the partition that derives it."""


class Cause(Struct, frozen=True):
    """What a partition works at: an event at its ``ordinal``, or a timer (``ordinal`` 0).

    ``what`` is the event's topic or type, or the timer's name; ``about`` its subject or key.
    """

    partition: str
    ordinal: int
    time: Instant
    what: str
    about: str = ""

    def __str__(self) -> str:
        where = f"{self.partition}/{self.ordinal} " if self.ordinal else f"{self.partition} "
        return f"{where}{self.what}" + (f" ({self.about})" if self.about else "")


class Kept(Struct):
    """What a partition has committed: its tables, and the place in the log they are of."""

    cells: dict[Cell, bytes] = {}
    offset: int = 0
    out: int = 0
    time: Instant = 0


class City:
    """All partitions. Events are given in order of log time; derived ones follow at once.

    ``registry`` is the code with which machines are built; each has its own copy, because a reload
    exchanges it in one partition after the other.
    """

    def __init__(
        self,
        registry: Registry,
        sink: Sink,
        partitioning: Partitioning | None = None,
        watch: Watch | None = None,
        guard: Guard = NO_GUARD,
    ) -> None:
        self.registry = registry
        self.partitioning = partitioning or Partitioning()
        self._guard = guard
        self._working: list[tuple[Position, Instant, Event]] = []
        self._sink = sink
        self._watch = watch
        self._kept = {name: Kept() for name in self.partitioning.names}
        self._machines = {name: self._machine(name) for name in self.partitioning.names}

    @property
    def causes(self) -> list[Cause]:
        """What is being worked while the sink is called.

        First what was given from outside (or a timer), then the derived events it led to.
        """
        return [
            Cause(at.partition, at.ordinal, time, event.topic or event.type, event.subject)
            for at, time, event in self._working
        ]

    def append(
        self, partition: str, event: Event, time: Instant, was: Position | None = None
    ) -> Position:
        """Append an event to a partition and let it take its whole effect.

        ``was``: where it stood in the log that is replayed, for a guard that knows that log.
        """
        if event.type != LISTENING:  # its partition itself knows what was due before nobody heard
            self.advance(time)
        return self._append(partition, event, time, was)

    def feed(self, log: Iterable[Logged]) -> int:
        """Append the events of a recording in order; return how many."""
        count = 0
        for logged in log:
            self.append(logged.position.partition, logged.event, logged.time, logged.position)
            count += 1
        return count

    def advance(self, time: Instant) -> None:
        """Bring every partition to ``time``: all timers in order of due time, then partition."""
        while not all(machine.quiet(time) for machine in self._machines.values()):
            due, name = min(
                (machine.next_due() or time + 1, name) for name, machine in self._machines.items()
            )
            if due > time:
                break
            self._fire(name)
        for machine in self._machines.values():
            machine.advance(time)

    def machine(self, partition: str) -> Machine:
        """Return a partition's machine; another one after `restart` or `crash`."""
        return self._machines[partition]

    def commit(self) -> None:
        """Keep the tables as they are now, as a worker does after a batch."""
        for name, machine in self._machines.items():
            changes = machine.take()
            kept = self._kept[name]
            kept.offset, kept.out, kept.time = changes.end, changes.out, changes.time
            for cell, value in changes.cells.items():
                if value is None:
                    kept.cells.pop(cell, None)
                else:
                    kept.cells[cell] = value

    def restart(self) -> None:
        """Commit, then build every machine again from its tables."""
        self.commit()
        self.crash()

    def crash(self) -> None:
        """Lose what was not committed: build every machine from its tables as of the commit."""
        self._working.clear()
        self._machines = {name: self._machine(name) for name in self._machines}

    def _machine(self, name: str) -> Machine:
        kept, watch = self._kept[name], self._watch
        return Machine(
            name,
            copy(self.registry),
            self.partitioning,
            cells=kept.cells,
            offset=kept.offset,
            out=kept.out,
            time=kept.time,
            guard=self._guard,
            watch=None if watch is None else lambda event: watch(name, event),
        )

    def _fire(self, partition: str) -> None:
        machine = self._machines[partition]
        timer = machine.next_timer()
        if timer is not None:
            due, scenario, name, key = timer
            timer_ = Event(name, "", f"timer {scenario}.{name}", subject=key)
            self._working.append((Position(partition, 0), due, timer_))
            machine.fire()
            self._drain(partition)
            self._working.pop()

    def _append(
        self, partition: str, event: Event, time: Instant, was: Position | None = None
    ) -> Position:
        machine = self._machines[partition]
        position = Position(partition, machine.offset + 1)
        time = max(time, machine.time)
        self._working.append((position, time, event))
        if was is not None:
            self._guard.replays(was)
        machine.apply(Logged(position, time, event))
        self._drain(partition)
        self._working.pop()
        return position

    def _drain(self, partition: str) -> None:
        for output in self._machines[partition].outputs():
            self._sink(partition, output)
            if isinstance(output, Forward):
                self._append(output.partition, output.event, self._machines[partition].time)
