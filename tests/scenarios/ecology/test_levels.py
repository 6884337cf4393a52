"""Grades and their return, the colours, and from when the air is heavy."""

import pytest

from hub.sdk import Level
from scenarios.ecology.levels import grade, heavy, level
from scenarios.ecology.rules import HEAVY, RETURN, Grade


@pytest.mark.parametrize(
    ("aqi", "last", "now"),
    [
        (200, None, Grade.MODERATE),
        (201, None, Grade.HEAVY),
        (201, Grade.MODERATE, Grade.HEAVY),  # worse at once
        (200, Grade.HEAVY, Grade.HEAVY),
        (191, Grade.HEAVY, Grade.HEAVY),
        (190, Grade.HEAVY, Grade.MODERATE),
        (291, Grade.SEVERE, Grade.SEVERE),
        (290, Grade.SEVERE, Grade.HEAVY),
        (141, Grade.SEVERE, Grade.MODERATE),  # far better: as far as the margin lets it
        (140, Grade.SEVERE, Grade.LIGHT),
        (30, Grade.LIGHT, Grade.GOOD),
    ],
)
def test_a_grade_returns_ten_below_its_begin(aqi: int, last: Grade | None, now: Grade) -> None:
    """A worse one counts at once."""
    assert grade(aqi, last, RETURN) is now


@pytest.mark.parametrize(
    ("of", "colour"),
    [
        (Grade.GOOD, None), (Grade.FAIR, None), (Grade.LIGHT, Level.BLUE),
        (Grade.MODERATE, Level.YELLOW), (Grade.HEAVY, Level.ORANGE), (Grade.SEVERE, Level.RED),
    ],
)  # fmt: skip
def test_colours(of: Grade, colour: Level | None) -> None:
    """One for each grade that is polluted."""
    assert level(of) is colour


@pytest.mark.parametrize(
    ("aqi", "was", "is_heavy"),
    [(200, False, False), (201, False, True), (200, True, True), (191, True, True),
     (190, True, False)],
)  # fmt: skip
def test_heavy(aqi: int, was: bool, is_heavy: bool) -> None:  # noqa: FBT001 parametrized facts
    """Above 200; over at 190."""
    assert HEAVY == 200
    assert heavy(aqi, was=was, margin=RETURN) is is_heavy
