"""The files of the archive: bounded segments of one series, named by where and when they begin.

`{archive}/{epoch}/{partition}/{series}/{first ordinal, 16 digits}-{log time}.mcap`. The epoch is
the log's own: it changes when history is lost and ordinals begin anew.
"""

import os
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

_NAME = re.compile(r"(\d{16})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.mcap", re.ASCII)
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
    # Thousands of names are read at each seek: Path objects and strptime would take most of it.
    names = sorted(os.listdir(series)) if series.is_dir() else []  # noqa: PTH208
    for name in names:
        parts = _NAME.fullmatch(name)
        begun = None if parts is None else _begun(*(int(part) for part in parts.groups()[1:]))
        if parts is not None and begun is not None:
            found.append(Segment(series / name, int(parts[1]), begun))
    return found


def _begun(  # noqa: PLR0917 the parts of a date
    year: int, month: int, day: int, hour: int, minute: int, second: int
) -> Instant | None:
    try:
        return from_datetime(datetime(year, month, day, hour, minute, second, tzinfo=UTC))
    except ValueError:  # the thirtieth of February: no file of ours
        return None


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
