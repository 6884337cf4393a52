"""Telemetry as binary columns (docs/protocol.md): entities of a layer as typed arrays. Pure.

A frame is the length of its header (u32), the header as JSON, and columns, each of which begins
at a multiple of eight bytes: a browser lays typed arrays over them without copying. All numbers
are little-endian. A batch holds entities of one layer; its columns say what they are, so that no
schema has to be agreed upon before.
"""

import math
import sys
from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from hub.model.instant import text
from hub.serve.frames import Moment

ALIGNMENT = 8
NOWHERE = -(2**31)
"""A place that an entity does not have; no longitude or latitude is that large."""
DEGREE = 10_000_000
"""Places are whole ten-millionths of a degree: 1 cm."""
UNKNOWN = 255
"""Neither true nor false."""


class Cells(Struct):
    """An entity's JSON, as its columns need it."""

    id: str
    layer: str
    v: int
    title: str
    time: datetime
    at: tuple[float, float] | None = None
    district: str | None = None
    level: str | None = None
    stale: bool = False
    quality: list[str] = []
    data: dict[str, object] = {}


class Batch(Struct, frozen=True):
    """Entities of one layer: their slots, their cells, and as what the client knew them.

    ``before`` is None for entities that are new to the view: their ids and all columns are sent.
    Else only the columns in which at least one of them changed are.
    """

    layer: str
    slots: list[int]
    cells: list[Cells]
    before: list[Cells] | None = None


Value = object
_read: dict[str, Callable[[Cells], Value]] = {
    "id": lambda cells: cells.id,
    "title": lambda cells: cells.title,
    "lng": lambda cells: cells.at and cells.at[0],
    "lat": lambda cells: cells.at and cells.at[1],
    "district": lambda cells: cells.district,
    "level": lambda cells: cells.level,
    "stale": lambda cells: cells.stale,
    "quality": lambda cells: cells.quality,
}
_PLACES = ("lng", "lat")

cells_of = msgspec.json.Decoder(Cells).decode
_json = msgspec.json.Encoder().encode


class _Body:
    """Columns one after another, each at its place."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.size = 0

    def add(self, column: array) -> int:  # type: ignore[type-arg]  # of any number
        """Append a column; return where it begins."""
        if sys.byteorder == "big":
            column.byteswap()
        raw = column.tobytes()
        offset = self.size
        padded = raw + bytes(-len(raw) % ALIGNMENT)
        self.parts.append(padded)
        self.size += len(padded)
        return offset


def encode(
    epoch: str,
    seq: int,
    prev: int | None,
    now: Moment,
    *,
    batches: Iterable[Batch],
    remove: dict[str, list[int]] | None = None,
) -> bytes:
    """Return a frame's payload; without ``prev`` it replaces all entities of the view."""
    body = _Body()
    described = [_batch(each, body) for each in batches]
    header = _json(
        {
            "kind": "columns",
            "epoch": epoch,
            "seq": seq,
            "prev": prev,
            "city_time": text(now.city),
            "delay_ms": now.delay_ms,
            "remove": remove or {},
            "batches": described,
        }
    )
    header += b" " * (-(4 + len(header)) % ALIGNMENT)
    return b"".join([len(header).to_bytes(4, "little"), header, *body.parts])


def _batch(batch: Batch, body: _Body) -> dict[str, object]:
    columns = [
        {"name": "slot", "type": "u32", "offset": body.add(array("I", batch.slots))},
        _number("v", [cells.v for cells in batch.cells], body),
        _number("time", [cells.time.timestamp() * 1_000 for cells in batch.cells], body),
    ]
    for name, read in _read.items():
        values = [read(cells) for cells in batch.cells]
        if batch.before is None or (
            name != "id" and values != [read(cells) for cells in batch.before]
        ):
            column = _place if name in _PLACES else _any
            columns.append(column(name, values, body))
    columns += _data(batch, body)
    return {"layer": batch.layer, "count": len(batch.slots), "columns": columns}


def _data(batch: Batch, body: _Body) -> list[dict[str, object]]:
    """Return the columns of the fields that a scenario shows, named `data.{field}`."""
    names = dict.fromkeys(name for cells in batch.cells for name in cells.data)
    before = batch.before or ()
    # A field that is gone from all of them has to be told as well.
    names |= dict.fromkeys(name for cells in before for name in cells.data)
    columns = []
    for name in names:
        values = [cells.data.get(name) for cells in batch.cells]
        if batch.before is None or values != [cells.data.get(name) for cells in before]:
            columns.append(_any(f"data.{name}", values, body))
    return columns


def _any(name: str, values: Sequence[Value], body: _Body) -> dict[str, object]:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds <= {int, float} and kinds:
        return _number(name, values, body)
    if kinds == {bool}:
        flags = array("B", [UNKNOWN if value is None else bool(value) for value in values])
        return {"name": name, "type": "u8", "offset": body.add(flags)}
    return _words(name, values, body)


def _number(name: str, values: Sequence[Value], body: _Body) -> dict[str, object]:
    column = array("d", [math.nan if value is None else float(value) for value in values])  # type: ignore[arg-type]  # numbers
    return {"name": name, "type": "f64", "offset": body.add(column)}


def _place(name: str, values: Sequence[Value], body: _Body) -> dict[str, object]:
    column = array(
        "i",
        [NOWHERE if value is None else round(value * DEGREE) for value in values],  # type: ignore[operator]  # degrees
    )
    return {"name": name, "type": "i32", "offset": body.add(column)}


def _words(name: str, values: Sequence[Value], body: _Body) -> dict[str, object]:
    """Return a column of what is no number: each different value once, and who has which."""
    codes: dict[object, int] = {}
    words: list[Value] = []
    column = array("I", bytes(4 * len(values)))
    for index, value in enumerate(values):
        key = value if isinstance(value, str) or value is None else _json(value)
        code = codes.get(key)
        if code is None:
            code = codes[key] = len(words)
            words.append(value)
        column[index] = code
    return {"name": name, "type": "dict", "offset": body.add(column), "values": words}
