"""道路积水 and link 1: levels, closing and opening the road, its answers, silence."""

import pytest

from hub.sdk import MINUTE, Level
from hub.sdk.testing import Kit, KitError
from scenarios.emergency.look import Depths
from scenarios.emergency.ponding import ponding_level
from tests.scenarios.emergency.town import Town, north

BLUE, ORANGE, RED = Level.BLUE, Level.ORANGE, Level.RED


@pytest.mark.parametrize(
    ("depth", "level"),
    [
        (0, None), (14.9, None), (15, BLUE), (15.1, BLUE), (24.9, BLUE),
        (25, ORANGE), (25.1, ORANGE), (39.9, ORANGE), (40, RED), (40.1, RED),
    ],
)  # fmt: skip
def test_a_level_is_reached_at_its_depth(depth: float, level: Level | None) -> None:
    """15 cm 提示, 25 cm 封路, 40 cm 危险."""
    assert ponding_level(depth, None, Depths()) is level


@pytest.mark.parametrize(
    ("last", "depth", "level"),
    [
        (RED, 38, RED), (RED, 37.9, ORANGE), (RED, 0, ORANGE),
        (ORANGE, 24, ORANGE), (ORANGE, 0, ORANGE), (ORANGE, 40, RED),
        (BLUE, 14, BLUE), (BLUE, 0, BLUE), (BLUE, 25, ORANGE),
    ],
)  # fmt: skip
def test_nothing_ends_by_depth_alone(last: Level, depth: float, level: Level) -> None:
    """危险 is over below 38 cm; a closed road stays closed until the water was low for long."""
    assert ponding_level(depth, last, Depths()) is level


@pytest.fixture
def town() -> Town:
    """Return a town with one point `p` on the road `r`."""
    town = Town()
    road(town)
    pond(town, "p")
    return town


def road(town: Town, at: float = 0) -> None:
    """Register the road `r`."""
    town.device("RoadSection", "r", domain="traffic", title="路段 r", at=at, name="青年大街")


def pond(town: Town, name: str, road: str = "r") -> None:
    """Register a ponding point that reports each minute."""
    town.device(
        "PondingPoint", name, domain="flood", period=60, title=f"{name}桥下", road=road,
        place=north(50),
    )  # fmt: skip


def water(town: Town, cm: float, *, at: float, point: str = "p") -> None:
    """Report a depth."""
    town.read("city.flood.level", point, at=at, waterLevel=cm)


def names(town: Town) -> list[object]:
    """Return the names of the commands to the road, oldest first."""
    return [each["name"] for each in town.commands("r")]


def test_at_25_cm_the_road_is_closed_by_command(town: Town) -> None:
    """Not below; other scenarios hear of it, and the alert only proposes."""
    water(town, 24.9, at=0)
    assert (names(town), town.colour("ponding", "p")) == ([], "blue")
    water(town, 25, at=60)
    assert names(town) == ["close"]
    assert town.commands("r")[0]["data"] == {"reason": "道路积水"}
    said = town.roads[0]
    assert (said.road, said.name, said.closed, said.depth) == ("r", "青年大街", True, 25)
    alert = town.alert("ponding", "p")
    assert alert is not None
    assert alert.title == "p桥下积水达封路水深，建议橙色预警"
    assert "由人工决定" in alert.text
    assert town.level("emergency.road/r") == "closed"
    assert town.data("emergency.road/r")["answer"] == "已下发，待回执"


def test_an_operator_may_move_the_depth_that_closes() -> None:
    """From then on; the words follow, and depths out of order are refused."""
    kit = Kit("scenarios/emergency")
    kit.configure(closed=30.0, calm=5.0)
    level = "city/210103/flood/p/level"
    kit.send(level, {"waterLevel": 29})
    alert = kit.alert("ponding", "p")
    assert alert is not None
    assert alert.level is BLUE
    kit.send(level, {"waterLevel": 30})
    alert = kit.alert("ponding", "p")
    assert alert is not None
    assert alert.level is ORANGE
    assert "水深已达 30 厘米" in alert.text
    assert "低于 5 厘米" in alert.text
    kit.send(level, {"waterLevel": 6})
    kit.advance(20 * MINUTE)
    assert kit.alert("ponding", "p") is not None
    kit.send(level, {"waterLevel": 4})
    kit.advance(15 * MINUTE)
    assert kit.alert("ponding", "p") is None
    with pytest.raises(KitError, match="15 < closed < 40"):
        kit.configure(closed=12.0)


def test_the_road_opens_below_10_cm_for_15_minutes(town: Town) -> None:
    """At 10 cm not; a rise begins the 15 minutes anew; then the alert is over as well."""
    water(town, 30, at=0)
    town.answer("r", at=1)
    for minute in range(1, 30):
        water(town, 10, at=minute * 60)
    assert names(town) == ["close"]
    low = 30 * 60
    water(town, 9.9, at=low)
    for minute in range(1, 15):
        water(town, 10 if minute == 5 else 3, at=low + minute * 60)
    begun = low + 6 * 60
    for minute in range(9, 15):
        water(town, 3, at=begun + minute * 60)
    town.tick(begun + 15 * 60 - 1)
    assert (names(town), town.colour("ponding", "p")) == (["close"], "orange")
    town.tick(begun + 15 * 60)
    assert (names(town), town.colour("ponding", "p")) == (["close", "open"], None)
    assert [each.closed for each in town.roads] == [True, False]
    assert town.level("emergency.road/r") == "opening"
    town.answer("r", at=begun + 15 * 60 + 1)
    assert "emergency.road/r" not in town.entities
    water(town, 3, at=begun + 15 * 60 + 2)
    assert town.level("emergency.ponding/p") == "normal"


