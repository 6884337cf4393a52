"""One file of a series after the other: begun, made durable, ended, mended after a crash."""

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from hub.archive.errors import NotARecording
from hub.archive.recover import recover
from hub.archive.segments import Segment, path_of, segments
from hub.model.instant import HOUR, MINUTE, Duration, Instant

_PART = ".part"
"""A file that is being packed: left over by a crash it is removed, its origin is still whole."""


class Bounds(Struct, frozen=True):
    """When a file ends: at so many bytes, so much log time, so many messages."""

    bytes: int
    span: Duration
    messages: int


EVENT_BOUNDS = Bounds(32 * 1024 * 1024, HOUR, 1_000_000)
"""An hour of the default city is some 90,000 events; mending a full file takes seconds."""
OUTPUT_BOUNDS = Bounds(32 * 1024 * 1024, 5 * MINUTE, 25_000)
"""A seek reads a keyframe and at most one such file: well under a second (`history_bench`)."""


class Rolling:
    """The file in progress of a series; nothing is open at first."""

    def __init__(self, series: Path, bounds: Bounds) -> None:
        series.mkdir(parents=True, exist_ok=True)
        self._series = series
        self._bounds = bounds
        self._began: Instant = 0
        self._messages = 0
        self.stream: BinaryIO | None = None
        self._path = series

    def begin(self, first: int, time: Instant) -> BinaryIO:
        """Begin a file; return its stream."""
        self._path = path_of(self._series, first, time)
        self._began, self._messages = time, 0
        # The stream outlives this call: it is closed by `end` or `drop`.
        self.stream = self._path.open("wb")
        return self.stream

    def full(self, time: Instant) -> bool:
        """Return whether what comes at ``time`` belongs into the next file."""
        if self.stream is None:
            return False
        return (
            self._messages >= self._bounds.messages
            or time - self._began >= self._bounds.span
            or self.stream.tell() >= self._bounds.bytes
        )

    def count(self) -> None:
        """Note that a message was written."""
        self._messages += 1

    def sync(self) -> None:
        """Have the disk keep what was flushed: a power cut cannot take it any more."""
        if self.stream is not None:
            self.stream.flush()
            os.fsync(self.stream.fileno())

    def end(self) -> None:
        """Close the file, which is whole, and pack it into chunks of full size."""
        if self.stream is None:
            return
        self.sync()
        self.drop()
        pack(self._path)

    def drop(self) -> None:
        """Close the file as it is."""
        if self.stream is not None:
            stream, self.stream = self.stream, None
            # What cannot be written any more was never promised; `mend` looks at the rest.
            with suppress(OSError):
                stream.close()


def pack(path: Path) -> str:
    """Write a file again in chunks of full size, and whole; return what was wrong with it."""
    part = path.with_suffix(_PART)
    with part.open("wb") as target:
        found = recover(path, target)
        target.flush()
        os.fsync(target.fileno())
    part.replace(path)
    return found.problem


def mend(series: Path) -> tuple[Segment | None, list[str]]:
    """Make the newest file of a series whole after a crash, and remove what holds nothing.

    Return the newest file that is left, and what was done, in words.
    """
    done = []
    for part in sorted(series.glob(f"*{_PART}")):
        part.unlink()
    while found := segments(series):
        newest = found[-1]
        try:
            problem = pack(newest.path)
        except NotARecording as error:
            newest.path.unlink()
            done.append(f"removed: {error}")
            continue
        if problem:
            done.append(f"mended {newest.path}: {problem}")
        return newest, done
    return None, done
