"""Link 5: a venue whose lots fill names lots with room, and the metro."""

import pytest

from scenarios.emergency.rules import VENUE_LOTS_MOST, VENUES
from scenarios.emergency.venue import venue_full, venues
from tests.scenarios.emergency.town import METRE, Town

_, (LNG, LAT), _ = VENUES["aoti"]


@pytest.mark.parametrize(
    ("occupancy", "was", "now"),
    [
        (0.799, False, False), (0.8, False, True), (0.801, False, True),
        (0.75, True, True), (0.749, True, False),
    ],
)  # fmt: skip
def test_full_from_80_percent_until_below_75(occupancy: float, *, was: bool, now: bool) -> None:
    """Of the bays at the venue."""
    assert venue_full(occupancy, was=was) is now


def test_a_lot_belongs_to_the_venues_near_it() -> None:
    """Within 2.5 km."""
    assert venues((LNG, LAT + 2499 * METRE)) == ("aoti",)
    assert venues((LNG, LAT + 2501 * METRE)) == ()


@pytest.fixture
def town() -> Town:
    """Return a town with three lots at the venue and two further off."""
    town = Town()
    for name, metres in (("a", 100), ("b", 200), ("c", 300), ("far", 1500), ("farther", 2000)):
        town.device(
            "OffStreetParking", name, domain="parking", place=(LNG, LAT + metres * METRE),
            title=f"{name}停车场", period=60,
        )  # fmt: skip
    return town


def lots(town: Town, *, at: float, **occupied: int) -> None:
    """Report the cars of lots with 100 bays each."""
    for name, cars in occupied.items():
        data = {"totalSpotNumber": 100, "occupiedSpotNumber": cars}
        town.read("city.parking.occupancy", name, at=at, **data)


def test_a_full_venue_names_lots_with_room(town: Town) -> None:
    """From the lots' readings to the advice and back."""
    lots(town, at=1, a=70, b=80, c=85, far=10, farther=95)
    assert town.colour("venue", "aoti") is None
    assert town.level("emergency.venue/aoti") == "normal"
    lots(town, at=2, a=80)
    assert town.colour("venue", "aoti") == "yellow"
    said = town.said("venue", "aoti")
    assert "far停车场" in said
    assert "farther" not in said
    assert "地铁" in said
    lots(town, at=3, a=40)
    assert town.colour("venue", "aoti") is None


def test_only_the_nearest_lots_are_kept(town: Town) -> None:
    """A venue between very many lots is judged by the nearest ones."""
    for number in range(VENUE_LOTS_MOST + 5):
        name = f"n{number:03}"
        place = (LNG, LAT + (400 + number) * METRE)
        town.device("OffStreetParking", name, domain="parking", place=place)
        lots(town, at=1, **{name: 99})
    lots(town, at=2, a=99, b=99, c=99, far=10)
    assert town.data("emergency.venue/aoti")["lots"] == VENUE_LOTS_MOST
    assert "2.5 公里内暂无空位" in town.said("venue", "aoti")


def test_lots_without_data_count_for_nothing(town: Town) -> None:
    """Two lots with data say nothing of the venue."""
    lots(town, at=1, a=90, b=90, c=90)
    assert town.colour("venue", "aoti") == "yellow"
    lots(town, at=100, b=91, c=91)
    town.tick(181)
    assert town.colour("venue", "aoti") is None
    assert "emergency.venue/aoti" not in town.entities


def test_a_lot_taken_away_is_forgotten(town: Town) -> None:
    """As if it had never been."""
    lots(town, at=1, a=90, b=90, c=90)
    town.withdraw("a", "parking", at=2)
    assert town.colour("venue", "aoti") is None
