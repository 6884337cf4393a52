"""The ledger: which readings the broker has taken, one JSON line at each PUBACK.

A checker compares it with the log: what stands here must be there.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from hub.model.instant import Instant


class Entry(Struct, frozen=True, gc=False):
    """One acknowledged reading; ``published`` and ``acknowledged`` are real instants."""

    device: str
    sequence: str
    id: str
    published: Instant
    acknowledged: Instant


class Ledger:
    """An append-only file of entries; without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._file = None if path is None else path.open("ab")
        self._encode = msgspec.json.Encoder().encode

    def write(self, entry: Entry) -> None:
        """Add an entry; it reaches the file with the next flush."""
        if self._file is not None:
            self._file.write(self._encode(entry) + b"\n")

    def flush(self) -> None:
        """Hand what was written to the operating system; call it after each slice."""
        if self._file is not None:
            self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
