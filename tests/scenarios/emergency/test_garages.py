"""Link 2: in rain of 橙 or 红 garages within 500 m of a ponding point had better close."""

import pytest

from scenarios.emergency.places import underground
from tests.scenarios.emergency.town import HERE, Town, north


@pytest.mark.parametrize(
    ("name", "marked", "expected"),
    [("中街地下停车场", False, True), ("中街停车场", True, True), ("中街停车场", False, False)],
)
def test_an_underground_garage(name: str, *, marked: bool, expected: bool) -> None:
    """Its card says so, or its name."""
    assert underground(name, marked=marked) is expected


@pytest.fixture
def town() -> Town:
    """Return a town with a gauge, a ponding point, a garage 300 m off and a lot beside it."""
    town = Town()
    town.device("RainGauge", "g", domain="weather", title="雨量站")
    town.device("PondingPoint", "p", domain="flood", title="某桥下")
    garage(town, "u", 300)
    garage(town, "o", 300, underground=False)
    return town


def garage(
    town: Town, name: str, metres: float, *, at: float = 0, underground: bool = True
) -> None:
    """Register a lot so many metres north of the ponding point."""
    town.device(
        "OffStreetParking", name, domain="parking", place=north(metres), title=f"{name}停车场",
        at=at, underground=underground,
    )  # fmt: skip


def rain(town: Town, mm: float, *, at: float) -> None:
    """Report rain."""
    town.read("city.weather.rainfall", "g", at=at, precipitation=mm)


def water(town: Town, cm: float, *, at: float) -> None:
    """Report a depth."""
    town.read("city.flood.level", "p", at=at, waterLevel=cm)


def advised(town: Town) -> dict[str, str]:
    """Return the garages advised to close, with their levels; screen and desk must agree."""
    found = {}
    for name in "uovwx":
        colour = town.colour("garage", name)
        entity = town.entities.get(f"emergency.garage/{name}")
        assert colour == (entity.level if entity else None)
        if colour:
            found[name] = colour
    return found


@pytest.mark.parametrize(("mm", "cm", "who"), [
    (49.9, 40, {}), (50, 0, {"u": "orange"}), (50, 15, {"u": "orange"}), (100, 0, {"u": "red"}),
])  # fmt: skip
def test_the_rain_decides(town: Town, mm: float, cm: float, who: dict[str, str]) -> None:
    """From orange rain on, dry or not; a lot above ground is not advised."""
    rain(town, mm, at=1)
    water(town, cm, at=2)
    assert advised(town) == who


def test_until_the_rain_is_over(town: Town) -> None:
    """From the first reading to the last effect: water, rain, more rain, and the rain is over."""
    water(town, 20, at=1)
    assert advised(town) == {}
    rain(town, 60, at=2)
    assert advised(town) == {"u": "orange"}
    assert "某桥下 300 米（已积水）" in town.said("garage", "u")
    assert "建议关闭入口" in town.said("garage", "u")
    rain(town, 60, at=3)
    assert advised(town) == {"u": "red"}
    rain(town, 0, at=4 * 3600)
    assert town.colour("rain", "210103") == "yellow"
    assert advised(town) == {}


def test_it_says_where_water_stands(town: Town) -> None:
    """The point needs no reading to count; its water is said while it stands."""
    rain(town, 60, at=1)
    assert "某桥下 300 米。" in town.said("garage", "u")
    water(town, 20, at=2)
    assert "已积水" in town.said("garage", "u")
    water(town, 0, at=3)
    town.tick(3 + 900)
    assert advised(town) == {"u": "orange"}
    assert "已积水" not in town.said("garage", "u")


def test_a_point_that_moves_or_is_withdrawn(town: Town) -> None:
    """It counts where it is, and no longer when its card is withdrawn."""
    rain(town, 60, at=1)
    town.device("PondingPoint", "p", domain="flood", title="某桥下", place=north(5000), at=2)
    assert advised(town) == {}
    town.device("PondingPoint", "p", domain="flood", title="某桥下", at=3)
    assert advised(town) == {"u": "orange"}
    town.withdraw("p", "flood", at=4)
    assert advised(town) == {}


def test_the_reach_is_500_metres_across_cells(town: Town) -> None:
    """At 499 m, not at 501 m."""
    garage(town, "v", 499)
    garage(town, "w", 501)
    rain(town, 60, at=1)
    water(town, 20, at=2)
    assert advised(town) == {"u": "orange", "v": "orange"}


def test_a_garage_that_is_registered_later_moves_or_goes(town: Town) -> None:
    """The water that stands already counts; away from it, or withdrawn, it is over."""
    rain(town, 60, at=1)
    water(town, 20, at=2)
    garage(town, "x", 100, at=3)
    assert advised(town) == {"u": "orange", "x": "orange"}
    garage(town, "x", 5000, at=4)
    assert advised(town) == {"u": "orange"}
    town.withdraw("u", "parking", at=5)
    assert advised(town) == {}
    assert town.letters() == []
    assert north(0) == HERE
