"""Instants, durations and the city clock.

An instant is an ``int``: microseconds since the Unix epoch, UTC. Integers compare, hash and add
exactly, fit a JavaScript number until the year 2255, and cost nothing to store.
"""

from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""
Duration = int
"""Microseconds."""

MILLISECOND: Duration = 1_000
SECOND: Duration = 1_000_000
MINUTE: Duration = 60 * SECOND
HOUR: Duration = 60 * MINUTE
DAY: Duration = 24 * HOUR

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
CITY_ZONE = timezone(timedelta(hours=8), "Asia/Shanghai")
"""Days and working hours are China Standard Time, +08:00 without daylight saving since 1991."""


def from_datetime(moment: datetime) -> Instant:
    """Return the instant of an aware datetime, exact to the microsecond."""
    gap = moment - EPOCH
    return (gap.days * 86_400 + gap.seconds) * SECOND + gap.microseconds


def to_datetime(instant: Instant) -> datetime:
    """Return the aware UTC datetime of an instant."""
    return EPOCH + timedelta(microseconds=instant)


def parse(text: str) -> Instant:
    """Return the instant of an RFC 3339 text; ValueError when it is not one or has no offset."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        message = f"{text!r} has no UTC offset; RFC 3339 requires one (Z or +08:00)"
        raise ValueError(message)
    return from_datetime(moment)


def text(instant: Instant) -> str:
    """Return RFC 3339 in UTC with milliseconds, as every interface shows it."""
    seconds, micros = divmod(instant, SECOND)
    return f"{_second(seconds)}.{micros // MILLISECOND:03d}Z"


@lru_cache(maxsize=4096)  # what happens at the same time is written many times
def _second(seconds: int) -> str:
    return to_datetime(seconds * SECOND).isoformat()[:-6]


class CityClock(Struct, frozen=True):
    """One clock for sensors and stamps, so that an accelerated story still holds its ten minutes.

    At the real instant ``real`` the city shows ``city``, and runs ``rate`` times as fast.
    """

    city: Instant = 0
    real: Instant = 0
    rate: float = 1.0

    def at(self, real: Instant) -> Instant:
        """Return the city time at a real instant."""
        return self.city + round((real - self.real) * self.rate)

    def turned(self, real: Instant, rate: float) -> "CityClock":
        """Return the clock that goes on from this one's time at ``real`` with another rate."""
        return CityClock(self.at(real), real, rate)

    def wait(self, real: Instant, city: Instant) -> float:
        """Return the real seconds from ``real`` until the city shows ``city``; 0 when past."""
        return max(0.0, (city - self.at(real)) / self.rate / SECOND)
