"""可燃气体: two of three samples, the levels of both environments, the rise, one alert a space."""

import pytest

from hub.sdk import Level
from scenarios.emergency.gas import decided, gas_level, gas_limit, gas_rising
from scenarios.emergency.rules import ADJACENT, TUNNEL
from tests.scenarios.emergency.town import Town, north

BLUE, YELLOW, ORANGE, RED = Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED


@pytest.mark.parametrize(
    ("environment", "lel", "level"),
    [
        (ADJACENT, 9.9, None), (ADJACENT, 10, BLUE), (ADJACENT, 10.1, BLUE),
        (ADJACENT, 19.9, BLUE), (ADJACENT, 20, YELLOW), (ADJACENT, 20.1, YELLOW),
        (ADJACENT, 34.9, YELLOW), (ADJACENT, 35, ORANGE), (ADJACENT, 35.1, ORANGE),
        (ADJACENT, 49.9, ORANGE), (ADJACENT, 50, RED), (ADJACENT, 50.1, RED), (ADJACENT, 100, RED),
        (TUNNEL, 19.9, None), (TUNNEL, 20, ORANGE), (TUNNEL, 20.1, ORANGE),
        (TUNNEL, 34.9, ORANGE), (TUNNEL, 35, RED), (TUNNEL, 35.1, RED),
    ],
)  # fmt: skip
def test_a_level_is_reached_at_its_limit(environment: str, lel: float, level: Level | None) -> None:
    """Adjacent: 蓝 10, 黄 20, 橙 35, 红 50 %LEL. Tunnel (GB 50838): 20 ventilate, 35 cut off."""
    assert gas_level(environment, gas_limit(environment, lel, 0), rising=False) is level


@pytest.mark.parametrize(
    ("environment", "last", "lel", "limit"),
    [
        (ADJACENT, 50, 48, 50), (ADJACENT, 50, 47.9, 35), (ADJACENT, 35, 33, 35),
        (ADJACENT, 35, 32.9, 20), (ADJACENT, 20, 18, 20), (ADJACENT, 20, 17.9, 10),
        (ADJACENT, 10, 8, 10), (ADJACENT, 10, 7.9, 0), (ADJACENT, 10, 19.9, 10),
        (TUNNEL, 35, 33, 35), (TUNNEL, 35, 32.9, 20), (TUNNEL, 20, 18, 20), (TUNNEL, 20, 17.9, 0),
    ],
)  # fmt: skip
def test_a_level_is_over_two_percent_below_its_limit(
    environment: str, last: float, lel: float, limit: float
) -> None:
    """Hysteresis, so that it does not flap."""
    assert gas_limit(environment, lel, last) == limit


@pytest.mark.parametrize(
    ("samples", "value"),
    [
        ([], None), ([60.0], None), ([60.0, 0.0], 0.0), ([60.0, 40.0], 40.0),
        ([0.0, 60.0, 0.0], 0.0), ([60.0, 0.0, 60.0], 60.0), ([36.0, 35.0, 0.0], 35.0),
        ([90.0, 90.0, 0.0, 0.0], 0.0),
    ],
)  # fmt: skip
def test_two_of_the_last_three_samples_decide(samples: list[float], value: float | None) -> None:
    """A single sample decides nothing, neither up nor down."""
    assert decided(samples) == value


@pytest.mark.parametrize(
    ("rise", "was", "now"),
    [
        (9.9, False, False), (10, False, True), (10.1, False, True),
        (5, True, True), (4.9, True, False),
    ],
)  # fmt: skip
def test_a_rise_of_10_percent_until_below_5(rise: float, *, was: bool, now: bool) -> None:
    """In %LEL within ten minutes."""
    assert gas_rising(rise, was=was) is now


@pytest.mark.parametrize(
    ("environment", "limit", "level"),
    [(ADJACENT, 0, YELLOW), (ADJACENT, 10, YELLOW), (ADJACENT, 35, ORANGE), (TUNNEL, 0, None)],
)
def test_a_rise_is_at_least_yellow(environment: str, limit: float, level: Level | None) -> None:
    """In an adjacent space; it takes nothing from a worse level."""
    assert gas_level(environment, limit, rising=True) is level


@pytest.fixture
def town() -> Town:
    """Return a town with the detectors `a` and `b` in the space `s`."""
    town = Town()
    detector(town, "a")
    detector(town, "b")
    return town


def detector(town: Town, name: str, space: str = "s", environment: str = ADJACENT) -> None:
    """Register a detector that reports each 30 seconds."""
    town.device(
        "GasDetector", name, domain="gas", period=30, title=f"中街电缆沟 {name}", space=space,
        environment=environment, place=north(1),
    )  # fmt: skip


