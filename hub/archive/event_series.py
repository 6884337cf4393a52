"""The log of one partition as a series of recordings."""

from pathlib import Path

from hub.archive.recording import read_recording
from hub.archive.retained import Retained
from hub.archive.rolling import EVENT_BOUNDS, Bounds, Rolling, mend
from hub.archive.writer import RecordingWriter
from hub.model.event import Logged


class EventSeries:
    """Appends events to the newest file. ``last`` is the ordinal of the newest event."""

    def __init__(self, series: Path, facts: dict[str, str], bounds: Bounds = EVENT_BOUNDS) -> None:
        self.last = 0
        self.missed = 0
        self._file = Rolling(series, bounds)
        self._series = series
        self._facts = facts
        self._retained = Retained()
        self._writer: RecordingWriter | None = None

    def resume(self) -> list[str]:
        """Find where the series ends, after a crash too; return what had to be mended, in words."""
        newest, done = mend(self._series)
        while newest is not None:
            ordinals = 0
            for logged in read_recording(newest.path):
                self._retained.take(logged)
                ordinals = max(ordinals, logged.position.ordinal)
            if ordinals >= newest.first:
                self.last = ordinals
                return done
            newest.path.unlink()
            done.append(f"removed {newest.path}: no event is in it")
            newest, more = mend(self._series)
            done += more
        return done

    def write(self, events: list[Logged]) -> None:
        """Append events; those that are there already are passed over, missing ones counted."""
        for logged in events:
            ordinal = logged.position.ordinal
            if ordinal <= self.last:
                continue
            if self.last:
                self.missed += ordinal - self.last - 1
            if self._writer is None or self._file.full(logged.time):
                self._roll(logged)
            if self._writer is not None:
                self._writer.write(logged)
            self._file.count()
            self._retained.take(logged)
            self.last = ordinal

    def sync(self) -> int:
        """Make durable what was written; return the ordinal up to which nothing can be lost."""
        if self._writer is not None:
            self._writer.flush()
            self._file.sync()
        return self.last

    def close(self) -> None:
        """End the file in progress."""
        if self._writer is not None:
            self._writer.finish()
            self._writer = None
            self._file.end()

    def drop(self) -> None:
        """Leave the file in progress as a crash would: `resume` begins from it."""
        self._writer = None
        self._file.drop()

    def _roll(self, logged: Logged) -> None:
        self.close()
        stream = self._file.begin(logged.position.ordinal, logged.time)
        self._writer = RecordingWriter(stream, self._facts, self._retained.state())
