"""Reading a stretch of the log out of the archive, with what was retained at its start."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from hub.archive.errors import EmptyCut, Truncated
from hub.archive.recording import read_recording
from hub.archive.retained import Retained
from hub.archive.segments import EVENTS, Segment, folder, segments
from hub.archive.spans import Span
from hub.archive.writer import RecordingWriter
from hub.model.event import Logged
from hub.model.instant import SECOND, Instant, text

Take = Callable[[Iterable[Logged]], Iterator[Logged]]
"""Passes on the events that are wanted, in order."""

PROGRESS_EVENTS = 2_000
"""Events between two calls of the progress function."""


class Stretch(Struct, frozen=True):
    """From ``start`` to ``end``, both log times and inclusive."""

    start: Instant
    end: Instant


def cut(
    archive: Path,
    span: Span,
    stretch: Stretch,
    target: Path,
    take: Take,
    *,
    progress: Callable[[Instant], None],
) -> int:
    """Write a stretch of an archive as a recording; return how many events it has.

    EmptyCut when there is none, and then no file either. OSError.
    """
    retained = Retained()
    log = take(_log(archive, span, stretch, retained))
    first = next(log, None)
    if first is None:
        raise EmptyCut(text(stretch.start), text(stretch.end), text(span.start), text(span.end))
    count = 0
    run = {"source": "archive", "epoch": span.epoch, "from": text(stretch.start)}
    with (
        target.open("xb") as stream,
        RecordingWriter(
            stream, {**run, "to": text(stretch.end)}, take(retained.state(stretch.start))
        ) as writer,
    ):
        for logged in _chained(first, log):
            writer.write(logged)
            count += 1
            if count % PROGRESS_EVENTS == 0:
                progress(logged.time)
    return count


def _chained(first: Logged, rest: Iterator[Logged]) -> Iterator[Logged]:
    yield first
    yield from rest


def _log(archive: Path, span: Span, stretch: Stretch, retained: Retained) -> Iterator[Logged]:
    """Yield the events of all partitions in the order (log time, partition, ordinal).

    Until the first one comes, ``retained`` is filled with what was said before the stretch.
    """
    each = (
        _events(segments(folder(archive, span.epoch, name, EVENTS)), stretch, retained)
        for name in span.partitions
    )
    return heapq.merge(*each, key=lambda logged: (logged.time, logged.position))


def _events(series: list[Segment], stretch: Stretch, retained: Retained) -> Iterator[Logged]:
    # A file's name has whole seconds: which of them begin before the start is only known so.
    begun = [segment for segment in series if segment.time + SECOND <= stretch.start]
    known = 0
    for segment in [*begun[-1:], *series[len(begun) :]]:
        if segment.time > stretch.end:
            return
        for logged in _readable(segment):
            if logged.time < stretch.start:
                retained.take(logged)
            elif logged.time > stretch.end:
                return
            elif logged.position.ordinal >= segment.first and logged.position.ordinal > known:
                known = logged.position.ordinal
                yield logged


def _readable(segment: Segment) -> Iterator[Logged]:
    try:
        yield from read_recording(segment.path)
    except Truncated:
        return  # it still grows: what is not in it yet is not in the archive
