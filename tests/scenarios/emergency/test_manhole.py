"""井盖: missing before tilted before water; only what is not in order is shown."""

import pytest

from hub.sdk import Level
from scenarios.emergency.manhole import cover_level
from scenarios.emergency.readings import Cover
from tests.scenarios.emergency.town import Town

BLUE, YELLOW, ORANGE = Level.BLUE, Level.YELLOW, Level.ORANGE


@pytest.mark.parametrize(
    ("cover", "last", "level"),
    [
        (Cover(), None, None), (Cover(tilt=14.9), None, None), (Cover(tilt=15), None, None),
        (Cover(tilt=15.1), None, YELLOW), (Cover(tilt=-15.1), None, YELLOW),
        (Cover(tilt=13), YELLOW, YELLOW), (Cover(tilt=12.9), YELLOW, None),
        (Cover(tilt=13), ORANGE, None), (Cover(water=True), None, BLUE),
        (Cover(water=True, tilt=16), None, YELLOW),
        (Cover(missing=True, tilt=90, water=True), None, ORANGE),
        (Cover(missing=True), BLUE, ORANGE),
    ],
)  # fmt: skip
def test_the_level_of_a_cover(cover: Cover, last: Level | None, level: Level | None) -> None:
    """缺失 orange, above 15° yellow until below 13°, water blue: the worst counts."""
    assert cover_level(cover, last) is level


def test_a_cover_is_on_the_map_while_something_is_wrong() -> None:
    """Missing, then put back tilted, then in order."""
    town = Town()
    town.device("ManholeCover", "m", domain="manhole", title="中街 1 号井")
    town.read("city.manhole.cover", "m", at=1, missing=False, tilt=0.5, water=False)
    assert "emergency.manhole/m" not in town.entities
    town.read("city.manhole.cover", "m", at=2, missing=True, tilt=0, water=True)
    assert town.level("emergency.manhole/m") == town.colour("manhole", "m") == "orange"
    assert "井内同时有水" in town.said("manhole", "m")
    town.read("city.manhole.cover", "m", at=3, missing=False, tilt=20, water=False)
    assert town.colour("manhole", "m") == "yellow"
    town.read("city.manhole.cover", "m", at=4, missing=False, tilt=1, water=False)
    assert town.colour("manhole", "m") is None
    assert "emergency.manhole/m" not in town.entities


def test_a_cover_taken_away_ends_its_alert() -> None:
    """And it is off the map."""
    town = Town()
    town.device("ManholeCover", "m", domain="manhole")
    town.read("city.manhole.cover", "m", at=1, missing=True, tilt=0, water=False)
    town.withdraw("m", "manhole", at=2)
    assert town.colour("manhole", "m") is None
    assert "emergency.manhole/m" not in town.entities
