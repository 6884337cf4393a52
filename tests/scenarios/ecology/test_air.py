"""From a station's readings to the city, its schools and its emergency departments."""

from typing import Any

import msgspec

from hub.model.alert import Alert, Level
from hub.sdk import HOUR, MINUTE
from hub.sdk.testing import Kit
from scenarios.ecology.rules import OUTLYING

CLEAN = {"pm25": 20, "pm10": 40, "o3": 60, "no2": 30, "so2": 10, "co": 0.5}
STATION = "city/210102/air/a1"
EAST = "city/210104/air/a2"
_STEP = 5 * MINUTE


def town(*others: str) -> Kit:
    """Return two districts, a station in each, a school in the first."""
    kit = Kit("ecology", *others)
    kit.card(STATION, kind="AirQualityStation", name="太原街", at=(123.39, 41.79), period=300)
    kit.card(EAST, kind="AirQualityStation", name="东陵路", at=(123.51, 41.83), period=300)
    kit.card("city/210102/place/s1", kind="School", name="某小学", at=(123.40, 41.79))
    return kit


def breathe(kit: Kit, hours: int = 1, east: float | None = None, **values: float | None) -> None:
    """Let both stations report for some hours; ``east`` is the PM2.5 of the second."""
    for _ in range(hours * 12):
        here = {**CLEAN, **values}
        kit.send(f"{STATION}/quality", here, time=kit.now)
        kit.send(f"{EAST}/quality", {**here, **({} if east is None else {"pm25": east})},
                 time=kit.now)  # fmt: skip
        kit.advance(_STEP)


def close(kit: Kit) -> None:
    """Let the hour close and the city judge it."""
    kit.advance(12 * MINUTE)


def colour(kit: Kit) -> Level | None:
    """Return the level of the city's alert."""
    alert: Alert | None = kit.alert("air", "city")
    return alert.level if alert else None


def test_an_hour_on_the_map() -> None:
    """The mean of its readings, its index, its primary pollutant; a figure of the city."""
    kit = town()
    breathe(kit, pm25=47.5, pm10=50)
    before = kit.screen["ecology.station/a1"]
    assert (before.at, before.level, before.data["aqi"]) == ((123.39, 41.79), None, None)
    assert before.quality == ("insufficient",)
    close(kit)
    shown = kit.screen["ecology.station/a1"]
    assert (shown.level, shown.at, shown.data["aqi"]) == ("fair", (123.39, 41.79), 76)
    assert (shown.data["pm25"], shown.data["primary"]) == (48, "PM2.5")
    assert kit.tiles["ecology.aqi"] == 76
    assert kit.letters == []


def test_an_hour_needs_three_quarters_of_its_readings() -> None:
    """Nine readings of twelve count; of eight nothing is said, and the city is not changed."""
    kit = town()
    for analyser in (None, 20.0):
        for minute in range(0, 60, 5):
            value = 20.0 if minute < 40 else analyser
            kit.send(f"{STATION}/quality", {"pm25": value}, time=kit.now)
            kit.advance(_STEP)
        close(kit)
        kit.advance(HOUR - (kit.now - kit.start) % HOUR)
    seen = [shown["data"]["aqi"] for shown in _shown(kit, "ecology.station/a1")]
    assert list(dict.fromkeys(seen)) == [None, 29]


def test_what_cannot_be_is_left_out() -> None:
    """A broken analyser neither helps nor harms."""
    kit = town()
    breathe(kit, pm25=-3, no2=20_000)
    close(kit)
    data = kit.screen["ecology.station/a1"].data
    assert (data["pm25"], data["no2"], data["aqi"]) == (None, None, 40)
    assert kit.letters == []


def test_alerts_by_grade_and_their_return() -> None:
    """Blue, yellow, orange, red with the city's mean; each is left ten below its begin."""
    kit = town()
    seen = []
    for pm25 in (60, 61, 116, 151, 251, 240, 150, 143, 80, 20):
        breathe(kit, pm25=pm25)
        kit.advance(0)
        seen.append(pm25)
    close(kit)
    told = [(each.level, bool(each.cleared)) for each in kit.changes if each.kind == "air"]
    levels = [
        level
        for index, (level, _) in enumerate(told)
        if told[index - 1 : index] != told[index : index + 1]
    ]
    assert levels == [
        Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE,
        Level.BLUE,
    ]  # fmt: skip
    assert told[-1][1]
    assert colour(kit) is None


