"""Lots: level, quality, staleness, and saturation after ten minutes."""

import msgspec
import pytest

from hub.sdk import MINUTE
from hub.sdk.testing import Kit, KitError
from scenarios.parking.messages import LotState
from tests.support.machine import reading
from tests.support.parking import HERE, Town


@pytest.fixture
def town() -> Town:
    """Return a town with one lot, `a`."""
    town = Town()
    town.lot("a")
    return town


def saturated(town: Town, lot: str = "a") -> bool:
    """Return whether a lot counts as saturated."""
    cells = dict(town.city.machine("d1").cells())
    return msgspec.msgpack.decode(
        cells["state", f"parking.LotState|{lot}"], type=LotState
    ).saturated


def test_a_lot_on_the_screen(town: Town) -> None:
    """Free bays, cars, occupancy, area, level, name and place."""
    town.read("a", 88, at=1)
    entity = town.show("a")
    assert (entity.level, entity.title, entity.at) == ("tight", "a停车场", (123.45, 41.8))
    assert (entity.stale, entity.quality) == (False, ())
    assert town.data("parking.lot/a") == {
        "availableSpotNumber": 12,
        "occupiedSpotNumber": 88,
        "totalSpotNumber": 100,
        "occupancy": 0.88,
        "area": "中街",
        "simulated": False,
    }


def test_levels_follow_the_readings_with_hysteresis(town: Town) -> None:
    """Down at the limit, up two percent later; also after the machine began again."""
    for at, (occupied, level) in enumerate(
        [(70, "free"), (71, "tight"), (69, "tight"), (68, "free"), (90, "tight"), (91, "scarce"),
         (89, "scarce"), (88, "tight"), (100, "full"), (99, "full"), (97, "scarce")]
    ):  # fmt: skip
        town.read("a", occupied, at=at)
        assert town.level("a") == level, occupied


@pytest.mark.parametrize(
    ("occupied", "total", "free", "level", "quality"),
    [
        (103, 100, 0, "full", ("over-capacity",)),
        (100, 100, 0, "full", ()),
        (-1, 100, 100, "free", ("out-of-range",)),
        (0, 0, 0, None, ("out-of-range",)),
        (5, 0, 0, None, ("over-capacity", "out-of-range")),
        (-5, -10, 0, None, ("over-capacity", "out-of-range")),
        (0, 100, 100, "free", ()),
    ],
)
def test_values_beyond_their_range_are_readings_with_a_flag(
    town: Town,
    *,
    occupied: int,
    total: int,
    free: int,
    level: str | None,
    quality: tuple[str, ...],
) -> None:
    """Never a dead letter; free bays are never negative and never above all bays."""
    town.read("a", occupied, total, at=1)
    assert town.letters() == []
    assert town.show("a").quality == quality
    assert town.level("a") == level
    data = town.data("parking.lot/a")
    assert (data["availableSpotNumber"], data["occupiedSpotNumber"]) == (free, occupied)


@pytest.mark.parametrize("occupied", [95, 100, 130])
def test_saturated_at_95_percent_for_ten_minutes(town: Town, occupied: int) -> None:
    """Not a moment before, and without another reading."""
    town.read("a", occupied, at=0)
    town.tick(599.999999)
    assert not saturated(town)
    town.tick(600)
    assert saturated(town)


def test_below_95_percent_is_never_saturated(town: Town) -> None:
    """94 of 100 for an hour."""
    town.read("a", 94, at=0)
    town.tick(3600)
    assert not saturated(town)


def test_a_dip_below_95_percent_begins_the_ten_minutes_anew(town: Town) -> None:
    """They count without interruption."""
    town.read("a", 96, at=0)
    town.read("a", 94, at=300)
    town.read("a", 95, at=301)
    town.tick(900)
    assert not saturated(town)
    town.tick(901)
    assert saturated(town)


def test_readings_meanwhile_do_not_move_the_instant(town: Town) -> None:
    """Ten minutes from the first reading at 95 %."""
    for at in range(0, 600, 60):
        town.read("a", 95 + at % 4, at=at)
    town.tick(600)
    assert saturated(town)


def test_relieved_only_below_93_percent(town: Town) -> None:
    """Between 93 and 95 % a saturated lot stays so; below it is over at once."""
    town.read("a", 95, at=0)
    town.read("a", 94, at=700)
    assert saturated(town)
    town.read("a", 93, at=760)
    assert saturated(town)
    town.read("a", 92, at=820)
    assert not saturated(town)
    town.read("a", 95, at=880)
    town.tick(1479)
    assert not saturated(town)
    town.tick(1480)
    assert saturated(town)


def test_an_operator_may_move_the_limits() -> None:
    """From then on; the alert's words follow, and limits that make no sense are refused."""
    kit = Kit("scenarios/parking")
    for name in ("a", "b", "c"):
        facts = {"area": "zhongjie", "areaName": "中街"}
        lot = f"city/210103/parking/{name}"
        kit.card(lot, kind="OffStreetParking", name=name, at=HERE, attributes=facts)
    kit.configure(saturated=0.8, relieved=0.7)
    for name in ("a", "b", "c"):
        bays = {"totalSpotNumber": 100, "occupiedSpotNumber": 80}
        kit.send(f"city/210103/parking/{name}/occupancy", bays)
    kit.advance(10 * MINUTE)
    alert = kit.alert("saturated", "zhongjie")
    assert alert is not None
    assert "占用率达 80% 已满 10 分钟" in alert.text
    with pytest.raises(KitError, match="relieved ≤ saturated"):
        kit.configure(saturated=0.9, relieved=0.95)


def test_a_reading_without_bays_is_no_saturation(town: Town) -> None:
    """Zero bays say nothing about how full a lot is: nothing counts towards ten minutes."""
    town.read("a", 0, 0, at=0)
    town.tick(700)
    assert not saturated(town)
    town.read("a", 94, at=710)
    assert not saturated(town)


def test_a_silent_lot_is_stale_and_without_level() -> None:
    """Three periods without a reading: 数据延迟; its level counts no more, nor do its minutes."""
    town = Town()
    town.lot("a", period=60)
    town.read("a", 96, at=0)
    town.tick(179)
    assert not town.show("a").stale
    town.tick(180)
    assert town.show("a").stale
    town.tick(10_000)
    assert not saturated(town)
    town.read("a", 40, at=10_001)
    assert (town.show("a").stale, town.level("a")) == (False, "free")


def test_a_lot_without_card_is_shown_by_its_id() -> None:
    """An unregistered lot is accepted; it has no place, so it guides nobody."""
    town = Town()
    town.sign("s")
    town.read("b", 40, at=1)
    entity = town.show("b")
    assert (entity.title, entity.at, entity.level) == ("b", None, "free")
    assert town.lines("s") == []


def test_a_lot_without_available_bays_is_computed() -> None:
    """`availableSpotNumber` is optional."""
    town = Town()
    data = {"totalSpotNumber": 10, "occupiedSpotNumber": 4}
    town.append(1, reading("a", data, type="city.parking.occupancy"))
    assert town.data("parking.lot/a")["availableSpotNumber"] == 6
