"""Beds, ICU and triage waits of one hospital, and how it stands on the map."""

from collections.abc import Mapping

import pytest

from tests.scenarios.hospital.town import Town, ed

PLACE = (123.408, 41.795)


def house() -> Town:
    """Return a town of one hospital that has not reported yet."""
    town = Town()
    town.card("h-1", "Hospital", PLACE, name="市一院", attributes={"centres": "胸痛,创伤"})
    return town


def wards(town: Town, occupied: int, seconds: float, icu: int = 0) -> None:
    """Let the hospital report of 1,000 beds and of 100 ICU beds."""
    data = {"beds": 1000, "occupied": occupied, "icuBeds": 100, "icuOccupied": icu}
    town.say("city.hospital.beds", "h-1", data, seconds)


def waits(town: Town, seconds: float, **levels: tuple[int, float]) -> None:
    """Let the hospital report its waits: `l2=(count, longest minutes)`."""
    waiting: Mapping[str, tuple[int, float]] = {name[1:]: wait for name, wait in levels.items()}
    town.say("city.hospital.ed", "h-1", ed(waiting=waiting), seconds)


@pytest.mark.parametrize(
    ("occupied", "level"),
    [(849, None), (850, "blue"), (929, "blue"), (930, "yellow"), (969, "yellow"), (970, "orange"),
     (1010, "orange")],
)  # fmt: skip
def test_bed_alerts(occupied: int, level: str | None) -> None:
    """85 % blue, 93 % yellow, 97 % orange."""
    town = house()
    wards(town, occupied, 1)
    assert town.level("beds", "h-1") == level


def test_bed_alert_returns_with_hysteresis() -> None:
    """The alert falls level by level, each 1 % below where it began, and clears below 84 %."""
    town, levels = house(), []
    for step, occupied in enumerate((970, 961, 955, 915, 841, 835)):
        wards(town, occupied, 300 * step + 1)
        levels.append(town.level("beds", "h-1"))
    assert levels == ["orange", "orange", "yellow", "blue", "blue", None]


@pytest.mark.parametrize(("icu", "level"), [(89, None), (90, "yellow"), (100, "yellow")])
def test_icu_alert(icu: int, level: str | None) -> None:
    """ICU beds are short at 10 % free or less."""
    town = house()
    wards(town, 0, 1, icu)
    assert town.level("icu", "h-1") == level


def test_icu_alert_returns_above_12_percent() -> None:
    """It holds at 12 % free and clears above."""
    town = house()
    wards(town, 0, 1, 90)
    wards(town, 0, 301, 88)
    assert town.raised("icu", "h-1") is not None
    wards(town, 0, 601, 87)
    assert town.raised("icu", "h-1") is None


def test_more_patients_than_beds_is_a_reading_with_a_flag() -> None:
    """Beds in the corridor are real: shown above 100 %, flagged."""
    town = house()
    wards(town, 1010, 1)
    entity = town.entities["hospital.hospital/h-1"]
    assert entity["quality"] == ["over-capacity"]
    assert entity["data"]["bedOccupancy"] == 1.01


def test_no_beds_at_all_is_no_share() -> None:
    """A hospital that says it has no beds is neither full nor empty, and nothing breaks."""
    town = house()
    data = {"beds": 0, "occupied": 3, "icuBeds": 0, "icuOccupied": 0}
    town.say("city.hospital.beds", "h-1", data, 1)
    assert town.changes == []
    assert town.letters == []
    assert town.entities["hospital.hospital/h-1"]["data"]["bedOccupancy"] is None


@pytest.mark.parametrize(
    ("level", "target", "held", "colour"),
    [
        ("l1", 0, 2, "orange"),
        ("l2", 10, 10, "yellow"),
        ("l3", 30, 30, "blue"),
        ("l4", 120, 60, "blue"),
    ],
)
def test_triage_alert(level: str, target: float, held: int, colour: str) -> None:
    """Overdue in every reading for 2, 10, 30, 60 minutes: told in the colour of the level."""
    town = house()
    for minute in range(held + 5):
        waits(town, 60 * minute, **{level: (2, target)})
    assert town.raised("triage", "h-1") is None
    for minute in range(held):
        waits(town, 7200 + 60 * minute, **{level: (2, target + 1)})
    assert town.raised("triage", "h-1") is None
    waits(town, 7200 + 60 * held, **{level: (2, target + 1)})
    assert town.level("triage", "h-1") == colour


def test_one_reading_in_time_begins_the_minutes_anew() -> None:
    """Ten readings late, one in time, ten readings late: nobody is told."""
    town = house()
    for minute in range(21):
        waits(town, 60 * minute, l2=(1, 5 if minute == 10 else 11))
    assert town.raised("triage", "h-1") is None


def test_nobody_waiting_is_never_overdue() -> None:
    """A longest wait without anyone waiting says nothing."""
    town = house()
    for minute in range(5):
        waits(town, 60 * minute, l1=(0, 5))
    assert town.raised("triage", "h-1") is None


def test_triage_alert_follows_the_most_urgent_level() -> None:
    """The text names every level that stays overdue; the colour is of the most urgent one."""
    town = house()
    for minute in range(31):
        waits(town, 60 * minute, l2=(1, 12), l3=(4, 32), l4=(9, 130))
    alert = town.raised("triage", "h-1")
    assert alert is not None
    assert alert["level"] == "yellow"
    assert alert["text"] == "超时：二级危重（时限 10 分钟）、三级急症（时限 30 分钟）"
    row = town.entities["hospital.hospital/h-1"]["data"]["overdue"]
    assert row.endswith("、四级非急症（时限 120 分钟）")


def test_triage_alert_clears_after_ten_minutes_in_time() -> None:
    """Late until the target was kept for ten minutes, over a restart."""
    town = house()
    for minute in range(12):
        waits(town, 60 * minute, l2=(1, 11))
    town.restart()
    for minute in range(12, 21):
        waits(town, 60 * minute, l2=(1, 5))
    assert town.raised("triage", "h-1") is not None
    waits(town, 60 * 21, l2=(1, 5))
    assert town.raised("triage", "h-1") is None


def test_triage_alert_stays_when_it_begins_again() -> None:
    """A level that is overdue again within the ten minutes keeps the alert as it is."""
    town = house()
    for minute in range(30):
        waits(town, 60 * minute, l1=(1, 0 if minute % 5 == 4 else 1))
    assert town.level("triage", "h-1") == "orange"
    assert len(town.changes) == 1


def test_the_hospital_on_the_map() -> None:
    """One entity has both readings; an unregistered hospital has its id and no place."""
    town = house()
    waits(town, 1, l3=(4, 20), l4=(2, 5))
    wards(town, 900, 2, 50)
    entity = town.entities["hospital.hospital/h-1"]
    assert entity["at"] == list(PLACE)
    assert entity["title"] == "市一院"
    assert entity["level"] == "busy"
    assert entity["data"] == {
        "nedocs": 22.9,
        "patients": 20,
        "edBeds": 40,
        "boarding": 0,
        "waiting": 6,
        "overdue": "",
        "bedOccupancy": 0.9,
        "bedState": "预警",
        "icuFree": 50,
        "centres": "胸痛、创伤",
    }
    town.say("city.hospital.ed", "h-9", ed(), 3)
    stranger = town.entities["hospital.hospital/h-9"]
    assert (stranger["title"], stranger["at"]) == ("h-9", None)
