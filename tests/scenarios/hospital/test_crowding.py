"""Crowding of emergency departments and 分流建议, driven through both partitions."""

import pytest

from tests.scenarios.hospital.town import Town, scored

MINUTE = 60


def town(*scores: float) -> Town:
    """Return a town of hospitals h-1, h-2, …, each 1.1 km further north, with these scores."""
    town = Town()
    for number, score in enumerate(scores, 1):
        at = (123.408, 41.79 + number * 0.01)
        town.card(f"h-{number}", "Hospital", at, name=f"第{number}医院")
        town.say("city.hospital.ed", f"h-{number}", scored(score), 1)
    return town


def report(town: Town, hospital: str, score: float, since: float, until: float) -> None:
    """Let a hospital report a score each minute."""
    seconds = since
    while seconds <= until:
        town.say("city.hospital.ed", hospital, scored(score), seconds)
        seconds += MINUTE


@pytest.mark.parametrize(
    ("score", "level"),
    [(100.9, None), (101, "yellow"), (140.9, "yellow"), (141, "orange"), (180, "orange"),
     (180.1, "red")],
)  # fmt: skip
def test_the_hospital_is_told_after_15_minutes(score: float, level: str | None) -> None:
    """≥101 for 15 minutes tells the hospital, in the colour of its band; not a second earlier."""
    city = town(score)
    report(city, "h-1", score, 61, 14 * MINUTE + 1)
    city.advance(1 + 15 * MINUTE - 0.001)
    assert city.raised("crowded", "h-1") is None
    city.advance(1 + 15 * MINUTE)
    assert city.level("crowded", "h-1") == level


def test_a_pause_begins_the_15_minutes_anew() -> None:
    """Ten minutes of 拥挤, a calm reading, ten minutes more: nobody is told."""
    city = town(110)
    report(city, "h-1", 110, 61, 10 * MINUTE)
    report(city, "h-1", 80, 11 * MINUTE, 11 * MINUTE)
    report(city, "h-1", 110, 12 * MINUTE, 22 * MINUTE)
    assert city.changes == []
    report(city, "h-1", 110, 23 * MINUTE, 27 * MINUTE)
    assert city.level("crowded", "h-1") == "yellow"


def test_the_15_minutes_are_of_the_score_itself() -> None:
    """The band holds down to 91, the 15 minutes do not: one reading of 101 and then 92 is calm."""
    city = town(101)
    report(city, "h-1", 92, 61, 20 * MINUTE)
    assert city.changes == []


def test_a_score_below_101_begins_the_15_minutes_anew() -> None:
    """101, 95 in between, 101: told 15 minutes after the second."""
    city = town(101)
    report(city, "h-1", 101, 61, 10 * MINUTE)
    report(city, "h-1", 95, 11 * MINUTE, 11 * MINUTE)
    report(city, "h-1", 101, 12 * MINUTE, 26 * MINUTE)
    city.advance(27 * MINUTE - 0.001)
    assert city.raised("crowded", "h-1") is None
    city.advance(27 * MINUTE)
    assert city.level("crowded", "h-1") == "yellow"


def test_the_alert_follows_the_band_and_returns_below_91() -> None:
    """Told at yellow, orange at 141, back to yellow below 131, cleared below 91."""
    city = town(110)
    report(city, "h-1", 110, 61, 16 * MINUTE)
    levels = []
    for step, score in enumerate((141, 131, 130.9, 91, 90.9), 17):
        report(city, "h-1", score, step * MINUTE, step * MINUTE)
        levels.append(city.level("crowded", "h-1"))
    assert levels == ["orange", "orange", "yellow", "yellow", None]


def test_silence_neither_raises_nor_clears() -> None:
    """A hospital that falls silent is not told by its silence, and what was raised stays."""
    city = town(110, 120)
    report(city, "h-2", 120, 61, 16 * MINUTE)
    city.advance(40 * MINUTE)
    assert city.raised("crowded", "h-1") is None
    assert city.level("crowded", "h-2") == "yellow"
    assert city.entities["hospital.hospital/h-2"]["stale"]


def test_a_reading_without_beds_has_no_score() -> None:
    """A figure that cannot be is shown with its quality flag, not as a number."""
    city = town(110)
    city.say("city.hospital.ed", "h-1", {**scored(110), "beds": 0}, 70)
    entity = city.entities["hospital.hospital/h-1"]
    assert entity["data"]["nedocs"] is None
    assert entity["level"] is None
    assert entity["quality"] == ["out-of-range"]
    assert city.letters == []


def test_diversion_at_141() -> None:
    """≥141 advises 120 at once; 140.9 does not."""
    city = town(140.9, 50)
    assert city.raised("diversion", "h-1") is None
    report(city, "h-1", 141, 61, 61)
    assert city.raised("diversion", "h-1") is not None
    (advice,) = city.told("hospital.diversion")
    assert advice["levels"] == [3, 4]
    assert [other["hospital"] for other in advice["to"]] == ["h-2"]


