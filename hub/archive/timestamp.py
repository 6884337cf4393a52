"""Timestamps as feeds write them, to instants."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import partial
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.model.instant import MILLISECOND, SECOND, Instant, from_datetime

_OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")
_Parse = Callable[[str], datetime | Instant]


def zone(name: str) -> tzinfo:
    """Return the zone of `UTC`, `+08:00` or an IANA name; ValueError when there is none."""
    if name == "UTC":
        return UTC
    try:
        if found := _OFFSET.fullmatch(name):
            offset = timedelta(hours=int(found[2]), minutes=int(found[3]))
            return timezone(-offset if found[1] == "-" else offset)
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone of this machine") from error


class Timestamps:
    """Reads the cells of one column: ``formats`` are tried in turn, ``zone`` fills in an offset.

    In the hour that the end of summer time repeats, a local time is read as the first of the two;
    ``ambiguous`` counts how often that was so.
    """

    def __init__(self, formats: tuple[str, ...], zone_name: str) -> None:
        self._parsers = [_parser(name) for name in formats]
        self._zone = zone(zone_name)
        self._fixed = isinstance(self._zone, timezone)
        self.ambiguous = 0

    def read(self, cell: str) -> Instant:
        """Return the instant of a cell; ValueError when no format fits."""
        for parse in self._parsers:
            try:
                moment = parse(cell)
            except (ValueError, OverflowError):
                continue
            return moment if isinstance(moment, int) else self._instant(moment)
        raise ValueError(f"{cell[:80]!r} is no time of the formats in `time.formats`")

    def _instant(self, moment: datetime) -> Instant:
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self._zone)
            if not self._fixed and moment.utcoffset() != moment.replace(fold=1).utcoffset():
                self.ambiguous += 1
        return from_datetime(moment.astimezone(UTC))


def _parser(name: str) -> _Parse:
    match name:
        case "iso":
            return datetime.fromisoformat
        case "unix":
            return partial(_epoch, unit=SECOND)
        case "unix-ms":
            return partial(_epoch, unit=MILLISECOND)
        case _:
            return partial(_pattern, form=name)


def _pattern(cell: str, form: str) -> datetime:
    return datetime.strptime(cell, form)  # noqa: DTZ007 the caller fills in the zone


def _epoch(cell: str, unit: int) -> Instant:
    whole, _, fraction = cell.partition(".")
    # A float has too few digits for microseconds since 1970 times a thousand.
    part = int(fraction.ljust(6, "0")[:6]) * unit // SECOND if fraction else 0
    return int(whole) * unit + (-part if whole.startswith("-") else part)