def test_schools_are_advised_by_district() -> None:
    """Heavy in the west alone: its school is told, and told again when it is over."""
    kit = town()
    breathe(kit, pm25=180, east=20)
    close(kit)
    told = kit.emitted("ecology.heavy")
    assert [(each.data["district"], each.data["aqi"]) for each in told] == [("210102", 230)]
    school = kit.screen["ecology.school/s1"]
    assert (school.level, school.data["advice"]) == ("indoors", "停止户外活动")
    assert kit.tiles["ecology.schools"] == 1
    kit.card("city/210102/place/s2", kind="School", name="新小学", at=(123.41, 41.79))
    assert "ecology.school/s2" in kit.screen
    kit.withdraw("city/210102/place/s2")
    assert "ecology.school/s2" not in kit.screen
    breathe(kit, pm25=20)
    breathe(kit, pm25=20)
    close(kit)
    assert kit.emitted("ecology.heavy")[-1].data["active"] is False
    assert "ecology.school/s1" not in kit.screen


def test_districts_without_a_station_breathe_the_citys_air() -> None:
    """All nine are told when the city's mean is heavy; the four that lie far out are not."""
    kit = town()
    breathe(kit, pm25=180)
    close(kit)
    told = {each.data["district"] for each in kit.emitted("ecology.heavy")}
    assert len(told) == 9
    assert not told & OUTLYING
    alert = kit.alert("air", "city")
    assert alert is not None
    assert "市内各区" in alert.text
    assert "由人工决定" in alert.text


def test_emergency_departments_are_told() -> None:
    """The hospitals of the district by name, with their own view of the event; and its end."""
    kit = town("hospital")
    kit.card("city/210102/hospital/h-1", kind="Hospital", name="市一院", at=(123.40, 41.79))
    kit.card("city/210104/hospital/h-2", kind="Hospital", name="市二院", at=(123.50, 41.80))
    breathe(kit, pm25=180, east=20)
    close(kit)
    raised = [each for each in kit.alerts if each.scenario == "hospital"]
    assert [(each.place, each.level) for each in raised] == [("210102", Level.BLUE)]
    assert raised[0].text == "AQI 230，首要污染物 PM2.5；请备勤：市一院"
    kit.card("city/210102/hospital/h-3", kind="Hospital", name="市三院", at=(123.41, 41.79))
    assert "市三院" in kit.alert("air", "210102").text  # type: ignore[union-attr]
    kit.withdraw("city/210102/hospital/h-3")
    assert "市三院" not in kit.alert("air", "210102").text  # type: ignore[union-attr]
    breathe(kit, hours=2)
    close(kit)
    assert kit.alert("air", "210102") is None
    assert kit.letters == []


def test_too_few_stations_change_nothing() -> None:
    """One of three has no half: neither raised nor cleared, and an old figure goes."""
    kit = town()
    kit.card("city/210103/air/a3", kind="AirQualityStation", period=300)
    for _ in range(12):
        for station in (STATION, EAST, "city/210103/air/a3"):
            kit.send(f"{station}/quality", {**CLEAN, "pm25": 180}, time=kit.now)
        kit.advance(_STEP)
    close(kit)
    assert colour(kit) is Level.ORANGE
    kit.advance(HOUR - (kit.now - kit.start) % HOUR)
    for _ in range(12):
        kit.send(f"{STATION}/quality", CLEAN, time=kit.now)
        kit.advance(_STEP)
    close(kit)
    assert colour(kit) is Level.ORANGE
    kit.advance(3 * HOUR)
    assert kit.screen["ecology.city/city"].data["aqi"] is None
    assert colour(kit) is Level.ORANGE
    kit.withdraw(EAST)
    kit.withdraw("city/210103/air/a3")
    breathe_one(kit)
    assert kit.alert("air", "city") is None


def breathe_one(kit: Kit) -> None:
    """Let the first station alone report for two hours of clean air."""
    for _ in range(24):
        kit.send(f"{STATION}/quality", CLEAN, time=kit.now)
        kit.advance(_STEP)
    close(kit)


def test_a_day() -> None:
    """The 24 hours' index follows the hours slowly, and a restart on the way changes nothing."""
    kit = town()
    breathe(kit, hours=19, pm25=61)
    close(kit)
    before = kit.screen["ecology.station/a1"].data
    assert before["dayAqi"] is None
    kit.restart()
    kit.advance(HOUR - (kit.now - kit.start) % HOUR)
    breathe(kit, pm25=61)
    close(kit)
    assert kit.screen["ecology.station/a1"].data["dayAqi"] == 101
    assert kit.tiles["ecology.day"] == 101


def _shown(kit: Kit, id_: str) -> list[dict[str, Any]]:
    """Return what was shown of an entity, oldest first."""
    lines = [msgspec.json.decode(raw) for raw in kit.outputs()]
    return [line for line in lines if line.get("show") == id_]
