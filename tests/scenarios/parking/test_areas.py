"""商圈: saturated when 70 % of its lots with data are, until the share falls below 60 %."""

import pytest

from hub.model.alert import Level
from tests.support.parking import Town

ALERT = "parking/saturated/zhongjie"


def town_of(lots: int, *, full: int, period: float | None = None) -> Town:
    """Return a town with so many lots in 中街, ``full`` of them at 96 % since second 0."""
    town = Town()
    for number in range(lots):
        town.lot(f"l{number}", period=period)
    for number in range(lots):
        town.read(f"l{number}", 96 if number < full else 50, at=0)
    return town


@pytest.mark.parametrize(
    ("lots", "full", "raised"),
    [
        (10, 7, True), (10, 6, False), (3, 3, True), (2, 2, False), (4, 3, True), (3, 2, False),
    ],
)  # fmt: skip
def test_the_share_of_saturated_lots_raises(lots: int, full: int, *, raised: bool) -> None:
    """70 % of at least three lots."""
    town = town_of(lots, full=full)
    town.tick(600)
    assert (town.alert() is not None) is raised


def test_ten_minutes_and_not_before() -> None:
    """The alert comes at the instant at which enough lots have been full for ten minutes."""
    town = town_of(3, full=2)
    town.read("l2", 95, at=60)
    town.tick(659.999999)
    assert town.alert() is None
    town.tick(660)
    alert = town.alert()
    assert alert is not None
    assert alert.raised == "2026-11-23T00:11:00.000Z"


def test_what_the_operator_reads() -> None:
    """Identity, title, text with the counts, place, district, and the entity it leads to."""
    town = town_of(3, full=3)
    town.tick(600)
    alert = town.alert()
    assert alert is not None
    assert (alert.id, alert.kind_title) == (f"{ALERT}#1", "商圈饱和")
    assert (alert.title, alert.level) == ("中街商圈停车饱和", Level.ORANGE)
    assert alert.text.startswith("3 座停车场中 3 座")
    assert (alert.entity, alert.district) == ("parking.area/zhongjie", "210103")
    assert alert.at == (123.45, 41.8)
    assert town.entities["parking.area/zhongjie"].level == "saturated"
    assert town.data("parking.area/zhongjie")["saturated"] == 1.0


def test_yellow_for_most_orange_for_all() -> None:
    """When the last lot fills up as well the level rises: the same alert."""
    town = town_of(4, full=3)
    town.tick(600)
    first = town.alert()
    assert first is not None
    assert first.level is Level.YELLOW
    town.read("l3", 99, at=700)
    town.tick(1300)
    second = town.alert()
    assert second is not None
    assert (second.id, second.level, second.version) == (first.id, Level.ORANGE, 2)


def test_the_return_is_below_60_percent() -> None:
    """At exactly 60 % it is still saturated; below it the alert is cleared."""
    town = town_of(5, full=4)
    town.tick(600)
    town.read("l0", 50, at=700)
    assert town.alert() is not None
    town.read("l1", 50, at=701)
    assert town.alert() is None
    assert town.alerts()[-1].cleared == "2026-11-23T00:11:41.000Z"
    assert town.entities["parking.area/zhongjie"].level == "normal"


def test_saturated_again_is_a_new_occurrence() -> None:
    """It is linked to the last one."""
    town = town_of(3, full=3)
    town.tick(600)
    for number in range(3):
        town.read(f"l{number}", 50, at=700)
    for number in range(3):
        town.read(f"l{number}", 99, at=800)
    town.tick(1400)
    alert = town.alert()
    assert alert is not None
    assert (alert.id, alert.previous) == (f"{ALERT}#2", f"{ALERT}#1")


def test_lots_without_data_count_for_nothing() -> None:
    """3 of 3 with data are saturated, whatever the 2 silent ones were."""
    town = town_of(5, full=3, period=60)
    for at in range(60, 660, 60):
        for number in range(3):
            town.read(f"l{number}", 97, at=at)
    town.tick(660)
    alert = town.alert()
    assert alert is not None
    assert alert.text.startswith("3 座停车场中 3 座")
    assert town.data("parking.area/zhongjie")["silent"] == 2


def test_a_saturated_area_that_falls_silent_is_not_known_to_be_saturated() -> None:
    """When its gateway goes, its lots count for nothing and the alert is cleared."""
    town = town_of(3, full=3)
    town.tick(600)
    assert town.alert() is not None
    town.gateway("offline", at=700)
    assert town.alert() is None
    assert town.data("parking.area/zhongjie")["silent"] == 3


def test_after_an_outage_the_ten_minutes_begin_anew() -> None:
    """Nobody knows what happened meanwhile."""
    town = town_of(3, full=3)
    town.tick(600)
    town.gateway("offline", at=700)
    for number in range(3):
        town.read(f"l{number}", 97, at=800)
    town.tick(1399)
    assert town.alert() is None
    town.tick(1400)
    assert town.alert() is not None


def test_areas_do_not_mix() -> None:
    """Each 商圈 has its own lots, its own alert."""
    town = town_of(3, full=3)
    for number in range(3):
        town.lot(f"t{number}", area="taiyuanjie")
        town.read(f"t{number}", 50, at=1)
    town.tick(601)
    assert {alert.place for alert in town.alerts()} == {"zhongjie"}


def test_lots_of_no_area_make_none() -> None:
    """A lot without 商圈 saturates nothing."""
    town = Town()
    for number in range(4):
        town.lot(f"n{number}", area="")
        town.read(f"n{number}", 99, at=0)
    town.tick(700)
    assert town.alerts() == []
    assert not [id_ for id_ in town.entities if id_.startswith("parking.area/")]


def test_a_lot_that_moved_counts_in_its_new_area_only() -> None:
    """The newest card says where a lot belongs."""
    town = town_of(4, full=0)
    town.lot("l3", at=10, area="taiyuanjie")
    town.read("l3", 20, at=11)
    assert town.data("parking.area/zhongjie")["lots"] == 3
