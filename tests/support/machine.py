"""A machine driven by hand: events at chosen seconds of city time, and what became of them."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from hub.core.changes import Cell
from hub.core.guard import NO_GUARD, Guard
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.model.action import Action, Outcome
from hub.model.alert import Alert, Level, Signal
from hub.model.command import Ack
from hub.model.device import Card, Device, Reporting
from hub.model.entity import Entity
from hub.model.event import (
    ACK,
    ACTION,
    ALERT,
    CARD,
    LISTENING,
    STATUS,
    TICK,
    Event,
    Listening,
    Logged,
    Position,
)
from hub.model.instant import SECOND, Instant, parse
from hub.model.letter import DeadLetter
from hub.model.output import Answer, Downlink, Output
from hub.model.partition import Partitioning
from hub.sdk import Scenario

START: Instant = parse("2026-11-23T08:00:00+08:00")
DISTRICT = "210103"
T = TypeVar("T", bound=Output)
S = TypeVar("S")


def after(seconds: float) -> Instant:
    """Return the instant so many seconds after the start of a test."""
    return START + round(seconds * SECOND)


def registry(*scenarios: Scenario) -> Registry:
    """Return the registry of scenarios declared in a test."""
    return Registry([scenario.declaration() for scenario in scenarios])


def reading(
    device: str,
    data: object = None,
    *,
    id: str = "",  # noqa: A002 CloudEvents' own word
    said: float | None = None,
    sequence: int | None = None,
    type: str = "city.test.value",  # noqa: A002 CloudEvents' own word
    flags: tuple[str, ...] = (),
    subject: str = "",
) -> Event:
    """Return a reading; ``said`` is the device's own word on time, in seconds after the start."""
    domain = type.split(".")[1]
    text = "" if sequence is None else f"{sequence:010d}"
    return Event(
        id=id or f"{device}-{text or said}",
        source=f"/{domain}/{device}",
        type=type,
        data=msgspec.json.encode(data),
        time=None if said is None else after(said),
        district=DISTRICT,
        sequence=text,
        subject=subject,
        flags=flags,
    )


def card(
    device: str,
    *,
    period: float | None = 60,
    via: str = "",
    kind: str = "Thing",
    domain: str = "test",
    name: str = "",
    at: tuple[float, float] | None = None,
    attributes: Mapping[str, str | int | float | bool | None] | None = None,
) -> Event:
    """Return the event of a device's card."""
    reporting = Reporting() if period is None else Reporting("periodic", period)
    lng, lat = at or (None, None)
    value = Card(name or device, kind, lng, lat, reporting, "", via, dict(attributes or {}))
    data = msgspec.json.encode(value)
    return Event(f"{device}-card", f"/{domain}/{device}", CARD, data, district=DISTRICT)


def status(device: str, word: str, domain: str = "gateway") -> Event:
    """Return the event of a connection's status."""
    data = msgspec.json.encode(word)
    return Event(f"{device}-{word}", f"/{domain}/{device}", STATUS, data, district=DISTRICT)


def listening(*, hearing: bool, since: float) -> Event:
    """Return the event that ingest went deaf or hears again, deaf since so many seconds."""
    data = msgspec.json.encode(Listening(hearing, after(since)))
    return Event(f"listening-{hearing}-{since}", "/hub/ingest", LISTENING, data)


def signal(
    place: str, *, active: bool = True, level: Level = Level.YELLOW, title: str = ""
) -> Event:
    """Return the event by which a scenario raises or clears an alert."""
    said = Signal("test", "full", place, active, "满", level, title or f"{place} is full")
    return Event("signal", "/scenario/test", ALERT, msgspec.json.encode(said))


def action(
    key: str,
    target: str,
    version: int,
    *,
    by: str = "operator",
    opinion: str = "noted",
    name: str = "acknowledge",
    answer: str = "",
    minutes: int = 0,
) -> Event:
    """Return the event of an operator's action."""
    data = msgspec.json.encode(Action(key, name, target, version, by, opinion, answer, minutes))
    return Event(key, "/hub/operator", ACTION, data)


