"""One partition's outputs from a moment on: out of one file after the other, also as they grow."""

from collections.abc import Iterator
from pathlib import Path

from hub.archive.output_recording import Keyframe, OutputReader
from hub.archive.segments import Segment, segments
from hub.log.outputs import Page
from hub.model.instant import Instant


class Track:
    """Gives a keyframe first, then pages; another keyframe only where the series has a gap.

    FileNotFoundError when retention removed what is read next; Damaged.
    """

    def __init__(self, series: Path, at: Instant) -> None:
        self._series = series
        self._reader: OutputReader | None = None
        self._pages: Iterator[Page] = iter(())
        self._segment: Segment | None = None
        self._cursor = ""
        self._next: Keyframe | Page | None = None
        found = segments(series)
        begun = [each for each in found if each.time <= at]
        # A file's name has whole seconds: it may begin just after the moment.
        for segment in [*reversed(begun), *found[:1]]:
            if self._open(segment).time <= at:
                break

    def close(self) -> None:
        """Close the file in use."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def peek(self) -> Keyframe | Page | None:
        """Return what comes next, None when there is nothing yet."""
        if self._next is None:
            self._next = self._read()
        return self._next

    def take(self) -> None:
        """Pass over what `peek` gave."""
        if self._next is not None:
            self._cursor = self._next.cursor
        self._next = None

    def _open(self, segment: Segment) -> Keyframe:
        self.close()
        self._reader = OutputReader(segment.path)
        self._pages = self._reader.pages()
        self._segment = segment
        # Where the series has no gap, its keyframe says what is known.
        frame = self._reader.keyframe
        self._next = None if frame.cursor == self._cursor else frame
        return frame

    def _read(self) -> Keyframe | Page | None:
        while self._reader is not None and self._segment is not None:
            page = next(self._pages, None)
            if page is not None:
                return page
            after = [each for each in segments(self._series) if each.first > self._segment.first]
            if not after:
                self._pages = self._reader.pages()  # what has grown since
                return next(self._pages, None)
            if self._reader.whole:
                self._open(after[0])
            elif not self._reopened():
                return None
            if self._next is not None:
                return self._next
        return self._first()

    def _reopened(self) -> bool:
        """Read on in a file that a crash cut and that was mended since; False if it is not yet."""
        if self._reader is None or self._segment is None:
            return False
        self.close()
        self._reader = OutputReader(self._segment.path)
        offset = int(self._cursor.partition("-")[2] or 0)
        self._pages = (page for page in self._reader.pages() if page.offset > offset)
        page = next(self._pages, None)
        self._next = page
        return page is not None or self._reader.whole

    def _first(self) -> Keyframe | None:
        """Begin with a series that had no file yet."""
        found = segments(self._series)
        if found:
            self._open(found[0])
        return self._next if isinstance(self._next, Keyframe) else None
