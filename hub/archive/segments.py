"""The files of the archive: bounded segments of one series, named by where and when they begin.

`{archive}/{epoch}/{partition}/{series}/{first ordinal, 16 digits}-{log time}.mcap`. The epoch is
the log's own: it changes when history is lost and ordinals begin anew.
"""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from msgspec import Struct

from hub.model.instant import Duration, Instant, from_datetime, to_datetime

EVENTS = "events"
"""Series of the log: recordings."""
OUTPUTS = "outputs"
"""Series of what was put out: output recordings."""

_NAME = re.compile(r"(\d{16})-(\d{8}T\d{6}Z)\.mcap", re.ASCII)
_TIME = "%Y%m%dT%H%M%SZ"


class Segment(Struct, frozen=True):
    """One file: it begins at ordinal ``first``, within the second after ``time``."""

    path: Path
    first: int
    time: Instant

    @property
    def bytes(self) -> int:
        """Its size; 0 when it was removed meanwhile."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0


def folder(archive: Path, epoch: str, partition: str, series: str) -> Path:
    """Return where a series is."""
    return archive / epoch / partition / series


def path_of(series: Path, first: int, time: Instant) -> Path:
    """Return the path of a segment that begins so."""
    return series / f"{first:016d}-{to_datetime(time):{_TIME}}.mcap"


def segments(series: Path) -> list[Segment]:
    """Return the segments of a series in order; other files there are passed over."""
    found = []
    for path in sorted(series.glob("*.mcap")):
        parts = _NAME.fullmatch(path.name)
        if parts is not None:
            moment = datetime.strptime(parts[2], _TIME).replace(tzinfo=UTC)
            found.append(Segment(path, int(parts[1]), from_datetime(moment)))
    return found


def all_series(archive: Path) -> list[Path]:
    """Return every series of every epoch and partition."""
    return sorted(path for path in archive.glob("*/*/*") if path.name in (EVENTS, OUTPUTS))


def superfluous(
    series: Iterable[list[Segment]], now: Instant, most_bytes: int, longest: Duration
) -> list[Segment]:
    """Return what retention removes: the oldest first, never the newest of a series.

    A segment is older than ``longest`` when the one after it began before ``now - longest``.
    """
    total = 0
    old: list[tuple[Instant, Segment]] = []
    for each in series:
        total += sum(segment.bytes for segment in each)
        old += [(after.time, segment) for segment, after in pairwise(each)]
    removed = []
    for until, segment in sorted(old, key=lambda item: (item[0], item[1].path)):
        if total <= most_bytes and until >= now - longest:
            break
        total -= segment.bytes
        removed.append(segment)
    return removed
