"""火灾: an alarm is not fire; smoke and heat in one zone within 60 seconds are red at once."""

import pytest

from hub.sdk import SECOND, Level
from scenarios.emergency.fire import fire_level, together
from tests.scenarios.emergency.town import Town


@pytest.mark.parametrize(
    ("smoke", "heat", "expected"),
    [(1, 60, True), (1, 61, True), (1, 62, False), (62, 1, False), (61, 1, True), (0, 1, False)],
)
def test_together_is_within_60_seconds(smoke: int, heat: int, *, expected: bool) -> None:
    """In either order; 0 is never."""
    assert together(smoke * SECOND, heat * SECOND) is expected


def test_the_levels_of_a_zone() -> None:
    """One kind is yellow, both at some time orange, both together red while either alarms."""
    assert fire_level(smoke=False, heat=False, at_once=True) is None
    assert fire_level(smoke=True, heat=False, at_once=False) is Level.YELLOW
    assert fire_level(smoke=False, heat=True, at_once=False) is Level.YELLOW
    assert fire_level(smoke=True, heat=True, at_once=False) is Level.ORANGE
    assert fire_level(smoke=False, heat=True, at_once=True) is Level.RED


@pytest.fixture
def town() -> Town:
    """Return a town with smoke and heat detectors in zone `z` and a smoke detector in `y`."""
    town = Town()
    for kind, name, zone in (
        ("SmokeDetector", "s", "z"), ("HeatDetector", "h", "z"), ("SmokeDetector", "t", "y"),
    ):  # fmt: skip
        town.device(kind, name, domain="fire", title=f"1号楼{name}", zone=zone, building="b1")
    return town


def smoke(town: Town, *, alarm: bool, at: float, name: str = "s") -> None:
    """Report smoke or its end."""
    town.read("city.fire.smoke", name, at=at, alarm=alarm)


def heat(town: Town, *, alarm: bool, at: float) -> None:
    """Report heat or its end."""
    town.read("city.fire.heat", "h", at=at, alarm=alarm, temperature=70.0)


def colour(town: Town, zone: str = "b1.z") -> str | None:
    """Return the level of a zone's alert."""
    return town.colour("fire", zone)


def test_smoke_alone_is_an_alarm_to_be_confirmed(town: Town) -> None:
    """Yellow, and nobody claims a fire; over when it is quiet."""
    smoke(town, alarm=True, at=0)
    assert colour(town) == "yellow"
    assert "报警不等于火警" in town.said("fire", "b1.z")
    assert town.data("emergency.fire/b1.z")["state"] == "待确认"
    smoke(town, alarm=False, at=100)
    assert colour(town) is None
    assert town.level("emergency.fire/b1.z") == "normal"


def test_heat_alone_is_yellow(town: Town) -> None:
    """As smoke alone."""
    heat(town, alarm=True, at=0)
    assert colour(town) == "yellow"


@pytest.mark.parametrize(("after", "level"), [(59, "red"), (60, "red"), (61, "orange")])
def test_smoke_then_heat(town: Town, after: float, level: str) -> None:
    """Within 60 seconds red at once; later both alarm, but not at once."""
    smoke(town, alarm=True, at=0)
    smoke(town, alarm=True, at=30)
    heat(town, alarm=True, at=after)
    assert colour(town) == level


def test_red_holds_until_both_are_quiet(town: Town) -> None:
    """Not when one is."""
    heat(town, alarm=True, at=0)
    smoke(town, alarm=True, at=20)
    heat(town, alarm=False, at=30)
    assert colour(town) == "red"
    smoke(town, alarm=False, at=40)
    assert colour(town) is None
    smoke(town, alarm=True, at=400)
    assert colour(town) == "yellow"


def test_smoke_that_ended_still_counts_for_60_seconds(town: Town) -> None:
    """A detector that burns falls quiet."""
    smoke(town, alarm=True, at=0)
    smoke(town, alarm=False, at=10)
    heat(town, alarm=True, at=50)
    assert colour(town) == "red"


def test_zones_are_judged_apart(town: Town) -> None:
    """Smoke in another zone escalates nothing."""
    heat(town, alarm=True, at=0)
    smoke(town, alarm=True, at=5, name="t")
    assert (colour(town), colour(town, "b1.y")) == ("yellow", "yellow")


def test_a_detector_that_is_cut_off_ends_no_alarm(town: Town) -> None:
    """It is said; back online the words go."""
    smoke(town, alarm=True, at=0)
    town.gateway("offline", at=10)
    assert colour(town) == "yellow"
    assert "1 个报警探测器离线" in town.said("fire", "b1.z")
    town.gateway("online", at=20)
    assert "离线" not in town.said("fire", "b1.z")


def test_a_detector_taken_away_leaves_its_zone(town: Town) -> None:
    """Its alarm goes with it."""
    smoke(town, alarm=True, at=0, name="t")
    town.withdraw("t", "fire", at=10)
    assert colour(town, "b1.y") is None
    assert "emergency.fire/b1.y" not in town.entities
