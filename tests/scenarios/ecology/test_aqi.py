"""The index by HJ 633-2026: table 3, cell by cell; below, at and above each; ties; what ends."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.ecology.aqi import TITLES, Index, grade_of, iaqi, index, mean
from scenarios.ecology.rules import DAILY, HOURLY, IAQI, Grade

TABLE_3 = """
IAQI | SO2 24h | SO2 1h | NO2 24h | NO2 1h | CO 24h | CO 1h | O3 8h | O3 1h | PM10 24h | PM2.5 24h
50   | 50      | 150    | 40      | 100    | 2      | 5     | 100   | 160   | 50       | 35
100  | 150     | 500    | 80      | 200    | 4      | 10    | 160   | 200   | 120      | 60
150  | 475     | 650    | 180     | 700    | 14     | 35    | 215   | 300   | 250      | 115
200  | 800     | 800    | 280     | 1200   | 24     | 60    | 265   | 400   | 350      | 150
300  | 1600    | –      | 565     | 2340   | 36     | 90    | 800   | 800   | 420      | 250
400  | 2100    | –      | 750     | 3090   | 48     | 120   | –     | 1000  | 500      | 350
500  | 2620    | –      | 940     | 3840   | 60     | 150   | –     | 1200  | 600      | 500
"""
"""HJ 633-2026, table 3, written out here apart from the code that it checks."""


def cells() -> list[tuple[str, int, float | None]]:
    """Return (column, IAQI, concentration) of each cell; None for –."""
    head, *rows = [[cell.strip() for cell in row.split("|")] for row in TABLE_3.split("\n") if row]
    return [
        (column, int(row[0]), None if cell == "–" else float(cell))
        for row in rows
        for column, cell in zip(head[1:], row[1:], strict=True)
    ]


COLUMNS = {
    "SO2 24h": DAILY["so2"], "SO2 1h": HOURLY["so2"], "NO2 24h": DAILY["no2"],
    "NO2 1h": HOURLY["no2"], "CO 24h": DAILY["co"], "CO 1h": HOURLY["co"],
    "O3 8h": DAILY["o3"], "O3 1h": HOURLY["o3"],
    "PM10 24h": DAILY["pm10"], "PM2.5 24h": DAILY["pm25"],
}  # fmt: skip


@pytest.mark.parametrize(("column", "value", "concentration"), cells())
def test_each_cell_of_table_3(column: str, value: int, concentration: float | None) -> None:
    """At a cell's concentration its row's IAQI; a dash is beyond the column's end: no index."""
    points = COLUMNS[column]
    if concentration is None:
        assert len(points) <= IAQI.index(value)
        assert iaqi(points[-1] + 1, points) is None
    else:
        assert points[IAQI.index(value)] == concentration
        assert iaqi(concentration, points) == value


def test_the_table_has_no_more_cells() -> None:
    """Beyond it the code has but the hour of PM10 and PM2.5: that is the 24-hour column."""
    told = [cell for *_, cell in cells() if cell is not None]
    assert len(told) == sum(len(points) - 1 for points in COLUMNS.values())
    assert all(points[0] == 0 for points in COLUMNS.values())
    for name in ("pm10", "pm25"):
        assert HOURLY[name] == DAILY[name]


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
