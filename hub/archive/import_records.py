"""Feeds that are no tables: their records become rows with the columns that the mapping names.

A column is a dotted path into a record: `data.pm25`, `payload.sensor.0.value`, `levels.2` (of the
topic). Each reader yields (line, record) or a bad row, in the order of the file, in bounded memory.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from hub.archive.errors import BadFeed
from hub.archive.feed import BadRow, Row, Source
from hub.ingest.senml import ABSOLUTE

LINE_BYTES = 1024 * 1024
"""Longest line of a feed of records: above any message of a sensor."""
WHOLE_BYTES = 64 * 1024 * 1024
"""Largest feed that is one JSON value, which must be read as a whole."""

Record = dict[str, Any]
Records = Iterator[tuple[int, Record] | BadRow]
_decode = msgspec.json.Decoder().decode


class RecordFeed:
    """A feed of records, open. ``columns`` are what the mapping asks for: the rows' header."""

    def __init__(
        self, path: Path, columns: list[str], read: Callable[["RecordFeed"], Records]
    ) -> None:
        self.path = path
        self.header = columns
        self.terminated = True
        self.source = Source(path)
        self.size = self.source.size
        self._read = read
        self._paths = [column.split(".") for column in columns]

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    @property
    def done(self) -> int:
        """Bytes read so far, of ``size``."""
        return self.source.count

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""
        return self.source.digest.hexdigest()

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield a row for each record; a bad one with its reason."""
        for found in self._read(self):
            if isinstance(found, BadRow):
                yield found
            else:
                line, record = found
                yield Row(line, [_text(_at(record, path)) for path in self._paths])

    def lines(self) -> Iterator[tuple[int, bytes] | BadRow]:
        """Yield the lines that are not blank; one that is too long with its reason."""
        number = 0
        while raw := self.source.readline(LINE_BYTES):
            number += 1
            self.terminated = raw.endswith(b"\n")
            if len(raw) == LINE_BYTES and not self.terminated:
                yield BadRow(number, "line-too-long", f"longer than {LINE_BYTES} bytes")
                while raw and not raw.endswith(b"\n"):
                    raw = self.source.readline(LINE_BYTES)
            elif raw.strip():
                yield number, raw


def jsonl(feed: RecordFeed) -> Records:
    """Read one JSON object a line."""
    for found in feed.lines():
        yield found if isinstance(found, BadRow) else _object(*found)


def json(feed: RecordFeed) -> Records:
    """Read one JSON array of objects, or one object."""
    whole = _whole(feed)
    try:
        value = _decode(whole)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadFeed(feed.path, f"no JSON: {error}", "Is it one object a line: jsonl?") from error
    for number, record in enumerate(value if isinstance(value, list) else [value], start=1):
        if isinstance(record, dict):
            yield number, record
        else:
            yield BadRow(number, "not-an-object", f"{str(record)[:80]!r}")


def mosquitto(feed: RecordFeed) -> Records:
    """Read what `mosquitto_sub` wrote: with `-F %J` a JSON object a line, with `-v` topic, payload.

    A record has `topic`, `levels` (the topic's), `payload` (JSON where it is) and, of `-F %J`,
    `tst` and the rest.
    """
    for found in feed.lines():
        if isinstance(found, BadRow):
            yield found
            continue
        number, raw = found
        if raw.lstrip().startswith(b"{"):
            record = _object(number, raw)
            if isinstance(record, BadRow):
                yield record
                continue
            said = record[1]
        else:
            topic, _, payload = raw.strip().partition(b" ")
            said = {"topic": topic.decode("utf-8", "replace"), "payload": _loose(payload)}
        if not isinstance(said.get("topic"), str):
            yield BadRow(number, "no-topic", "neither a topic and a payload nor `-F %J`")
            continue
        if isinstance(said.get("payload"), str):
            said["payload"] = _loose(said["payload"].encode("utf-8", "surrogatepass"))
        yield number, said | {"levels": said["topic"].split("/")}


def senml(feed: RecordFeed) -> Records:
    """Read SenML packs (RFC 8428), one a line or one in all; one record each.

    A record has `name` (resolved), `value` (of v, vs, vb or vd), `unit`, `sum` and `time` in Unix
    seconds; base fields hold from their record on (§4.1). A time that is relative to now is none.
    """
    for found in feed.lines():
        if isinstance(found, BadRow):
            yield found
            continue
        number, raw = found
        try:
            pack = _decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            yield BadRow(number, "not-json", str(error)[:200])
            continue
        if not isinstance(pack, list):
            yield BadRow(number, "not-a-pack", "a pack is a JSON array")
            continue
        yield from _pack(number, pack)


def _pack(line: int, pack: list[Any]) -> Records:
    base: Record = {}
    for said in pack:
        if not isinstance(said, dict):
            yield BadRow(line, "not-a-record", f"{str(said)[:80]!r}")
            continue
        base |= {key: value for key, value in said.items() if key in _BASE}
        try:
            record = _resolved(said, base)
        except TypeError as error:
            yield BadRow(line, "not-a-record", str(error)[:200])
            continue
        if "value" in record or "sum" in record:
            yield line, record
        elif not any(key in _BASE for key in said):
            yield BadRow(line, "no-value", f"{said.get('n', '')!r} has none of v, vs, vb, vd, s")


_BASE = ("bn", "bt", "bu", "bv", "bs")


def _resolved(said: Record, base: Record) -> Record:
    """Return a record with its base applied (RFC 8428 §4.6); TypeError when types do not fit."""
    record: Record = {"name": base.get("bn", "") + said.get("n", "")}
    seconds = base.get("bt", 0) + said.get("t", 0)
    if seconds >= ABSOLUTE:
        record["time"] = seconds
    unit = said.get("u", base.get("bu"))
    if unit is not None:
        record["unit"] = unit
    if "v" in said:
        record["value"] = base.get("bv", 0) + said["v"]
    for key in ("vs", "vb", "vd"):
        if key in said:
            record["value"] = said[key]
    if "s" in said:
        record["sum"] = base.get("bs", 0) + said["s"]
    return record


def parquet(feed: RecordFeed) -> Records:
    """Read a Parquet file, a batch at a time; BadFeed when it is none or the library is absent."""
    try:
        from pyarrow import parquet as pq  # noqa: PLC0415 an extra
    except ImportError as error:
        remedy = "pip install cityhub[parquet], or save it as CSV"
        raise BadFeed(feed.path, "pyarrow is not installed", remedy) from error
    feed.source.drain()  # the digest is of the whole file; the library reads it by itself
    try:
        number = 0
        with pq.ParquetFile(feed.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH):
                for record in batch.to_pylist():
                    number += 1
                    yield number, record
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise BadFeed(feed.path, f"no Parquet: {error}", "Is it CSV or JSON?") from error


_BATCH = 10_000
"""Rows of a Parquet file in memory at a time."""


def _object(line: int, raw: bytes) -> tuple[int, Record] | BadRow:
    try:
        value = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return BadRow(line, "not-json", str(error)[:200])
    if not isinstance(value, dict):
        return BadRow(line, "not-an-object", f"{raw[:80]!r}")
    return line, value


def _loose(payload: bytes) -> Any:
    """Return a payload as JSON where it is, else as text."""
    try:
        return _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return payload.decode("utf-8", "replace")


def _whole(feed: RecordFeed) -> bytes:
    if feed.size > WHOLE_BYTES:
        remedy = "Write one object a line and import it as jsonl"
        raise BadFeed(feed.path, f"one JSON value of {feed.size} bytes", remedy)
    return feed.source.drain(keep=True)


def _at(record: Any, path: list[str]) -> Any:
    for name in path:
        if isinstance(record, dict):
            record = record.get(name)
        elif isinstance(record, list) and name.isdecimal() and int(name) < len(record):
            record = record[int(name)]
        else:
            return None
    return record


def _text(value: Any) -> str:
    """Return a value as a cell; the reader takes it from there as it does in a table."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case dict() | list():
            return msgspec.json.encode(value).decode()
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)
