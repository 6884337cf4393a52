"""The index by HJ 633-2026: each breakpoint of table 3, below, at and above; ties; what ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.ecology.aqi import TITLES, Index, grade_of, iaqi, index, mean
from scenarios.ecology.rules import DAILY, HOURLY, IAQI, Grade

ROWS = [
    (table, name, at)
    for table in (HOURLY, DAILY)
    for name, breakpoints in table.items()
    for at in range(1, len(breakpoints))
]


@pytest.mark.parametrize(("table", "name", "at"), ROWS)
def test_each_breakpoint(table: dict[str, tuple[float, ...]], name: str, at: int) -> None:
    """On a breakpoint its own index; a little above one more, a little below no more than it."""
    points = table[name]
    assert iaqi(points[at], points) == IAQI[at]
    assert iaqi(points[at] - 0.001, points) == IAQI[at]
    above = iaqi(points[at] + 0.001, points)
    if at + 1 < len(points):
        assert above == IAQI[at] + 1
    else:
        assert above == (IAQI[-1] if IAQI[at] == IAQI[-1] else None)


@pytest.mark.parametrize(
    ("name", "table", "concentration", "expected"),
    [
        ("pm25", HOURLY, 47.5, 75),  # halfway between 35 and 60
        ("pm25", HOURLY, 36, 52),  # 50 + 1/25 × 50
        ("pm10", HOURLY, 51, 51),  # 50 + 1/70 × 50 = 50.7, up
        ("co", HOURLY, 4.1, 41),
        ("no2", DAILY, 41, 52),  # 51.25, up
        ("so2", HOURLY, 801, None),
        ("so2", DAILY, 801, 201),
        ("o3", DAILY, 801, None),
        ("o3", HOURLY, 1201, 500),
        ("pm25", DAILY, 0, 0),
    ],
)
def test_it_rounds_up(
    name: str, table: dict[str, tuple[float, ...]], concentration: float, expected: int | None
) -> None:
    """By hand: linear between breakpoints, every fraction up."""
    assert iaqi(concentration, table[name]) == expected


@given(st.sampled_from(ROWS), st.floats(0, 5000), st.floats(0, 5000))
def test_more_is_never_better(
    row: tuple[dict[str, tuple[float, ...]], str, int], a: float, b: float
) -> None:
    """The index grows with the concentration, between 0 and 500."""
    table, name, _ = row
    low, high = iaqi(min(a, b), table[name]), iaqi(max(a, b), table[name])
    if low is not None and high is not None:
        assert 0 <= low <= high <= 500
    assert low is not None or high is None


@pytest.mark.parametrize(
    ("means", "expected"),
    [
        ({"pm25": 35}, Index(50)),  # at 50 none is named
        ({"pm25": 36}, Index(52, ("pm25",))),
        ({"pm25": 115, "pm10": 250}, Index(150, ("pm25", "pm10"))),  # tied: both
        ({"pm25": 115, "pm10": 251}, Index(151, ("pm10",))),
        ({"so2": 900, "co": 1.0}, Index(10)),  # SO2 has no hourly index above 800
        ({"so2": 900}, None),
        ({"pm25": None}, None),
        ({}, None),
    ],
)
def test_the_primary_pollutant(means: dict[str, float | None], expected: Index | None) -> None:
    """The greatest IAQI is the AQI; who has it is named above 50, all that are tied."""
    assert index(means, HOURLY) == expected


def test_names() -> None:
    """As a person reads them."""
    assert Index(150, ("pm25", "o3")).named == "PM2.5、O₃"
    assert Index(50).named == "无"


@pytest.mark.parametrize(
    ("aqi", "grade"),
    [
        (0, Grade.GOOD), (50, Grade.GOOD), (51, Grade.FAIR), (100, Grade.FAIR), (101, Grade.LIGHT),
        (150, Grade.LIGHT), (151, Grade.MODERATE), (200, Grade.MODERATE), (201, Grade.HEAVY),
        (300, Grade.HEAVY), (301, Grade.SEVERE), (500, Grade.SEVERE),
    ],
)  # fmt: skip
def test_grades(aqi: int, grade: Grade) -> None:
    """Six grades, each up to and with its limit."""
    assert grade_of(aqi) is grade
    assert Index(aqi).grade is grade


def test_means() -> None:
    """As the release gives them; too few are none."""
    assert mean("pm25", [35.4, 35.4]) == 35
    assert mean("co", [0.44, 0.48]) == 0.5
    assert mean("pm25", [1.0] * 19, least=20) is None
    assert mean("pm25", [1.0] * 20, least=20) == 1
    assert mean("pm25", []) is None
    assert list(TITLES) == ["pm25", "pm10", "o3", "no2", "so2", "co"]
