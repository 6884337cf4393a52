"""The course of one car park: entries and exits as functions of time; occupancy follows.

Cars of one purpose and one day form a cohort. By the instant t, as many of it have entered as the
day's shape says for t − a(t), and as many have left as it says for t − stay − b(t), where a and b
are seeded noise that is never negative and grows slower than time. Both counts only grow, nobody
leaves before entering, and occupancy is their difference: it cannot jump, and needs no history.
When all bays are taken, cars wait at the entrance: a freed bay is taken again after a short while.
"""

from datetime import timedelta
from functools import cache

from hub.model.instant import CITY_ZONE, DAY, HOUR, MINUTE, Duration, Instant
from sensors.city.kind import HOURS, STANDING, Kind, arrived, streams
from sensors.city.noise import Noise, unit

_QUICK: Duration = 15 * MINUTE
_QUICK_DELAY = 8 / 60
_SLOW: Duration = 3 * HOUR
_SLOW_DELAY = 30 / 60
# In hours. Slopes 8/15 + 30/180 < 1 keep the counts growing; their sum, 38 min, stays below the
# shortest stay (0.9 h), so that nobody leaves before entering.

_LATENESS = 0.5
"""Hours by which whole car parks differ from each other in their day."""
_RETAKE: Duration = 100_000_000
"""A freed bay of a full car park is taken again after 100 s (our default)."""
_WEEKEND = 5
# Salts stand above every lattice index, so that two courses never read the same neighbours.
_ENTER, _LEAVE, _SLOWLY, _LOT_DAY, _CITY_DAY = 1 << 40, 2 << 40, 4 << 40, 8 << 40, 16 << 40

# Monday 1970-01-05 in China Standard Time is day 4 since the epoch there.
_FIRST_MONDAY = 4
_ZONE: Duration = CITY_ZONE.utcoffset(None) // timedelta(microseconds=1)


def city_day(instant: Instant) -> int:
    """Return the count of days since 1970-01-01 in the city's zone."""
    return (instant + _ZONE) // DAY


def city_hour(instant: Instant) -> float:
    """Return the hour of the day in the city's zone, from 0 to below 24."""
    return (instant + _ZONE) % DAY / HOUR


def is_weekend(day: int) -> bool:
    """Return whether a city day is Saturday or Sunday. Public holidays are not modelled."""
    return (day - _FIRST_MONDAY) % 7 >= _WEEKEND


@cache
def _shapes(kind: Kind) -> tuple[tuple[tuple[tuple[float, ...], float], ...], ...]:
    """Return the (cumulative arrivals, stay) of a kind's streams on weekdays and at weekends."""
    return (
        tuple((stream.weekday, stream.stay) for stream in streams(kind)),
        tuple((stream.weekend, stream.stay) for stream in streams(kind)),
    )


class Course:
    """One car park's cars. ``capacity`` in bays; ``limit`` cars at most, more where aisles fill."""

    __slots__ = (
        "_demand",
        "_lateness",
        "_noise",
        "_salt",
        "_shapes",
        "_standing",
        "capacity",
        "limit",
    )

    def __init__(
        self, noise: Noise, salt: int, kind: Kind, *, capacity: int, limit: int, peak: float
    ) -> None:
        """``peak`` is the expected weekday peak as a share of capacity; ``salt`` is its own."""
        self._noise = noise
        self._salt = salt
        self._shapes = _shapes(kind)
        self._standing = int(capacity * peak * STANDING[kind])
        self._demand = capacity * peak * (1 - STANDING[kind])
        self._lateness = _LATENESS * unit(salt, 5)
        self.capacity = capacity
        self.limit = limit

    def occupied(self, instant: Instant) -> int:
        """Return the cars inside at an instant."""
        entered, left = self.gates(instant, city_day(instant))
        return entered - left

    def gates(self, instant: Instant, day: int) -> tuple[int, int]:
        """Return how many cars of the cohorts of ``day`` and the day before entered and left.

        Exact while the instant lies in ``day``; older cohorts have left by then.
        """
        wanted, left = self._demanded(instant, day)
        # Only a car park three quarters full can have its last bays freed within the retake time.
        if wanted - left <= self.limit * 3 // 4:
            return wanted, left
        _, left_before = self._demanded(instant - _RETAKE, day)
        return min(wanted, self.limit + left_before), left

    def _demanded(self, instant: Instant, day: int) -> tuple[int, int]:
        hour = (instant + _ZONE - day * DAY) / HOUR - self._lateness
        come = hour - self._delay(instant, _ENTER)
        gone = hour - self._delay(instant, _LEAVE)
        today = self._cohort(day, come, gone)
        before = self._cohort(day - 1, come + HOURS, gone + HOURS)
        return self._standing + today[0] + before[0], today[1] + before[1]

    def _cohort(self, day: int, come: float, gone: float) -> tuple[int, int]:
        """Return how many of a day's cars came and went by these hours of that day."""
        scale = self._demand * self._busy(day)
        at, salt = self._noise.at, self._salt
        entered = left = 0
        for index, (shape, stay) in enumerate(self._shapes[is_weekend(day)], start=day * 8):
            start = at(salt, index)
            entered += int(scale * arrived(shape, come) + start)
            left += int(scale * arrived(shape, gone - stay) + start)
        return entered, left

    def _delay(self, instant: Instant, gate: int) -> float:
        salt = self._salt ^ gate
        smooth = self._noise.smooth
        quick = smooth(salt, instant, _QUICK)
        return _QUICK_DELAY * quick + _SLOW_DELAY * smooth(salt ^ _SLOWLY, instant, _SLOW)

    def _busy(self, day: int) -> float:
        """Return how busy a day is: ±5 % for the car park itself, ±3 % for the whole city."""
        own = self._noise.at(self._salt ^ _LOT_DAY, day)
        everyone = self._noise.at(_CITY_DAY, day)
        return (0.95 + 0.1 * own) * (0.97 + 0.06 * everyone)
