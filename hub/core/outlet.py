"""Where a partition's effects go: to the queue of this cause, or out of the machine, numbered."""

from collections import deque
from collections.abc import Callable

import msgspec
from msgspec import Raw

from hub.model.command import Command
from hub.model.event import Event
from hub.model.instant import text
from hub.model.output import Downlink, Forward, Output, Shown
from hub.model.partition import Partitioning

_json = msgspec.json.Encoder().encode


class Outlet:
    """The outputs of a partition; ``out`` is the ordinal of the last lossless one.

    ``queue`` holds the events that this cause derived for this very partition.
    """

    def __init__(
        self,
        partition: str,
        partitioning: Partitioning,
        out: int,
        watch: Callable[[Event], None] | None = None,
    ) -> None:
        self.partition, self.partitions = partition, partitioning.names
        self.out = out
        self.queue: deque[Event] = deque()
        self._partitioning = partitioning
        self._watch = watch
        self._outputs: list[Output] = []

    def home(self, district: str) -> str:
        """Return the partition in which a district's devices are worked."""
        return self._partitioning.of(district)

    def put(self, output: Output) -> None:
        """Put out something."""
        if not isinstance(output, Shown):
            self.out += 1
        self._outputs.append(output)

    def derive(self, event: Event) -> None:
        """Queue an event of the hub itself, to run within this cause."""
        self.queue.append(event)

    def forward(self, partition: str, event: Event) -> None:
        """Put out an event for a partition, or run it here when it is this one."""
        if self._watch is not None and not event.type.startswith("hub."):
            self._watch(event)
        if partition == self.partition:
            self.queue.append(event)
        else:
            self.put(Forward(partition, event))

    def command(self, command: Command) -> None:
        """Put out a command for a device."""
        wire = {
            "id": command.id,
            "name": command.name,
            "expires": text(command.expires),
            "data": Raw(command.data),
        }
        expires, played = command.expires, command.exercise
        self.put(Downlink(command.id, command.topic, expires, _json(wire), played))

    def take(self) -> list[Output]:
        """Return the outputs since the last time."""
        outputs, self._outputs = self._outputs, []
        return outputs
