"""The kinds of faults: each a table of a faults file, and what it does to a reading. Pure.

All share `topics` (MQTT filters), `share` (of the devices, chosen by the seed), `probability`
(that a reading begins a spell), `seconds` (that a spell lasts; 0: that reading alone; left out:
as the kind says), `after` and `before` (seconds since the first event, between which it begins).
"""

from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hub.archive.faults.spell import Item, Spell, seconds
from hub.archive.message import payload
from hub.model.event import Event

Scalar = str | int | float | bool


class Fault(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """What all faults share. ``seconds`` None: a spell lasts for ever."""

    topics: tuple[str, ...] = ()
    share: float = 1.0
    probability: float = 1.0
    seconds: float | None = 0.0
    after: float = 0.0
    before: float | None = None

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        """Return what becomes of a reading within a spell."""
        raise NotImplementedError


class Drop(Fault, frozen=True, kw_only=True, tag="drop"):
    """Single readings that never come."""

    probability: float = 0.01

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return []


class Burst(Drop, frozen=True, kw_only=True, tag="burst-drop"):
    """All readings of a while that never come."""

    probability: float = 0.001
    seconds: float | None = 300.0


class Duplicate(Fault, frozen=True, kw_only=True, tag="duplicate"):
    """Readings that come again, ``copies`` times within ``within`` seconds: QoS 1 does that."""

    probability: float = 0.05
    copies: int = 1
    within: float = 5.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        again = [_later(item, spell.chance.uniform(0, self.within)) for _ in range(self.copies)]
        return [item, *again]


class Reorder(Fault, frozen=True, kw_only=True, tag="reorder"):
    """Readings that come up to ``window`` seconds late, overtaken by later ones."""

    probability: float = 0.2
    window: float = 120.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_later(item, spell.chance.uniform(0, self.window))]


class Delay(Fault, frozen=True, kw_only=True, tag="delay"):
    """Readings that come ``by`` seconds late."""

    by: float = 60.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_later(item, self.by)]


class Backfill(Fault, frozen=True, kw_only=True, tag="backfill"):
    """A device without a line keeps its readings and sends them ``by`` seconds after it is back.

    By then newer ones have come: they are late.
    """

    probability: float = 0.001
    seconds: float | None = 600.0
    by: float = 60.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [replace(item, time=spell.over + seconds(self.by))]


class ClockOffset(Fault, frozen=True, kw_only=True, tag="clock-offset"):
    """A device clock that is ``by`` seconds off."""

    seconds: float | None = None
    by: float = 3600.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_said(item, seconds(self.by))]


class ClockDrift(Fault, frozen=True, kw_only=True, tag="clock-drift"):
    """A device clock that gains ``rate`` seconds an hour, or loses them."""

    seconds: float | None = None
    rate: float = 1.0

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_said(item, round((item.time - spell.begun) * self.rate / 3600))]


class Stuck(Fault, frozen=True, kw_only=True, tag="stuck"):
    """A sensor that says the same for a while: all of `data`, or one ``field``."""

    probability: float = 0.001
    seconds: float | None = 3600.0
    field: str = ""

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        data = _object(item.event)
        kept = spell.kept.setdefault("data", data)
        if not isinstance(kept, dict):
            return [item]
        if not self.field:
            return [_with(item, kept)]
        return [_with(item, data | {self.field: kept[self.field]} if self.field in kept else data)]


class Flapping(Fault, frozen=True, kw_only=True, tag="flapping"):
    """A ``field`` that jumps between ``low`` and ``high`` with every reading."""

    field: str
    low: Scalar
    high: Scalar
    seconds: float | None = None

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_set(item, self.field, self.high if spell.count % 2 else self.low)]


class OutOfRange(Fault, frozen=True, kw_only=True, tag="out-of-range"):
    """A ``field`` with a ``value`` that cannot be."""

    field: str
    value: Scalar
    probability: float = 0.01

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        return [_set(item, self.field, self.value)]


class MissingField(Fault, frozen=True, kw_only=True, tag="missing-field"):
    """A ``field`` that is not there."""

    field: str
    probability: float = 0.01

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        data = _object(item.event)
        return [_with(item, {name: value for name, value in data.items() if name != self.field})]


class Truncated(Fault, frozen=True, kw_only=True, tag="truncated"):
    """A message that ends too early."""

    probability: float = 0.01

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        body = payload(item.event)
        return [replace(item, body=body[: spell.chance.randrange(len(body))])]


class InvalidUtf8(Fault, frozen=True, kw_only=True, tag="invalid-utf8"):
    """A message with a byte that UTF-8 does not know."""

    probability: float = 0.01

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        body = payload(item.event)
        place = spell.chance.randrange(1, len(body))
        return [replace(item, body=body[:place] + b"\xff" + body[place:])]


class UnitSwitch(Fault, frozen=True, kw_only=True, tag="unit-switch"):
    """A ``field`` in another unit from some moment on: times ``factor`` plus ``plus``."""

    field: str
    factor: float
    plus: float = 0.0
    probability: float = 0.001
    seconds: float | None = None

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        value = _number(item.event, self.field)
        return (
            [item] if value is None else [_set(item, self.field, value * self.factor + self.plus)]
        )


class NewDevice(Fault, frozen=True, kw_only=True, tag="new-device"):
    """A device nobody registered, that says what another says: its id ends in ``suffix``."""

    share: float = 0.05
    seconds: float | None = None
    suffix: str = "-new"

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        event = item.event
        twin = replace(event, id=event.id + self.suffix, source=event.source + self.suffix)
        return [item, replace(item, event=twin)]


class VanishedDevice(Drop, frozen=True, kw_only=True, tag="vanished-device"):
    """A device that is never heard again."""

    probability: float = 0.001
    seconds: float | None = None


class CounterReset(Fault, frozen=True, kw_only=True, tag="counter-reset"):
    """A device that starts again: its `sequence` begins at 1, and a counting ``field`` at 0."""

    probability: float = 0.001
    seconds: float | None = None
    field: str = ""

    def apply(self, item: Item, spell: Spell) -> list[Item]:
        event = item.event
        if event.sequence:
            number = f"{spell.count:0{len(event.sequence)}d}"
            item = replace(item, event=replace(event, sequence=number))
        value = _number(event, self.field)
        if value is None:
            return [item]
        zero = spell.kept.setdefault("zero", value)
        return [_set(item, self.field, value - zero)] if isinstance(zero, int | float) else [item]


Kind = (
    Drop
    | Burst
    | Duplicate
    | Reorder
    | Delay
    | Backfill
    | ClockOffset
    | ClockDrift
    | Stuck
    | Flapping
    | OutOfRange
    | MissingField
    | Truncated
    | InvalidUtf8
    | UnitSwitch
    | NewDevice
    | VanishedDevice
    | CounterReset
)


def _later(item: Item, by: float) -> Item:
    return replace(item, time=item.time + seconds(by))


def _said(item: Item, by: int) -> Item:
    event = item.event
    if event.time is None:
        return item
    return replace(item, event=replace(event, time=max(0, event.time + by)))


def _object(event: Event) -> dict[str, Any]:
    try:
        data = msgspec.json.decode(event.data)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _number(event: Event, name: str) -> float | int | None:
    value = _object(event).get(name)
    return None if isinstance(value, bool) or not isinstance(value, int | float) else value


def _set(item: Item, name: str, value: Scalar) -> Item:
    return _with(item, _object(item.event) | {name: value})


def _with(item: Item, data: dict[str, Any]) -> Item:
    return replace(item, event=replace(item.event, data=msgspec.json.encode(data)))
