"""The mapping: how the columns of a CSV feed become readings and cards.

It declares, and computes nothing but sums, differences, products and quotients of named fields:
a mapping from a stranger can be run without reading it first. `mappings/aarhus.toml` shows every
part with a comment; `hub.archive.mapping_file` reads and checks the file.
"""

import operator
from collections.abc import Callable
from functools import reduce
from typing import Literal

from msgspec import Struct, field

from hub.model.device import Reporting
from hub.model.instant import SECOND, Duration

Number = int | float
Attributes = dict[str, str | int | float | bool | None]


class Column(Struct, frozen=True, forbid_unknown_fields=True):
    """A text made of a cell: ``values`` translates it, or else ``lower`` and ``prefix`` apply."""

    column: str
    values: dict[str, str] = field(default_factory=dict)
    lower: bool = False
    prefix: str = ""

    def of(self, cell: str) -> str:
        """Return the text for a cell."""
        known = self.values.get(cell)
        if known is not None:
            return known
        return self.prefix + (cell.lower() if self.lower else cell)


FILE = "@file"
"""The column that every feed has: the name of its file, without the extension."""


class Long(Struct, frozen=True, forbid_unknown_fields=True):
    """A long table: ``name`` is the column that says which quantity, ``value`` the one that has it.

    Each quantity is a column for `[data]`; rows in a row of one device and time are one reading.
    """

    name: str
    value: str


class Csv(Struct, frozen=True, forbid_unknown_fields=True):
    """The dialect. ``missing`` lists the cells that mean "no value"; ``decimal`` is the point."""

    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    decimal: str = "."
    missing: tuple[str, ...] = ("", "NA", "N/A", "NaN", "nan", "NULL", "null", "None")


class Time(Struct, frozen=True, forbid_unknown_fields=True):
    """Which column is event time, how it is written, and in which zone when it does not say.

    ``formats`` are tried in turn: `iso`, `unix`, `unix-ms`, or a strptime pattern. ``reorder`` is
    how many seconds of disorder are put right; beyond it a row stays where it is, counted as late.
    """

    column: str
    formats: tuple[str, ...] = ("iso",)
    zone: str = "UTC"
    reorder: float = 3600.0


class Identity(Struct, frozen=True, forbid_unknown_fields=True):
    """Who reports what and where: device, domain, event and district, constant or from a column.

    The type is `city.{domain}.{event}`. With ``listed`` a device that `[devices]` does not know is
    a bad row; else it becomes a device without a card.
    """

    device: Column | str
    domain: Column | str
    event: Column | str
    district: Column | str
    listed: bool = False


class Field(Struct, frozen=True, forbid_unknown_fields=True):
    """One field of `data`: exactly one of column, value, sum, difference, product, quotient.

    Operands are numbers or names of fields declared above it. An ``optional`` one is left out
    where its cell is missing; a ``hidden`` one is only computed with.
    """

    type: Literal["integer", "number", "text", "boolean"] = "number"
    column: str | None = None
    value: str | int | float | bool | None = None
    sum: tuple[str | int | float, ...] | None = None
    difference: tuple[str | int | float, ...] | None = None
    product: tuple[str | int | float, ...] | None = None
    quotient: tuple[str | int | float, ...] | None = None
    optional: bool = False
    hidden: bool = False

    @property
    def sources(self) -> list[str]:
        """The keys that say where it comes from; a sound field has exactly one."""
        keys = ("column", "value", "sum", "difference", "product", "quotient")
        return [key for key in keys if getattr(self, key) is not None]

    @property
    def operands(self) -> tuple[str | int | float, ...]:
        """What it is computed from; empty when it is not computed."""
        return self.sum or self.difference or self.product or self.quotient or ()

    @property
    def step(self) -> Callable[[Number, Number], Number]:
        """The operation that joins its operands from the left."""
        if self.sum:
            return operator.add
        if self.difference:
            return operator.sub
        return operator.mul if self.product else operator.truediv

    def compute(self, values: list[Number]) -> Number:
        """Return the result for the operands' values; ZeroDivisionError, OverflowError."""
        return reduce(self.step, values)


class Check(Struct, frozen=True, forbid_unknown_fields=True):
    """Counts the readings whose ``field`` is above or below a field or number; drops none."""

    field: str
    above: str | int | float | None = None
    below: str | int | float | None = None


class Cards(Struct, frozen=True, forbid_unknown_fields=True):
    """What the cards of all devices share; a device's own words stand above it."""

    kind: str = ""
    period: float | None = None
    unit: str = ""
    attributes: Attributes = field(default_factory=dict)


class Place(Struct, frozen=True, forbid_unknown_fields=True):
    """One device of `[devices]`, keyed by the cell of the device column.

    ``id`` is its own in topics where the one made of the column will not do.
    """

    name: str
    id: str = ""
    district: str = ""
    lng: float | None = None
    lat: float | None = None
    kind: str = ""
    period: float | None = None
    attributes: Attributes = field(default_factory=dict)


class Thresholds(Struct, frozen=True, forbid_unknown_fields=True):
    """What the report calls a gap and stuck, in periods of the device's card (our defaults)."""

    gap: float = 4.0
    stuck: float = 48.0


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole mapping file. ``name``, licence and source go into the recording.

    ``format``: `csv`; `jsonl` (an object a line), `json` (an array), `mosquitto` (`mosquitto_sub
    -F %J` or `-v`), `senml` (RFC 8428), `parquet`, `mcap` (messages in JSON): there a column is a
    dotted path into a record, as `hub.archive.import_records` tells. ``long``: one row a quantity.
    """

    name: str
    time: Time
    event: Identity
    data: dict[str, Field]
    title: str = ""
    licence: str = ""
    source: str = ""
    format: Literal["csv", "jsonl", "json", "mosquitto", "senml", "parquet", "mcap"] = "csv"
    long: Long | None = None
    csv: Csv = Csv()
    cards: Cards = Cards()
    devices: dict[str, Place] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    report: Thresholds = Thresholds()

    @property
    def columns(self) -> dict[str, str]:
        """Every column the feed must have, with the key that names it."""
        found = {self.time.column: "time.column"}
        for key in ("device", "domain", "event", "district"):
            part = getattr(self.event, key)
            if isinstance(part, Column):
                found.setdefault(part.column, f"event.{key}.column")
        for name, entry in self.data.items():
            if entry.column is not None:
                found.setdefault(entry.column, f"data.{name}.column")
        return found

    def reporting(self, place: Place | None) -> Reporting:
        """Return how often a device reports: its own period, else the one all share."""
        period = (place.period if place else None) or self.cards.period
        return Reporting("periodic", period) if period else Reporting()

    def period(self, place: Place | None) -> Duration | None:
        """Return the period as a duration; None for a device that reports on change."""
        period = self.reporting(place).period
        return None if period is None else round(period * SECOND)

    def device_id(self, key: str) -> str:
        """Return the id in topics of the device whose cell is ``key``."""
        place = self.devices.get(key)
        if place is not None and place.id:
            return place.id
        device = self.event.device
        return device.of(key) if isinstance(device, Column) else device