def test_diversion_names_three_with_room_nearest_first() -> None:
    """Up to three hospitals below 101 with fresh data, nearest first."""
    city = town(150, 101, 100.9, 20, 30, 40)
    alert = city.raised("diversion", "h-1")
    assert alert is not None
    assert "第3医院（2.2 公里）、第4医院（3.3 公里）、第5医院（4.4 公里）" in alert["text"]
    assert "第2医院" not in alert["text"]
    assert "第6医院" not in alert["text"]


def test_diversion_never_touches_levels_1_and_2_nor_the_five_centres() -> None:
    """The advice is for 三、四级 only and says what it never touches; it is no refusal."""
    city = town(200, 20)
    alert = city.raised("diversion", "h-1")
    assert alert is not None
    assert "三、四级患者分流" in alert["text"]
    assert "一、二级" in alert["text"]
    for centre in ("胸痛", "卒中", "创伤", "危重孕产妇", "危重新生儿"):
        assert centre in alert["text"]
    assert "不分流" in alert["text"]
    assert "拒收" not in repr(city.changes) + repr(city.derived) + repr(city.entities)


def test_diversion_sounds_until_the_hospital_itself_is_told() -> None:
    """A score that jumps: the advice is orange, then yellow beside the hospital's own orange."""
    city = town(150, 20)
    assert city.level("diversion", "h-1") == "orange"
    report(city, "h-1", 150, 61, 16 * MINUTE)
    assert city.level("crowded", "h-1") == "orange"
    assert city.level("diversion", "h-1") == "yellow"


@pytest.mark.parametrize(("occupied", "named"), [(969, True), (970, False)])
def test_diversion_leads_to_no_full_wards(occupied: int, named: bool) -> None:  # noqa: FBT001 a parametrized fact
    """A calm department before full wards (≥97 %) has no room; it has again when they have."""
    city = town(150, 20)
    beds = {"beds": 1000, "icuBeds": 0, "icuOccupied": 0}
    city.say("city.hospital.beds", "h-2", {**beds, "occupied": occupied}, 2)
    alert = city.raised("diversion", "h-1")
    assert alert is not None
    assert ("第2医院" in alert["text"]) is named
    city.say("city.hospital.beds", "h-2", {**beds, "occupied": 900}, 62)
    again = city.raised("diversion", "h-1")
    assert again is not None
    assert "第2医院" in again["text"]


def test_diversion_without_room_says_so() -> None:
    """When nobody has room the advice names nobody."""
    city = town(150, 150)
    alert = city.raised("diversion", "h-1")
    assert alert is not None
    assert "暂无有余量的医院" in alert["text"]
    report(city, "h-2", 50, 61, 61)
    changed = city.raised("diversion", "h-1")
    assert changed is not None
    assert "第2医院" in changed["text"]
    assert city.raised("diversion", "h-2") is None


def test_a_silent_hospital_is_not_named() -> None:
    """Room is offered only on fresh data."""
    city = town(150, 20, 30)
    for minute in range(1, 8):
        for hospital, score in (("h-1", 150), ("h-3", 30)):
            report(city, hospital, score, minute * MINUTE, minute * MINUTE)
    alert = city.raised("diversion", "h-1")
    assert alert is not None
    assert "第2医院" not in alert["text"]
    report(city, "h-2", 20, 8 * MINUTE, 8 * MINUTE)
    again = city.raised("diversion", "h-1")
    assert again is not None
    assert "第2医院" in again["text"]


def test_diversion_returns_below_131() -> None:
    """The advice holds at 131 and is withdrawn below it."""
    city = town(150, 20)
    report(city, "h-1", 131, 61, 61)
    assert city.raised("diversion", "h-1") is not None
    report(city, "h-1", 130.9, 121, 121)
    assert city.raised("diversion", "h-1") is None
    assert city.told("hospital.diversion")[-1]["active"] is False


def test_crowding_event_keeps_the_contract() -> None:
    """`hospital.crowding` carries hospital, name, at, nedocs and band."""
    (news,) = town(128.1).told("hospital.crowding")
    assert news == {
        "hospital": "h-1",
        "name": "第1医院",
        "at": [123.408, 41.8],
        "district": "210102",
        "nedocs": 128.1,
        "band": "crowded",
        "alerted": False,
        "full": False,
        "fresh": True,
    }


def test_the_city_hears_of_five_points_or_a_band() -> None:
    """Within a band the city hears again only when the score moved by 5 points."""
    city = town(110)
    for step, score in enumerate((112, 114.9, 115, 119, 141), 1):
        report(city, "h-1", score, step * MINUTE + 1, step * MINUTE + 1)
    assert [news["nedocs"] for news in city.told("hospital.crowding")] == [110, 115, 141]


def test_a_restart_in_the_15_minutes_loses_nothing() -> None:
    """State and timer survive: told at the same instant, with the same words."""
    plain, restarted = town(150, 20), town(150, 20)
    for city in (plain, restarted):
        report(city, "h-1", 150, 61, 7 * MINUTE)
        if city is restarted:
            city.restart()
        report(city, "h-1", 150, 8 * MINUTE, 20 * MINUTE)
    assert restarted.changes == plain.changes
    assert restarted.level("crowded", "h-1") == "orange"
    assert restarted.state() == plain.state()
