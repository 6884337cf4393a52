"""Occupancy follows from entries and exits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.model.instant import DAY, HOUR, MINUTE, parse
from sensors.city.course import Course, city_day, is_weekend
from sensors.city.kind import Kind, expected, streams
from sensors.city.noise import Noise

NOISE = Noise(1)
MONDAY = parse("2026-11-23T00:00:00+08:00")
SATURDAY = MONDAY + 5 * DAY

salts = st.integers(0, 2**64 - 1)
kinds = st.sampled_from(list(Kind))
peaks = st.floats(0.2, 1.3)
moments = st.integers(MONDAY, MONDAY + 14 * DAY)


@given(salts, kinds, st.integers(1, 3_000), peaks, moments)
def test_nobody_leaves_before_entering_and_the_limit_holds(
    salt: int, kind: Kind, bays: int, peak: float, moment: int
) -> None:
    """The cars inside are never below 0 nor above what the car park takes."""
    course = Course(NOISE, salt, kind, capacity=bays, limit=bays + 5, peak=peak)
    assert 0 <= course.occupied(moment) <= bays + 5


@given(salts, kinds, peaks, moments, st.integers(1, HOUR))
def test_occupancy_changes_by_entries_less_exits(
    salt: int, kind: Kind, peak: float, moment: int, span: int
) -> None:
    """Within a day both gate counts only grow, and their difference is the occupancy."""
    course = Course(NOISE, salt, kind, capacity=400, limit=400, peak=peak)
    day = city_day(moment)
    later = min(moment + span, moment + DAY - 1)
    if city_day(later) != day:
        later = moment
    before, after = course.gates(moment, day), course.gates(later, day)
    assert after[0] >= before[0]
    assert after[1] >= before[1]
    entries, exits = after[0] - before[0], after[1] - before[1]
    assert course.occupied(later) - course.occupied(moment) == entries - exits


@given(salts, kinds, st.integers(0, 14))
def test_midnight_changes_nothing(salt: int, kind: Kind, days: int) -> None:
    """Cohorts change at midnight, the cars inside do not."""
    course = Course(NOISE, salt, kind, capacity=1_000, limit=1_000, peak=1.0)
    midnight = MONDAY + days * DAY
    assert abs(course.occupied(midnight) - course.occupied(midnight - 1)) <= 1


@given(salts, kinds, moments)
def test_occupancy_never_jumps(salt: int, kind: Kind, moment: int) -> None:
    """In a minute at most 5 % of the bays change hands on balance."""
    course = Course(NOISE, salt, kind, capacity=1_000, limit=1_000, peak=1.0)
    assert abs(course.occupied(moment + MINUTE) - course.occupied(moment)) <= 50


@pytest.mark.parametrize(
    ("kind", "weekend", "busy", "quiet"),
    [
        (Kind.SHOPPING, False, (11.5, 13), (3, 9)),
        (Kind.SHOPPING, False, (17.5, 20), (3, 9)),
        (Kind.SHOPPING, True, (13, 17), (3, 9.5)),
        (Kind.OFFICE, False, (9.5, 17), (0, 6.5)),
        (Kind.HOME, False, (21, 24), (13, 17)),
        (Kind.HOME, False, (0, 6.5), (13, 17)),
    ],
)
def test_the_day_has_the_shape_of_its_kind(
    kind: Kind, *, weekend: bool, busy: tuple[float, float], quiet: tuple[float, float]
) -> None:
    """DOMAIN: shopping 11-13 and 17-20 (weekend 13-17), offices 9-17, homes 20-7."""

    def mean(span: tuple[float, float]) -> float:
        hours = [span[0] + (span[1] - span[0]) * step / 20 for step in range(21)]
        return sum(expected(streams(kind), h, weekend=weekend) for h in hours) / 21

    assert mean(busy) > 1.4 * mean(quiet)
    assert mean(busy) > 0.6


def test_weekends_are_saturday_and_sunday_in_the_city() -> None:
    """The city's day begins at 16:00 UTC."""
    assert not is_weekend(city_day(SATURDAY - 1))
    assert is_weekend(city_day(SATURDAY))
    assert is_weekend(city_day(SATURDAY + 2 * DAY - 1))
    assert not is_weekend(city_day(SATURDAY + 2 * DAY))
