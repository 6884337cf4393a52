"""Hours and days: how many hourly means a longer one needs, and the day's ozone."""

from collections.abc import Sequence

import pytest

from hub.sdk import HOUR
from scenarios.ecology.hours import Hour, daily, hourly, kept
from scenarios.ecology.rules import HOURS_KEPT


def hours(**values: Sequence[float | None]) -> list[Hour]:
    """Return hours from the first on, with a value of each pollutant or none."""
    count = max(len(each) for each in values.values())
    found: list[Hour] = []
    for at in range(count):
        means = {name: value for name, row in values.items() if (value := row[at]) is not None}
        found = kept(found, Hour((at + 1) * HOUR, means))
    return found


@pytest.mark.parametrize(("there", "aqi"), [(19, None), (20, 100), (24, 100)])
def test_a_day_needs_twenty_hours(there: int, aqi: int | None) -> None:
    """GB 3095 table 4."""
    day = daily(hours(pm25=[60.0] * there + [None] * (24 - there)))
    assert (day.aqi if day else None) == aqi


@pytest.mark.parametrize(("there", "aqi"), [(5, None), (6, 100), (8, 100)])
def test_eight_hours_of_ozone_need_six(there: int, aqi: int | None) -> None:
    """GB 3095 table 4; alone in the day they are its greatest."""
    found = daily(hours(o3=[None] * 8 + [160.0] * there + [None] * (16 - there)))
    assert (found.aqi if found else None) == aqi


def test_the_days_ozone_is_its_greatest_eight_hours() -> None:
    """Not the mean of the day, and no span that reaches out of it."""
    peak = [60.0] * 8 + [215.0] * 8 + [60.0] * 8
    day = daily(hours(o3=peak))
    assert day is not None
    assert day.aqi == 150
    early = [400.0] * 7 + [60.0] * 17
    whole = daily(hours(o3=[*early, 60.0]))  # the first hour is out, six and two eighths remain
    assert whole is not None
    assert whole.aqi == 210, "(6 × 400 + 2 × 60) / 8 = 315"


def test_a_day_is_forgotten_after_a_day() -> None:
    """What is kept is bounded, and an hour told again takes its own place."""
    found = hours(pm25=[float(at) for at in range(60)])
    assert len(found) == HOURS_KEPT
    assert found[0].end == 37 * HOUR
    again = kept(found, Hour(50 * HOUR, {"pm25": 7}))
    assert len(again) == HOURS_KEPT
    assert [hour.means["pm25"] for hour in again if hour.end == 50 * HOUR] == [7]


def test_no_hours_no_day() -> None:
    """Nothing is said of nothing."""
    assert daily([]) is None
    assert hourly(Hour(0, {})) is None
