"""Opens a feed of any format: rows with a header, whatever the file is made of."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

from hub.archive import import_records
from hub.archive.errors import BadFeed
from hub.archive.feed import BadRow, Feed, Row
from hub.archive.import_mcap import mcap
from hub.archive.import_records import RecordFeed, Records
from hub.archive.mapping import FILE, Long, Mapping

_READERS: dict[str, Callable[[RecordFeed], Records]] = {
    "jsonl": import_records.jsonl,
    "json": import_records.json,
    "mosquitto": import_records.mosquitto,
    "senml": import_records.senml,
    "parquet": import_records.parquet,
    "mcap": mcap,
}


class OpenFeed(Protocol):
    """What an import reads from."""

    path: Path
    header: list[str]
    size: int

    @property
    def terminated(self) -> bool:
        """Whether the last line has an end, or may be cut."""

    @property
    def done(self) -> int:
        """Bytes read so far, of ``size``."""

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield every row; a bad one with its reason."""

    def close(self) -> None:
        """Close the file."""


def open_feed(path: Path, mapping: Mapping) -> OpenFeed:
    """Open a feed in the mapping's format; BadFeed when it cannot be read."""
    wanted = [column for column in mapping.columns if column != FILE]
    long = mapping.long
    asked = wanted
    if long is not None:
        asked = list(dict.fromkeys([*_grouping(wanted, mapping), long.name, long.value]))
    feed: OpenFeed
    if mapping.format == "csv":
        feed = Feed(path, mapping.csv)
    else:
        feed = RecordFeed(path, asked, _READERS[mapping.format])
    if long is not None:
        feed = LongFeed(feed, long, wanted)
    return NamedFeed(feed) if FILE in mapping.columns else feed


def _grouping(wanted: list[str], mapping: Mapping) -> list[str]:
    """Return the columns that say when and who: all that are no field's."""
    fields = {entry.column for entry in mapping.data.values()}
    return [column for column in wanted if column not in fields]


class _Around:
    """A feed around another one."""

    def __init__(self, feed: OpenFeed, header: list[str]) -> None:
        self._feed = feed
        self.path, self.size, self.header = feed.path, feed.size, header

    @property
    def terminated(self) -> bool:
        """Whether the last line has an end, or may be cut."""
        return self._feed.terminated

    @property
    def done(self) -> int:
        """Bytes read so far, of ``size``."""
        return self._feed.done

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""
        return self._feed.sha256

    def close(self) -> None:
        """Close the file."""
        self._feed.close()


class LongFeed(_Around):
    """A long table (one row a quantity) as a wide one: rows in a row of one device and time join.

    Its header is that of the table without name and value, then the quantities that are wanted.
    """

    def __init__(self, feed: OpenFeed, long: Long, wanted: list[str]) -> None:
        for column in (long.name, long.value):
            if column not in feed.header:
                there = ", ".join(map(repr, feed.header))
                feed.close()
                raise BadFeed(feed.path, f"no column {column!r}; it has {there}", "Check [long]")
        self._name, self._value = feed.header.index(long.name), feed.header.index(long.value)
        base = [column for column in feed.header if column not in (long.name, long.value)]
        self._base = [feed.header.index(column) for column in base]
        quantities = [column for column in wanted if column not in base]
        self._places = {column: len(base) + place for place, column in enumerate(quantities)}
        super().__init__(feed, [*base, *quantities])

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield a row for each device and time, a bad one for what is no quantity."""
        joined: Row | None = None
        for row in self._feed.rows():
            if isinstance(row, BadRow):
                yield row
                continue
            place = self._places.get(row.cells[self._name].strip())
            if place is None:
                name = row.cells[self._name]
                yield BadRow(row.line, "unknown-quantity", f"{name[:80]!r} is no column of [data]")
                continue
            base = [row.cells[index] for index in self._base]
            if joined is not None and (joined.cells[: len(base)] != base or joined.cells[place]):
                yield joined
                joined = None
            if joined is None:
                joined = Row(row.line, base + [""] * len(self._places))
            else:
                joined = Row(row.line, joined.cells, joined.rows + 1)
            joined.cells[place] = row.cells[self._value]
        if joined is not None:
            yield joined


class NamedFeed(_Around):
    """A feed whose rows also say which file they are from: column `@file`, without extension."""

    def __init__(self, feed: OpenFeed) -> None:
        super().__init__(feed, [*feed.header, FILE])

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield the rows with their file's name."""
        for row in self._feed.rows():
            if isinstance(row, Row):
                row.cells.append(self.path.stem)
            yield row
