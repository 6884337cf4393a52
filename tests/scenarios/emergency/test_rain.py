"""暴雨: each level at, below and above its limit, its return, silence, and the district's alert."""

import pytest

from hub.sdk import HOUR, Level
from scenarios.emergency.rain import rain_level
from tests.scenarios.emergency.town import Town

BLUE, YELLOW, ORANGE, RED = Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED
DISTRICT = "210103"


def level(three: float, six: float, twelve: float, last: Level | None = None) -> Level | None:
    """Return the level of a gauge with so many mm over 3, 6 and 12 hours."""
    sums = {3 * HOUR: three, 6 * HOUR: six, 12 * HOUR: twelve}
    return rain_level(sums.__getitem__, last)


@pytest.mark.parametrize(
    ("three", "six", "twelve", "expected"),
    [
        (0, 0, 49.9, None), (0, 0, 50, BLUE), (0, 0, 50.1, BLUE), (0, 49.9, 50, BLUE),
        (0, 50, 50, YELLOW), (0, 50.1, 60, YELLOW), (49.9, 50, 50, YELLOW),
        (50, 50, 50, ORANGE), (50.1, 60, 60, ORANGE), (99.9, 99.9, 99.9, ORANGE),
        (100, 100, 100, RED), (100.1, 101, 101, RED),
    ],
)  # fmt: skip
def test_a_level_is_reached_at_its_limit(
    three: float, six: float, twelve: float, expected: Level | None
) -> None:
    """蓝 12 h ≥50 mm, 黄 6 h ≥50, 橙 3 h ≥50, 红 3 h ≥100."""
    assert level(three, six, twelve) is expected


@pytest.mark.parametrize(
    ("last", "sums", "expected"),
    [
        (RED, (90, 90, 90), RED), (RED, (89.9, 90, 90), ORANGE),
        (ORANGE, (45, 60, 60), ORANGE), (ORANGE, (44.9, 50, 60), YELLOW),
        (YELLOW, (0, 45, 60), YELLOW), (YELLOW, (0, 44.9, 50), BLUE),
        (BLUE, (0, 0, 45), BLUE), (BLUE, (0, 0, 44.9), None),
        (ORANGE, (99.9, 99.9, 99.9), ORANGE), (BLUE, (49.9, 49.9, 49.9), BLUE),
    ],
)  # fmt: skip
def test_a_level_is_over_below_90_percent_of_its_own_window(
    last: Level, sums: tuple[float, float, float], expected: Level | None
) -> None:
    """It holds down to nine tenths of its limit; a worse one still needs its whole limit."""
    assert level(*sums, last) is expected


@pytest.fixture
def town() -> Town:
    """Return a town with one gauge, `g`, that reports each minute."""
    town = Town()
    town.device("RainGauge", "g", domain="weather", period=60, title="中街雨量站")
    return town


def rain(town: Town, mm: float, *, at: float, gauge: str = "g", said: float | None = None) -> None:
    """Report rain."""
    town.read("city.weather.rainfall", gauge, at=at, said=said, precipitation=mm)


def colour(town: Town) -> str | None:
    """Return the level of the district's alert."""
    return town.colour("rain", DISTRICT)


def test_the_levels_rise_and_the_windows_forget(town: Town) -> None:
    """100 mm in an hour, then dry: red for some 3 hours, yellow for 6, blue for 12."""
    seen: list[tuple[int, str | None]] = []
    for minute in range(14 * 60):
        rain(town, 100 / 60 if minute < 60 else 0.0, at=minute * 60)
        if not seen or seen[-1][1] != colour(town):
            seen.append((minute, colour(town)))
    assert [each for _, each in seen] == [None, "orange", "red", "orange", "yellow", "blue", None]
    assert [minute for minute, _ in seen] == [0, 29, 59, 185, 210, 390, 750]
    assert [each.level for each in town.rains] == [ORANGE, RED, ORANGE, YELLOW, BLUE, None]


def test_the_screen_shows_each_window(town: Town) -> None:
    """Mm over 1, 3, 6 and 12 hours, and the level."""
    for hour in range(12):
        rain(town, 10, at=hour * 3600)
    assert town.data("emergency.rain/g") == {"hour": 10, "three": 30, "six": 60, "twelve": 120}
    assert town.level("emergency.rain/g") == "yellow"


def test_a_late_report_enters_the_window(town: Town) -> None:
    """It was raining then: it counts, and does not turn the screen back."""
    rain(town, 30, at=3600, said=3600)
    rain(town, 0, at=3660, said=3660)
    rain(town, 20, at=3661, said=3000)
    assert colour(town) == "orange"
    assert town.entities["emergency.rain/g"].time.endswith("01:01:00.000Z")


def test_the_district_has_one_alert_by_its_worst_gauge(town: Town) -> None:
    """It names the gauge; the better one may be over without ending it."""
    town.device("RainGauge", "h", domain="weather", period=None, title="北站雨量站")
    rain(town, 50, at=60)
    rain(town, 120, at=61, gauge="h")
    assert colour(town) == "red"
    assert "北站雨量站 3 小时降雨量达 100 毫米" in town.said("rain", DISTRICT)
    alert = town.alert("rain", DISTRICT)
    assert alert is not None
    assert alert.title == "沈河区暴雨，建议红色预警"
    assert alert.id == f"emergency/rain/{DISTRICT}#1"
    assert town.data(f"emergency.rain-district/{DISTRICT}")["gauge"] == "北站雨量站"


def test_a_silent_gauge_keeps_its_level_for_that_levels_window(town: Town) -> None:
    """Silence is no dry weather: orange holds for 3 hours more, and it is said why."""
    rain(town, 60, at=0)
    town.tick(180)
    assert "1 个雨量站数据延迟" in town.said("rain", DISTRICT)
    town.tick(180 + 3 * 3600 - 1)
    assert colour(town) == "orange"
    town.tick(180 + 3 * 3600)
    assert colour(town) is None
    assert town.entities["emergency.rain/g"].stale


def test_a_gauge_that_is_heard_again_goes_on(town: Town) -> None:
    """What its windows hold decides, and the delay is no longer said."""
    rain(town, 60, at=0)
    rain(town, 0, at=600)
    town.tick(700)
    assert "数据延迟" not in town.said("rain", DISTRICT)
    assert colour(town) == "orange"


def test_a_gauge_taken_away_ends_its_level(town: Town) -> None:
    """Nothing of it is left on the screen."""
    rain(town, 60, at=0)
    town.withdraw("g", "weather", at=10)
    assert colour(town) is None
    assert not [id_ for id_ in town.entities if id_.startswith("emergency.rain")]


def test_negative_rain_is_shown_with_a_flag_and_does_not_count(town: Town) -> None:
    """Never a dead letter, and it takes no rain away."""
    rain(town, 50, at=0)
    rain(town, -40, at=60)
    assert town.entities["emergency.rain/g"].quality == ("out-of-range",)
    assert colour(town) == "orange"
    assert town.letters() == []