def gas(town: Town, lel: float, *, at: float, name: str = "a") -> None:
    """Report a concentration."""
    town.read("city.gas.concentration", name, at=at, lel=lel)


def steady(town: Town, lel: float, *, at: float, name: str = "a") -> None:
    """Report three alike, 30 seconds apart, from ``at``."""
    for step in range(3):
        gas(town, lel, at=at + 30 * step, name=name)


def colour(town: Town, space: str = "s") -> str | None:
    """Return the level of a space's alert."""
    return town.colour("gas", space)


def test_a_single_sample_raises_nothing_and_clears_nothing(town: Town) -> None:
    """Two of three, up and down."""
    steady(town, 2, at=0)
    gas(town, 60, at=90)
    assert colour(town) is None
    gas(town, 61, at=120)
    assert colour(town) == "red"
    gas(town, 0, at=150)
    assert colour(town) == "red"
    assert town.letters() == []


def test_the_rise_is_told_before_any_limit(town: Town) -> None:
    """From 1 to 11 %LEL within ten minutes is yellow at once, and over when it stands still."""
    steady(town, 1, at=0)
    for step in range(1, 11):
        gas(town, 1 + step, at=60 + 30 * step)
    gas(town, 11, at=390)
    assert colour(town) == "yellow"
    assert "10 分钟内上升 10 %LEL 以上" in town.said("gas", "s")
    for step in range(30):
        gas(town, 11, at=420 + 30 * step)
    assert colour(town) == "blue"
    assert "上升" not in town.said("gas", "s")


def test_the_same_rise_over_a_longer_time_is_none(town: Town) -> None:
    """Nine %LEL in each ten minutes: it has its limits, and no more."""
    for step in range(40):
        gas(town, 1 + step * 0.4, at=30 * step)
    assert colour(town) == "blue"


def test_a_tunnel_knows_two_steps() -> None:
    """20 %LEL orange with ventilation, 35 %LEL red with the cut-off; a rise alone is nothing."""
    town = Town()
    detector(town, "t", space="u", environment=TUNNEL)
    steady(town, 1, at=0, name="t")
    steady(town, 19, at=90, name="t")
    assert colour(town, "u") is None
    steady(town, 20, at=180, name="t")
    assert colour(town, "u") == "orange"
    assert "事故通风" in town.said("gas", "u")
    steady(town, 35, at=270, name="t")
    assert colour(town, "u") == "red"
    assert "紧急切断" in town.said("gas", "u")
    assert town.gases[-1].grave


def test_detectors_of_one_space_merge(town: Town) -> None:
    """同源归并: one alert, by the worst; over when the last is over."""
    steady(town, 22, at=0, name="a")
    steady(town, 55, at=1, name="b")
    assert colour(town) == "red"
    assert "2 台探测器归并，2 台报警" in town.said("gas", "s")
    assert {alert.id for alert in town.alerts() if alert.kind == "gas"} == {"emergency/gas/s#1"}
    steady(town, 0, at=90, name="b")
    assert colour(town) == "yellow"
    steady(town, 0, at=100, name="a")
    assert colour(town) is None
    assert [each.level for each in town.gases] == [YELLOW, RED, YELLOW, None]
    assert town.level("emergency.gas-space/s") == "normal"


def test_a_silent_detector_clears_nothing(town: Town) -> None:
    """It is stale on the screen, the alert says so, and its samples begin anew."""
    steady(town, 40, at=0)
    town.tick(150)
    assert town.entities["emergency.gas/a"].stale
    assert "1 台探测器数据延迟，保持预警" in town.said("gas", "s")
    assert town.entities["emergency.gas-space/s"].quality == ("detectors-silent",)
    gas(town, 1, at=1000)
    assert colour(town) == "orange"
    gas(town, 1, at=1030)
    assert colour(town) is None


def test_a_detector_taken_away_leaves_its_space(town: Town) -> None:
    """Its level goes with it; the space goes with its last detector."""
    steady(town, 40, at=0)
    steady(town, 1, at=1, name="b")
    town.withdraw("a", "gas", at=100)
    assert colour(town) is None
    assert town.data("emergency.gas-space/s")["detectors"] == 1
    town.withdraw("b", "gas", at=101)
    assert "emergency.gas-space/s" not in town.entities


def test_values_beyond_the_range(town: Town) -> None:
    """Above 100 is gas; below 0 is no sample. Both with a flag, never a dead letter."""
    steady(town, 120, at=0)
    assert colour(town) == "red"
    steady(town, -1, at=90)
    assert colour(town) == "red"
    assert town.entities["emergency.gas/a"].quality == ("out-of-range",)
    assert town.letters() == []
