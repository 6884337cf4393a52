"""A CSV feed, read row by row: any size, any bytes, no row that stops it."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from hub.archive.errors import BadFeed
from hub.archive.mapping import Csv

LINE_CHARACTERS = 64 * 1024
"""Longest line taken: far above a wide table's; a file that is no text has no line ends at all."""


class BadRow(Struct, frozen=True):
    """A row that gives no reading: the line it ends on (from 1), a reason, words for a person."""

    line: int
    reason: str
    detail: str


class Row(Struct, frozen=True, gc=False):
    """The cells of one row, the line it ends on, and how many rows of a long table it joins."""

    line: int
    cells: list[str]
    rows: int = 1


class Source:
    """The bytes of a feed, counted and digested as they are read; BadFeed when there is none."""

    def __init__(self, path: Path) -> None:
        try:
            self.size = path.stat().st_size
            self._raw = _Hashed(path.open("rb"))
        except OSError as error:
            raise BadFeed(path, str(error.strerror), "Give a file to read") from error
        if not self.size:
            self._raw.close()
            raise BadFeed(path, "it is empty", "Give a file with records")
        self._buffer = io.BufferedReader(self._raw)

    @property
    def count(self) -> int:
        """Bytes read so far."""
        return self._raw.count

    @property
    def digest(self) -> "hashlib._Hash":
        """The digest of the bytes read so far."""
        return self._raw.digest

    def readline(self, limit: int) -> bytes:
        """Return the next line, or at most ``limit`` bytes of it."""
        return self._buffer.readline(limit)

    def drain(self, *, keep: bool = False) -> bytes:
        """Read to the end; return it when it is to be kept."""
        kept = []
        while block := self._buffer.read(1 << 20):
            if keep:
                kept.append(block)
        return b"".join(kept)

    def close(self) -> None:
        """Close the file."""
        self._buffer.close()


class Feed:
    """An open feed: ``header``, then `rows`. BadFeed when it cannot be read or has no header.

    ``sha256`` of what was read and ``terminated`` (whether the last line has an end, or may be
    cut) hold after the last row.
    """

    def __init__(self, path: Path, dialect: Csv) -> None:
        self.path = path
        self.terminated = True
        try:
            self.size = path.stat().st_size
            self._source = _Hashed(path.open("rb"))
        except OSError as error:
            raise BadFeed(path, str(error.strerror), "Give a CSV file") from error
        # utf-8-sig also takes a text without a byte order mark.
        encoding = (
            "utf-8-sig" if dialect.encoding.lower() in ("utf-8", "utf8") else dialect.encoding
        )
        self._text = io.TextIOWrapper(
            io.BufferedReader(self._source), encoding, errors="surrogateescape", newline=""
        )
        self._line = 0
        self._skipped: list[BadRow] = []
        self._cells = csv.reader(
            self._lines(),
            delimiter=dialect.delimiter,
            quotechar=dialect.quote or None,
            quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        )
        try:
            self.header = self._header()
        except BadFeed:
            self.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._text.close()

    @property
    def done(self) -> int:
        """Bytes read so far, of ``size``."""
        return self._source.count

    @property
    def sha256(self) -> str:
        """The digest of the bytes read so far, in hex."""
        return self._source.digest.hexdigest()

    def rows(self) -> Iterator[Row | BadRow]:
        """Yield every row that is not blank; a bad one with its reason."""
        width = len(self.header)
        while True:
            try:
                cells = next(self._cells, None)
            except (csv.Error, UnicodeError) as error:
                yield BadRow(self._line, "not-csv", str(error))
                continue
            yield from self._skipped
            self._skipped.clear()
            if cells is None:
                return
            if cells:
                yield self._checked(cells, width)

    def _checked(self, cells: list[str], width: int) -> Row | BadRow:
        if len(cells) != width:
            return BadRow(self._line, "columns", f"{len(cells)} cells, the header has {width}")
        if cells == self.header:
            return BadRow(self._line, "header-again", "the header stands here again")
        if not "".join(cells).isprintable() and any(map(_undecoded, cells)):
            return BadRow(self._line, "encoding", f"bytes that are not {self._text.encoding}")
        return Row(self._line, cells)

    def _header(self) -> list[str]:
        if self.size == 0:
            raise BadFeed(self.path, "it is empty", "Give a CSV file with a header")
        try:
            header = next(self._cells, None)
        except (csv.Error, UnicodeError) as error:
            raise BadFeed(self.path, f"no CSV: {error}", "Check csv.encoding") from error
        if not header or any(map(_undecoded, header)):
            raise BadFeed(self.path, "no header in the first line", "Check csv.encoding")
        return header

    def _lines(self) -> Iterator[str]:
        while line := self._text.readline(LINE_CHARACTERS):
            self._line += 1
            self.terminated = line.endswith(("\n", "\r"))
            if len(line) < LINE_CHARACTERS or self.terminated:
                yield line
                continue
            detail = f"longer than {LINE_CHARACTERS} characters"
            self._skipped.append(BadRow(self._line, "line-too-long", detail))
            while line and not line.endswith(("\n", "\r")):
                line = self._text.readline(LINE_CHARACTERS)


class _Hashed(io.RawIOBase):
    """A raw file that counts and digests what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: Buffer
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self.count += len(data)
        self.digest.update(data)
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()


def _undecoded(cell: str) -> bool:
    return any("\udc80" <= character <= "\udcff" for character in cell)
