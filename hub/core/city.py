"""The whole city in one process: every partition's machine, and what they send to each other.

It replays recordings and runs tests in log time: no broker, no Redis, no waiting.
"""

from collections.abc import Callable, Iterable

from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.model.event import Event, Logged, Position
from hub.model.instant import Instant
from hub.model.output import Forward, Output
from hub.model.partition import Partitioning

Sink = Callable[[str, Output], None]
"""Takes each output with its partition, in order."""


class City:
    """All partitions. Events are given in order of log time; derived ones follow at once."""

    def __init__(
        self, registry: Registry, sink: Sink, partitioning: Partitioning | None = None
    ) -> None:
        self.partitioning = partitioning or Partitioning()
        self._sink = sink
        self._machines = {
            name: Machine(name, registry, self.partitioning) for name in self.partitioning.names
        }

    def append(self, partition: str, event: Event, time: Instant) -> Position:
        """Append an event to a partition and let it take its whole effect."""
        self.advance(time)
        return self._append(partition, event, time)

    def feed(self, log: Iterable[Logged]) -> int:
        """Append the events of a recording in order; return how many."""
        count = 0
        for logged in log:
            self.append(logged.position.partition, logged.event, logged.time)
            count += 1
        return count

    def advance(self, time: Instant) -> None:
        """Bring every partition to ``time``: all timers in order of due time, then partition."""
        while True:
            due, name = min(
                (machine.next_due() or time + 1, name) for name, machine in self._machines.items()
            )
            if due > time:
                break
            self._machines[name].fire()
            self._drain(name)
        for machine in self._machines.values():
            machine.advance(time)

    def machine(self, partition: str) -> Machine:
        """Return a partition's machine."""
        return self._machines[partition]

    def _append(self, partition: str, event: Event, time: Instant) -> Position:
        machine = self._machines[partition]
        position = Position(partition, machine.offset + 1)
        machine.apply(Logged(position, max(time, machine.time), event))
        self._drain(partition)
        return position

    def _drain(self, partition: str) -> None:
        for output in self._machines[partition].outputs():
            self._sink(partition, output)
            if isinstance(output, Forward):
                self._append(output.partition, output.event, self._machines[partition].time)
