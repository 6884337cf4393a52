"""A row becomes a reading, by the mapping."""

import math
from typing import TypeVar

import msgspec
from msgspec import Struct

from hub.archive.errors import BadFeed
from hub.archive.feed import Row
from hub.archive.import_feeds import OpenFeed
from hub.archive.mapping import Column, Field, Mapping, Number
from hub.archive.timestamp import Timestamps
from hub.model.district import CODES
from hub.model.instant import Instant
from hub.model.topic import DEVICE, DOMAIN, NAME

LARGEST_INTEGER = 2**53
"""What every reader of JSON keeps exactly."""

DEVICES = 200_000
"""Most devices of one feed, above any city's; more means that the column is no device."""

_TRUE = frozenset({"true", "t", "yes", "y", "1"})
_FALSE = frozenset({"false", "f", "no", "n", "0"})
_Value = str | int | float | bool
_V = TypeVar("_V", bound=_Value)


class RowError(Exception):
    """A row that gives no reading; ``reason`` of a closed set, ``detail`` for a person."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Reading(Struct, frozen=True, gc=False):
    """What a row says. ``key`` is the device's cell, ``values`` all fields, hidden ones too."""

    key: str
    device: str
    domain: str
    event: str
    district: str
    time: Instant
    data: bytes
    values: dict[str, _Value]


class Reader:
    """Turns the rows of one feed into readings; BadFeed when a column is not there."""

    def __init__(self, mapping: Mapping, feed: OpenFeed) -> None:
        self._mapping = mapping
        self._index = {name: index for index, name in reversed(list(enumerate(feed.header)))}
        for column, key in mapping.columns.items():
            if column not in self._index:
                there = ", ".join(repr(name) for name in feed.header)
                problem = f"no column {column!r}, which {key} names; it has {there}"
                raise BadFeed(feed.path, problem, "Name one of these, or check csv.delimiter")
        self._missing = frozenset(mapping.csv.missing)
        self.timestamps = Timestamps(mapping.time.formats, mapping.time.zone)
        self._encoder = msgspec.json.Encoder()
        self._devices: set[str] = set()

    def read(self, row: Row) -> Reading:
        """Return the reading of a row; RowError with the reason when it has none."""
        cells, event = row.cells, self._mapping.event
        key = self._cell(cells, event.device)
        place = self._mapping.devices.get(key)
        if place is None and event.listed:
            raise RowError("unlisted-device", f"{key[:80]!r} is not in [devices]")
        district = self._text(cells, event.district) if not (place and place.district) else ""
        values = self._values(cells)
        hidden = self._mapping.data
        data = {name: value for name, value in values.items() if not hidden[name].hidden}
        reading = Reading(
            key=key,
            device=self._mapping.device_id(key),
            domain=self._text(cells, event.domain),
            event=self._text(cells, event.event),
            district=district or (place.district if place else ""),
            time=self._time(cells),
            data=self._encoder.encode(data),
            values=values,
        )
        self._check_topic(reading)
        return reading

    def _time(self, cells: list[str]) -> Instant:
        cell = cells[self._index[self._mapping.time.column]].strip()
        if cell in self._missing:
            raise RowError("missing", f"no time in {self._mapping.time.column!r}")
        try:
            time = self.timestamps.read(cell)
        except (ValueError, OverflowError) as error:
            raise RowError("time", str(error)) from error
        if time < 0:
            raise RowError("time", f"{cell[:80]!r} is before 1970, where log time begins")
        return time

    def _cell(self, cells: list[str], part: Column | str) -> str:
        if isinstance(part, str):
            return part
        cell = cells[self._index[part.column]].strip()
        if cell in self._missing:
            raise RowError("missing", f"nothing in {part.column!r}")
        return cell

    def _text(self, cells: list[str], part: Column | str) -> str:
        return part if isinstance(part, str) else part.of(self._cell(cells, part))

    def _check_topic(self, reading: Reading) -> None:
        if reading.district not in CODES:
            raise RowError("district", f"{reading.district[:80]!r} is no district")
        for what, text, pattern in (
            ("device", reading.device, DEVICE),
            ("domain", reading.domain, DOMAIN),
            ("event", reading.event, NAME),
        ):
            if not pattern.fullmatch(text):
                raise RowError(what, f"{text[:80]!r} cannot stand in a topic")
        if len(self._devices) >= DEVICES and reading.device not in self._devices:
            raise RowError("too-many-devices", f"more than {DEVICES}")
        self._devices.add(reading.device)

    def _values(self, cells: list[str]) -> dict[str, _Value]:
        values: dict[str, _Value] = {}
        for name, entry in self._mapping.data.items():
            value = self._value(name, entry, cells, values)
            if value is not None:
                values[name] = value
            elif not entry.optional:
                raise RowError("missing", f"no value for {name}")
        return values

    def _value(
        self, name: str, entry: Field, cells: list[str], values: dict[str, _Value]
    ) -> _Value | None:
        if entry.value is not None:
            return entry.value
        try:
            if entry.column is not None:
                cell = cells[self._index[entry.column]].strip()
                if cell in self._missing:
                    return None
                return _bounded(_parse(cell, entry.type, self._mapping.csv.decimal))
            operands = [_operand(operand, values) for operand in entry.operands]
            known = [operand for operand in operands if operand is not None]
            if len(known) < len(operands):
                return None
            result = _bounded(entry.compute(known))
        except (ValueError, ArithmeticError) as error:
            raise RowError("value", f"{name}: {error}") from error
        return _whole(result) if entry.type == "integer" else result


def _operand(operand: str | float, values: dict[str, _Value]) -> Number | None:
    value = values.get(operand) if isinstance(operand, str) else operand
    if isinstance(value, str):
        raise ValueError(f"{operand} is no number")  # noqa: TRY004 a row's value, not a type
    return value


def _parse(cell: str, kind: str, decimal: str) -> _Value:
    match kind:
        case "text":
            return cell
        case "boolean":
            word = cell.lower()
            if word not in _TRUE and word not in _FALSE:
                raise ValueError(f"{cell[:80]!r} is neither true nor false")
            return word in _TRUE
        case "integer":
            return _integer(cell, decimal)
        case _:
            return float(cell.replace(decimal, "."))


def _integer(cell: str, decimal: str) -> int:
    try:
        return int(cell)
    except ValueError:
        return _whole(float(cell.replace(decimal, ".")))


def _whole(number: Number) -> int:
    if number != int(number):
        raise ValueError(f"{number} is no whole number")
    return int(number)


def _bounded(value: _V) -> _V:
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{value} is no number that JSON knows")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ValueError(f"{str(value)[:20]}… is too large a number")
    return value
