"""What one partition put out, as a series of output recordings, each with its keyframe."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from hub.archive.output_recording import Keyframe, OutputReader, OutputWriter
from hub.archive.rolling import OUTPUT_BOUNDS, Bounds, Rolling, mend
from hub.log.outputs import Page
from hub.model.instant import Instant
from hub.serve.screen import Row, Screen, row


class _Named(Struct):
    id: str


_named = msgspec.json.Decoder(_Named).decode


class OutputSeries:
    """Appends commits to the newest file, and keeps the screen for the next keyframe.

    ``cursor`` is that of the newest commit, None until `resume` found one or `start` was called;
    ``time`` its log time, ``screen`` what it shows.
    """

    def __init__(
        self,
        series: Path,
        partition: str,
        facts: dict[str, str],
        bounds: Bounds = OUTPUT_BOUNDS,
    ) -> None:
        self.cursor: str | None = None
        self._partition = partition
        self._file = Rolling(series, bounds)
        self._series = series
        self._facts = facts
        self.screen = Screen()
        self.time: Instant = 0
        self._writer: OutputWriter | None = None

    def resume(self) -> list[str]:
        """Find where the series ends, after a crash too; return what had to be mended, in words."""
        newest, done = mend(self._series)
        if newest is None:
            return done
        reader = OutputReader(newest.path)
        try:
            frame = reader.keyframe
            self.screen = screen_of(frame)
            self.cursor, self.time = frame.cursor, frame.time
            for page in reader.pages():
                self._take(page)
        finally:
            reader.close()
        return done

    def start(
        self, cursor: str, time: Instant, rows: Iterable[Row], alerts: Iterable[tuple[str, bytes]]
    ) -> None:
        """Begin anew from the tables as they are at ``cursor``: there is no history before it."""
        self.close()
        self.screen.reset(rows, alerts)
        self.cursor, self.time = cursor, time
        if time:
            self._roll(time)

    def write(self, pages: list[Page]) -> None:
        """Append commits."""
        for page in pages:
            if self._writer is None or self._file.full(page.time):
                self._roll(page.time)
            if self._writer is not None:
                self._writer.write(page)
            self._file.count()
            self._take(page)

    def sync(self) -> int:
        """Make durable what was written; return the output ordinal up to which nothing is lost."""
        if self._writer is not None:
            self._writer.flush()
            self._file.sync()
        return 0 if self.cursor is None else int(self.cursor.partition("-")[0])

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

    def _take(self, page: Page) -> None:
        self.screen.apply(page, self._partition)
        self.cursor, self.time = page.cursor, max(self.time, page.time)

    def _roll(self, now: Instant) -> None:
        self.close()
        self.time = self.time or now
        out, _, offset = (self.cursor or "0-0").partition("-")
        frame = Keyframe(
            self._partition,
            int(offset),
            int(out),
            self.time,
            [Raw(each.json) for each in self.screen.rows.values()],
            [Raw(alert) for alert in self.screen.alerts.values()],
        )
        stream = self._file.begin(int(offset) + 1, self.time)
        self._writer = OutputWriter(stream, self._facts, frame)


def screen_of(frame: Keyframe) -> Screen:
    """Return the screen of a keyframe."""
    screen = Screen()
    alerts = ((_named(raw).id, bytes(raw)) for raw in frame.alerts)
    screen.reset((row(bytes(raw)) for raw in frame.entities), alerts)
    return screen
