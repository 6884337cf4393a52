"""What became of a test's events, as a test asks for it."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hub.core.city import Cause
from hub.model.alert import Alert
from hub.model.event import Event
from hub.model.instant import Instant
from hub.model.letter import DeadLetter
from hub.model.output import Downlink, Incident, Job, Letter, Output
from hub.model.output import Shown as Change

_alert = msgspec.json.Decoder(Alert).decode
_letter = msgspec.json.Decoder(DeadLetter).decode


class Record(Struct, frozen=True):
    """One output, or one derived event, with the causes it came of: the given one first."""

    causes: tuple[Cause, ...]
    output: Output | Event

    @property
    def time(self) -> Instant:
        """The log time it came at."""
        return self.causes[-1].time


class Shown(Struct, frozen=True):
    """An entity as the screen shows it; ``data`` by the names of the layer's fields."""

    id: str
    layer: str
    title: str
    level: str | None = None
    at: tuple[float, float] | None = None
    district: str | None = None
    time: str = ""
    stale: bool = False
    quality: tuple[str, ...] = ()
    data: dict[str, Any] = {}


class Command(Struct, frozen=True):
    """A command as it went to a device; ``expires`` RFC 3339, ``topic`` the whole one."""

    id: str
    name: str
    expires: str
    data: dict[str, Any]
    topic: str = ""

    @property
    def device(self) -> str:
        """The device it is for."""
        return self.topic.split("/")[3]


class Emitted(Struct, frozen=True):
    """A derived event: what other scenarios hear."""

    type: str
    subject: str
    district: str
    data: dict[str, Any]


class Seen:
    """All outputs so far, and what they add up to."""

    def __init__(self) -> None:
        self.records: list[Record] = []
        self.alerts: dict[str, Alert] = {}
        self.screen: dict[str, Shown] = {}

    def take(self, causes: Iterable[Cause], output: Output | Event) -> None:
        """Take in one more."""
        self.records.append(Record(tuple(causes), output))
        self._fold(output)

    def forget(self, count: int) -> list[Record]:
        """Forget all but the first ``count`` records; return the forgotten ones."""
        lost, self.records = self.records[count:], self.records[:count]
        self.alerts.clear()
        self.screen.clear()
        for record in self.records:
            self._fold(record.output)
        return lost

    def changes(self) -> list[Alert]:
        """Return every change of an alert, oldest first."""
        return [_alert(output.json) for output in self._outputs() if isinstance(output, Incident)]

    def commands(self) -> list[Command]:
        """Return the commands, oldest first."""
        found = []
        for output in self._outputs():
            if isinstance(output, Downlink):
                wire = msgspec.json.decode(output.json, type=Command)
                found.append(msgspec.structs.replace(wire, topic=output.topic))
        return found

    def jobs(self) -> list[Job]:
        """Return the jobs asked for with `ctx.do`, oldest first; the kit runs none."""
        return [output for output in self._outputs() if isinstance(output, Job)]

    def emitted(self, type_: str) -> list[Emitted]:
        """Return the derived events of a type, oldest first."""
        return [
            Emitted(type_, output.subject, output.district, msgspec.json.decode(output.data))
            for output in self._outputs()
            if isinstance(output, Event) and output.type == type_
        ]

    def letters(self) -> list[DeadLetter]:
        """Return the dead letters, oldest first."""
        return [_letter(output.json) for output in self._outputs() if isinstance(output, Letter)]

    def _outputs(self) -> list[Output | Event]:
        return [record.output for record in self.records]

    def _fold(self, output: Output | Event) -> None:
        match output:
            case Incident():
                self.alerts[output.id] = _alert(output.json)
            case Change(json=None):
                self.screen.pop(output.id, None)
            case Change():
                self.screen[output.id] = msgspec.json.decode(Raw(output.json or b""), type=Shown)
