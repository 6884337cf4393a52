"""Which grade and level an AQI has, with their returns: pure functions."""

from hub.sdk import Level
from scenarios.ecology.aqi import grade_of
from scenarios.ecology.rules import ALERTS, HEAVY, Grade


def grade(aqi: int, last: Grade | None, margin: int) -> Grade:
    """Return the grade of an AQI; a better one than ``last`` needs ``margin`` below its begin."""
    order = list(Grade)
    now = grade_of(aqi)
    if last is None or order.index(now) >= order.index(last):
        return now
    return min(grade_of(aqi + margin), last, key=order.index)


def level(of: Grade) -> Level | None:
    """Return the colour that is proposed for a grade; None for good and fair air."""
    return dict(ALERTS).get(of)


def heavy(aqi: int, *, was: bool, margin: int) -> bool:
    """Return whether the air is heavily polluted: schools and EDs are told."""
    return aqi > (HEAVY - margin if was else HEAVY)
