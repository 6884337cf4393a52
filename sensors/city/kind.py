"""Kinds of car parks and the shapes of their days (DOMAIN: our defaults, not measurements).

Shopping peaks 11-13 and 17-20 (weekend 13-17), offices 9-17, homes 20-7; hospitals in the morning,
stations all day, scenic spots at the weekend.
"""

from enum import StrEnum
from functools import cache
from itertools import accumulate

from msgspec import Struct

HOURS = 24


class Kind(StrEnum):
    """What a car park serves; its value goes into the card."""

    SHOPPING = "shopping"
    OFFICE = "office"
    HOME = "home"
    HOSPITAL = "hospital"
    STATION = "station"
    SCENIC = "scenic"


class Stream(Struct, frozen=True):
    """Cars that come for one purpose: how they arrive over the day and how long they stay.

    ``weekday`` and ``weekend`` are cumulative arrivals at 0:00, 1:00, … 24:00 in cars per bay (at
    scale 1); ``stay`` in hours.
    """

    weekday: tuple[float, ...]
    weekend: tuple[float, ...]
    stay: float


Hours = dict[int, float]
"""Hour of the day → arrivals in that hour, relative to the others."""

_LUNCH_AND_EVENING: Hours = {
    9: 4, 10: 9, 11: 12, 12: 6, 13: 4, 14: 4, 15: 4, 16: 7, 17: 12, 18: 10, 19: 6, 20: 3, 21: 1,
}  # fmt: skip
_AFTERNOON: Hours = {
    9: 3, 10: 6, 11: 9, 12: 15, 13: 14, 14: 12, 15: 10, 16: 7, 17: 6, 18: 5, 19: 4, 20: 2, 21: 1,
}  # fmt: skip
_OPENING: Hours = {7: 1, 8: 4, 9: 5}
_MORNING_RUSH: Hours = {6: 1, 7: 7, 8: 16, 9: 6, 10: 1}
_BUSINESS: Hours = {8: 2, 9: 5, 10: 5, 11: 3, 13: 5, 14: 5, 15: 4, 16: 2}
_HOMECOMING: Hours = {15: 1, 16: 3, 17: 8, 18: 9, 19: 6, 20: 4, 21: 3, 22: 2, 23: 1}
_ERRANDS: Hours = {9: 2, 10: 4, 11: 5, 12: 4, 14: 3, 15: 4, 16: 5, 17: 5, 18: 4, 19: 3, 20: 2}
_CLINIC: Hours = {6: 5, 7: 13, 8: 15, 9: 11, 10: 7, 11: 3, 12: 4, 13: 8, 14: 6, 15: 3, 16: 2, 18: 2}
_NIGHT_CASES: Hours = {0: 1, 2: 1, 5: 1, 9: 1, 15: 1, 18: 3, 19: 3, 20: 3, 21: 3, 22: 2, 23: 2}
_TRAINS: Hours = {
    5: 2, 6: 5, 7: 7, 8: 8, 9: 7, 10: 6, 11: 6, 12: 5, 13: 6, 14: 6, 15: 7, 16: 8, 17: 9, 18: 8,
    19: 7, 20: 6, 21: 5, 22: 3, 23: 1,
}  # fmt: skip
_VISITING: Hours = {8: 5, 9: 11, 10: 13, 11: 8, 12: 5, 13: 8, 14: 7, 15: 4, 16: 2}

_Purpose = tuple[Hours, float, Hours, float, float]
"""Weekday hours and cars per bay, weekend hours and cars per bay, stay in hours."""

_PURPOSES: dict[Kind, tuple[_Purpose, ...]] = {
    Kind.SHOPPING: (
        (_LUNCH_AND_EVENING, 2.0, _AFTERNOON, 2.1, 1.0),
        (_LUNCH_AND_EVENING, 1.3, _AFTERNOON, 1.5, 2.4),
        (_OPENING, 0.12, _OPENING, 0.12, 10.5),
    ),
    Kind.OFFICE: (
        (_MORNING_RUSH, 0.8, _MORNING_RUSH, 0.16, 9.2),
        (_BUSINESS, 0.6, _BUSINESS, 0.2, 1.5),
        (_HOMECOMING, 0.08, _HOMECOMING, 0.08, 13.0),
    ),
    Kind.HOME: (
        (_HOMECOMING, 0.62, _HOMECOMING, 0.5, 12.8),
        (_HOMECOMING, 0.3, _HOMECOMING, 0.42, 19.5),
        (_ERRANDS, 0.3, _ERRANDS, 0.45, 3.0),
    ),
    Kind.HOSPITAL: (
        (_CLINIC, 1.9, _CLINIC, 1.1, 2.6),
        (_MORNING_RUSH, 0.2, _MORNING_RUSH, 0.14, 9.8),
        (_NIGHT_CASES, 0.22, _NIGHT_CASES, 0.22, 11.0),
    ),
    Kind.STATION: (
        (_TRAINS, 2.3, _TRAINS, 2.4, 0.9),
        (_TRAINS, 0.55, _TRAINS, 0.55, 3.5),
        (_TRAINS, 0.36, _TRAINS, 0.33, 19.0),
    ),
    Kind.SCENIC: (
        (_VISITING, 0.7, _VISITING, 1.7, 2.5),
        (_VISITING, 0.3, _VISITING, 0.7, 1.1),
        (_OPENING, 0.06, _OPENING, 0.07, 9.5),
    ),
}

STANDING: dict[Kind, float] = {
    Kind.SHOPPING: 0.04,
    Kind.OFFICE: 0.05,
    Kind.HOME: 0.22,
    Kind.HOSPITAL: 0.06,
    Kind.STATION: 0.1,
    Kind.SCENIC: 0.02,
}
"""Share of the peak that stands for days on end."""


def _cumulative(hours: Hours, cars: float) -> tuple[float, ...]:
    whole = sum(hours.values())
    steps = (cars * hours.get(hour, 0) / whole for hour in range(HOURS))
    return tuple(accumulate(steps, initial=0.0))


def arrived(course: tuple[float, ...], hour: float) -> float:
    """Return the arrivals of a cumulative day up to an hour, linear within hours, 0 before it."""
    if hour <= 0:
        return 0.0
    if hour >= HOURS:
        return course[HOURS]
    whole = int(hour)
    return course[whole] + (hour - whole) * (course[whole + 1] - course[whole])


def expected(streams: tuple[Stream, ...], hour: float, *, weekend: bool = False) -> float:
    """Return the expected occupancy (cars per bay at scale 1) on a day after one of its like."""
    total = 0.0
    for stream in streams:
        course = stream.weekend if weekend else stream.weekday
        for earlier in (0, HOURS):
            total += arrived(course, hour + earlier) - arrived(course, hour + earlier - stream.stay)
    return total


@cache
def streams(kind: Kind) -> tuple[Stream, ...]:
    """Return a kind's streams, scaled so that the expected weekday peak is 1 car per bay.

    Scenic spots, made for the weekend, have their peak of 1 there.
    """
    raw = tuple(
        Stream(_cumulative(weekday, cars), _cumulative(weekend, more), stay)
        for weekday, cars, weekend, more, stay in _PURPOSES[kind]
    )
    busiest = kind is Kind.SCENIC
    quarters = range(HOURS * 4)
    peak = max(expected(raw, quarter / 4, weekend=busiest) for quarter in quarters)
    return tuple(
        Stream(
            tuple(cars / peak for cars in stream.weekday),
            tuple(cars / peak for cars in stream.weekend),
            stream.stay,
        )
        for stream in raw
    )