def ack(device: str, command: str, *, ok: bool = True, detail: str = "") -> Event:
    """Return the event of a device's answer to a command."""
    data = msgspec.json.encode(Ack(command, ok, detail))
    return Event(f"ack-{command}", f"/parking/{device}", ACK, data, district=DISTRICT)


class Driver:
    """One partition's machine. ``outputs`` are all outputs so far, in order."""

    def __init__(
        self,
        scenarios: Registry | None = None,
        partition: str = "d1",
        partitioning: Partitioning | None = None,
        guard: Guard = NO_GUARD,
    ) -> None:
        self.partition = partition
        self.outputs: list[Output] = []
        self.kept: dict[Cell, bytes] = {}
        self._registry = scenarios or Registry([])
        self._partitioning = partitioning or Partitioning()
        self._guard = guard
        self._ordinal = 0
        self.machine = Machine(partition, self._registry, self._partitioning, guard=guard)

    def at(self, seconds: float, *events: Event) -> list[Output]:
        """Append events at so many seconds of city time; return what they put out."""
        for event in events:
            self._ordinal += 1
            position = Position(self.partition, self._ordinal)
            self.machine.apply(Logged(position, after(seconds), event))
        return self.commit()

    def tick(self, seconds: float) -> list[Output]:
        """Append a tick; return what the time gone by put out."""
        return self.at(seconds, Event(f"tick-{seconds}", "/hub/ingest", TICK))

    def commit(self) -> list[Output]:
        """Take what changed, as a worker does for one commit; return the new outputs."""
        changes = self.machine.take()
        for cell, value in changes.cells.items():
            if value is None:
                self.kept.pop(cell, None)
            else:
                self.kept[cell] = value
        self.outputs += changes.outputs
        return changes.outputs

    def restart(self) -> None:
        """Kill the machine and begin again from what was committed."""
        machine = self.machine
        self.machine = Machine(
            self.partition,
            self._registry,
            self._partitioning,
            cells=dict(self.kept),
            offset=machine.offset,
            out=machine.out,
            time=machine.time,
            guard=self._guard,
        )

    def begin_again(self, scenarios: Registry) -> None:
        """Begin again from what was committed, with other code."""
        self._registry = scenarios
        self.restart()

    def of(self, type_: type[T]) -> list[T]:
        """Return all outputs of a type."""
        return [output for output in self.outputs if isinstance(output, type_)]

    def commands(self, name: str) -> list[dict[str, object]]:
        """Return the commands of a name as they go over the wire, oldest first."""
        sent = [msgspec.json.decode(output.json, type=dict) for output in self.of(Downlink)]
        return [wire for wire in sent if wire["name"] == name]

    def counter(self, key: str) -> int:
        """Return a counter."""
        return int(self.kept.get(("counters", key), b"0"))

    def device(self, source: str) -> Device:
        """Return a device's record."""
        return msgspec.msgpack.decode(self.kept["devices", source], type=Device)

    def entity(self, id_: str) -> Entity | None:
        """Return an entity as the screen finds it; None when it is not shown."""
        raw = self.kept.get(("entities", id_))
        return None if raw is None else msgspec.json.decode(raw, type=Entity)

    def shown(self, id_: str) -> Entity:
        """Return an entity that must be on the screen."""
        entity = self.entity(id_)
        assert entity is not None, f"{id_} is not shown"
        return entity

    def alert(self, id_: str) -> Alert:
        """Return an alert as it stands now."""
        return msgspec.json.decode(self.kept["alerts", id_], type=Alert)

    def state(self, type_: type[S], name: str) -> S:
        """Return a state as it was committed; an empty one when there is none."""
        raw = self.kept.get(("state", name))
        return type_() if raw is None else msgspec.msgpack.decode(raw, type=type_)

    def letters(self) -> list[DeadLetter]:
        """Return the dead letters, oldest first."""
        cells = sorted((cell, raw) for cell, raw in self.kept.items() if cell[0] == "letters")
        return [msgspec.json.decode(raw, type=DeadLetter) for _, raw in cells]

    def answer(self, key: str) -> Outcome:
        """Return the outcome of the newest action with a key."""
        answers = [output for output in self.of(Answer) if output.key == key]
        return msgspec.json.decode(answers[-1].json, type=Outcome)