def test_a_notice_is_over_in_the_same_way(town: Town) -> None:
    """15 cm never closes the road, and ends below 10 cm for 15 minutes."""
    water(town, 16, at=0)
    for minute in range(1, 16):
        water(town, 5, at=minute * 60)
        assert town.colour("ponding", "p") == "blue"
    water(town, 5, at=16 * 60)
    assert town.colour("ponding", "p") is None
    assert names(town) == []


def test_a_silent_point_keeps_the_road_closed_and_says_so(town: Town) -> None:
    """Even when its last word was that the water is low; heard again, its 15 minutes begin anew."""
    water(town, 30, at=0)
    water(town, 5, at=60)
    town.tick(240)
    assert town.entities["emergency.ponding/p"].stale
    assert "监测点数据延迟，道路保持封闭" in town.said("ponding", "p")
    assert town.entities["emergency.road/r"].quality == ("points-silent",)
    town.tick(7200)
    assert town.colour("ponding", "p") == "orange"
    assert "open" not in names(town)
    for minute in range(15):
        water(town, 5, at=7200 + minute * 60)
    assert "数据延迟" not in town.said("ponding", "p")
    assert town.colour("ponding", "p") == "orange"
    town.tick(7200 + 900)
    assert names(town)[-1] == "open"


def test_a_road_with_two_points_opens_with_the_last(town: Town) -> None:
    """One command to close, one to open."""
    pond(town, "q")
    water(town, 30, at=0)
    town.answer("r", at=1)
    water(town, 41, at=2, point="q")
    assert (names(town), town.colour("ponding", "q")) == (["close"], "red")
    assert town.data("emergency.road/r")["depth"] == 41
    for minute in range(17):
        water(town, 0, at=60 + minute * 60)
        water(town, 20, at=61 + minute * 60, point="q")
    assert town.colour("ponding", "p") is None
    assert names(town) == ["close"]
    for minute in range(17):
        water(town, 0, at=1800 + minute * 60, point="q")
    assert names(town) == ["close", "open"]


def test_a_road_that_does_not_answer_is_told_again_and_a_person_too(town: Town) -> None:
    """Each two minutes until it does."""
    water(town, 30, at=0)
    town.tick(119)
    assert names(town) == ["close"]
    town.tick(120)
    assert names(town) == ["close", "close"]
    assert town.colour("road", "r") == "orange"
    town.answer("r", at=130)
    assert town.colour("road", "r") is None
    assert town.data("emergency.road/r")["answer"] == "已执行"
    town.tick(1000)
    assert names(town) == ["close", "close"]


def test_a_road_that_refuses_is_said_at_once(town: Town) -> None:
    """And an answer to an older command says nothing."""
    water(town, 30, at=0)
    old = str(town.commands("r")[0]["id"])
    town.answer("r", at=1, ok=False)
    assert town.colour("road", "r") == "orange"
    assert "请派人现场封闭" in town.said("road", "r")
    town.tick(120)
    town.answer("r", at=121, command=old)
    assert town.colour("road", "r") == "orange"
    town.answer("r", at=122)
    assert town.colour("road", "r") is None


def test_a_road_that_is_registered_later_is_told_then() -> None:
    """Until then the screen says that nobody knows it."""
    town = Town()
    pond(town, "p")
    water(town, 30, at=0)
    assert town.data("emergency.road/r")["answer"] == "路段未登记"
    assert [each.closed for each in town.roads] == [True]
    road(town, at=10)
    assert names(town) == ["close"]
    assert town.entities["emergency.road/r"].title == "青年大街"


def test_a_road_taken_away_is_told_nothing_more(town: Town) -> None:
    """Neither again nor when the water is gone."""
    water(town, 30, at=0)
    town.tick(130)
    assert town.colour("road", "r") == "orange"
    town.withdraw("r", "traffic", at=140)
    assert town.colour("road", "r") is None
    assert town.data("emergency.road/r")["answer"] == "路段未登记"
    told = names(town)
    town.tick(1000)
    town.withdraw("p", "flood", at=1001)
    assert names(town) == told
    assert "emergency.road/r" not in town.entities


def test_a_point_without_a_road_asks_for_people() -> None:
    """There is nothing to command."""
    town = Town()
    pond(town, "p", road="")
    water(town, 30, at=0)
    assert "水位监测点未关联路段" in town.said("ponding", "p")
    assert town.roads == []


@pytest.mark.parametrize("depth", [-0.1, 300.1])
def test_a_depth_that_cannot_be_neither_closes_nor_opens(town: Town, depth: float) -> None:
    """It is shown without the number and with a flag."""
    water(town, depth, at=0)
    assert (names(town), town.colour("ponding", "p")) == ([], None)
    entity = town.entities["emergency.ponding/p"]
    assert (entity.quality, town.data("emergency.ponding/p")["depth"]) == (("out-of-range",), None)
    water(town, 30, at=60)
    water(town, depth, at=120)
    assert town.colour("ponding", "p") == "orange"
    assert town.letters() == []


def test_a_point_taken_away_holds_nothing_closed(town: Town) -> None:
    """Its road is opened."""
    water(town, 30, at=0)
    town.answer("r", at=1)
    town.withdraw("p", "flood", at=60)
    assert town.colour("ponding", "p") is None
    assert names(town) == ["close", "open"]
    assert "emergency.ponding/p" not in town.entities
