"""Link 6: from 35 %LEL on, what lies within 200 m, and the nearest units."""

import pytest

from scenarios.emergency.messages import Near
from tests.scenarios.emergency.town import Town, north


@pytest.fixture
def town() -> Town:
    """Return a town with a gas detector and places around it."""
    town = Town()
    town.device("GasDetector", "d", domain="gas", title="电缆沟", space="s")
    for kind, name, metres in (
        ("OffStreetParking", "近停车场", 50), ("OffStreetParking", "边停车场", 199.6),
        ("OffStreetParking", "远停车场", 201), ("School", "某小学（模拟）", 120),
        ("Lift", "电梯一", 10),
        ("Lift", "电梯二", 180), ("Hospital", "某医院", 150), ("Hospital", "远医院", 3000),
        ("FireStation", "某消防站", 4000), ("FireStation", "更远消防站", -4500),
        ("GasCompany", "燃气公司", 9000),
    ):  # fmt: skip
        town.device(kind, name, domain="place", place=north(metres), title=name)
    return town


def gas(town: Town, lel: float, *, at: float) -> None:
    """Report three alike."""
    for step in range(3):
        town.read("city.gas.concentration", "d", at=at + 30 * step, lel=lel)


def test_what_lies_around_is_told_at_35_percent(town: Town) -> None:
    """Not at 34.9; lots, schools, hospitals and lifts within 200 m, nearest units wherever."""
    gas(town, 34.9, at=0)
    assert town.surroundings == []
    gas(town, 35, at=100)
    (found,) = town.surroundings
    assert found.cause == "电缆沟可燃气体报警"
    assert (found.space, found.radius, found.active) == ("s", 200, True)
    assert found.lots == (Near("近停车场", 50), Near("边停车场", 200))
    assert found.schools == (Near("某小学（模拟）", 120),)
    assert found.hospitals == (Near("某医院", 150),)
    assert found.lifts == (Near("电梯一", 10), Near("电梯二", 180))
    assert found.fire == Near("某消防站", 4000)
    assert found.medical == Near("某医院", 150)
    assert found.gas == Near("燃气公司", 9000)
    said = town.said("surroundings", "s")
    assert "停车场 2 处（近停车场 50 米、边停车场 200 米）" in said
    assert "建议派单：消防：某消防站 4000 米；120：某医院 150 米；燃气：燃气公司 9000 米" in said
    assert "由人工决定" in said
    assert town.level("emergency.surroundings/s") == "orange"


def test_it_is_told_again_when_the_level_changes_and_ends_with_it(town: Town) -> None:
    """Orange, red, and over below 33 %LEL."""
    gas(town, 36, at=0)
    gas(town, 50, at=100)
    assert town.colour("surroundings", "s") == "red"
    gas(town, 33, at=200)
    assert town.colour("surroundings", "s") == "orange"
    gas(town, 32.9, at=300)
    assert town.colour("surroundings", "s") is None
    assert "emergency.surroundings/s" not in town.entities
    assert [each.active for each in town.surroundings] == [True, True, True, False]


def test_the_register_follows_places_that_move_and_go(town: Town) -> None:
    """A place is where its newest card says, and nowhere when it was withdrawn."""
    town.device(
        "School", "某小学（模拟）", domain="place", place=north(5000), title="某小学（模拟）", at=1
    )
    town.device("Lift", "电梯三", domain="place", place=north(-150), title="电梯三", at=1)
    town.withdraw("电梯一", "place", at=2)
    town.withdraw("某消防站", "place", at=2)
    gas(town, 60, at=10)
    found = town.surroundings[-1]
    assert found.schools == ()
    assert [near.name for near in found.lifts] == ["电梯三", "电梯二"]
    assert found.fire == Near("更远消防站", 4500)


def test_nobody_registered_is_said() -> None:
    """An empty register is told as such."""
    town = Town()
    town.device("GasDetector", "d", domain="gas", title="电缆沟", space="s")
    gas(town, 60, at=0)
    assert "学校 无" in town.said("surroundings", "s")
    assert "消防：未登记" in town.said("surroundings", "s")


def test_many_places_are_counted_and_the_nearest_named(town: Town) -> None:
    """An alert's text is short; the event has them all."""
    for number in range(30):
        town.device(
            "Lift",
            f"l{number:02}",
            domain="place",
            place=north(20 + number),
            title=f"梯{number:02}",
        )
    gas(town, 60, at=0)
    assert "电梯 32 处（电梯一 10 米、梯00 20 米、梯01 21 米 等）" in town.said("surroundings", "s")
    assert len(town.surroundings[-1].lifts) == 32
