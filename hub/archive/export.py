"""Exporting a recording as a table: one row an event, for spreadsheets and notebooks.

Columns: `position`, `log_time`, `time` (the device's own), `type`, `source`, `district`, `subject`,
`sequence`, `flags`, and the data: as JSON in `data`, or flat, one column `data.{field}` for each
field at its first level. CSV is RFC 4180 in UTF-8; Parquet is typed where a field has one type.
"""

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hub.archive.errors import NoParquet, TooManyColumns
from hub.model.event import Logged
from hub.model.instant import Instant, text, to_datetime

ROWS = 10_000
"""Rows of one Parquet row group, and between two calls of the progress function."""

COLUMNS = 1_000
"""Most columns of data: names come from devices; beyond it the data stays one column."""

ENVELOPE = (
    "position",
    "log_time",
    "time",
    "type",
    "source",
    "district",
    "subject",
    "sequence",
    "flags",
)
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula (OWASP CSV injection)."""

Cell = str | int | float | bool | None
Progress = Callable[[int], None]

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def data_columns(events: Iterable[Logged]) -> dict[str, type]:
    """Return the fields of data at its first level, each with its type: str where it has several.

    TooManyColumns.
    """
    found: dict[str, type] = {}
    for logged in events:
        for name, cell in _fields(logged).items():
            if cell is None:
                found.setdefault(name, type(None))
                continue
            known, own = found.get(name, type(None)), type(cell)
            found[name] = own if known in (own, type(None)) else _common(known, own)
            if len(found) > COLUMNS:
                raise TooManyColumns(COLUMNS)
    return dict(sorted(found.items()))


def write_csv(
    events: Iterable[Logged], target: Path, columns: dict[str, type] | None, progress: Progress
) -> int:
    """Write a CSV file with ``columns`` of data (None: data as JSON); return its rows."""
    count = 0
    with target.open("x", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_names(columns))
        for count, row in enumerate(_rows(events, columns), start=1):
            writer.writerow([_safe(cell) for cell in row])
            if count % ROWS == 0:
                progress(count)
    return count


def write_parquet(
    events: Iterable[Logged], target: Path, columns: dict[str, type] | None, progress: Progress
) -> int:
    """Write a Parquet file, likewise. NoParquet where pyarrow is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 optional, and 55 MB: only who asks for it has it
        import pyarrow.parquet as pq  # noqa: PLC0415 as above
    except ImportError as error:
        raise NoParquet from error
    schema = pa.schema([(name, _arrow(pa, name, columns)) for name in _names(columns)])
    count, rows = 0, _rows(events, columns, moments=True)
    with target.open("xb") as file, pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := _group(rows):
            pairs = zip(zip(*group, strict=True), schema, strict=True)
            arrays = [pa.array(list(column), field.type) for column, field in pairs]
            writer.write_table(pa.table(arrays, schema=schema))
            count += len(group)
            progress(count)
    return count


def _group(rows: Iterator[list[Any]]) -> list[list[Any]]:  # Any: cells, times among them
    return [row for _, row in zip(range(ROWS), rows, strict=False)]


def _arrow(pa: Any, name: str, columns: dict[str, type] | None) -> Any:  # Any: pyarrow has no types
    if name in ("log_time", "time"):
        return pa.timestamp("us", tz="UTC")
    kind = (columns or {}).get(name.removeprefix("data."), str) if name not in ENVELOPE else str
    return {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}.get(kind, pa.string())


def _names(columns: dict[str, type] | None) -> list[str]:
    return [*ENVELOPE, *(["data"] if columns is None else [f"data.{name}" for name in columns])]


def _rows(
    events: Iterable[Logged], columns: dict[str, type] | None, *, moments: bool = False
) -> Iterator[list[Any]]:  # Any: cells, and with ``moments`` datetimes
    for logged in events:
        event = logged.event
        moment = to_datetime if moments else text
        row: list[Any] = [
            str(logged.position),
            moment(logged.time),
            _said(event.time, moment),
            event.type,
            event.source,
            event.district,
            event.subject,
            event.sequence,
            " ".join(event.flags),
        ]
        if columns is None:
            yield [*row, event.data.decode("utf-8", "backslashreplace")]
            continue
        fields = _fields(logged)
        yield [*row, *(_cast(fields.get(name), kind) for name, kind in columns.items())]


def _said(time: Instant | None, moment: Callable[[Instant], Any]) -> Any:  # Any: text or datetime
    """Return a device's own time; nothing where no calendar has it."""
    try:
        return None if time is None else moment(time)
    except OverflowError:
        return None


def _fields(logged: Logged) -> dict[str, Cell]:
    """Return the data's fields; what is no object has none, what is no scalar is JSON."""
    try:
        data = _decode(logged.event.data)
    except (msgspec.DecodeError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {name: _scalar(value) for name, value in data.items()}


def _scalar(value: Any) -> Cell:  # Any: JSON
    if isinstance(value, dict | list):
        return _encode(value).decode()
    return value if not isinstance(value, int) or abs(value) < 2**63 else str(value)


def _common(one: type, other: type) -> type:
    return float if {one, other} == {int, float} else str


def _cast(cell: Cell, kind: type) -> Cell:
    if cell is None or isinstance(cell, kind):
        return cell
    if kind is float and isinstance(cell, int):
        return float(cell)
    return cell if isinstance(cell, str) else _encode(cell).decode()


def _safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs; numbers stay what they are."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, str) and cell.startswith(_DANGEROUS):
        return f"'{cell}"
    return cell
