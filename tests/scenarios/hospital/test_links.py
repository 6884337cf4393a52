"""Link 3, hospital car parks; link 4, the cold and emergency visits."""

import pytest

from tests.scenarios.hospital.town import Town

PLACE = (123.408, 41.795)


def lot(town: Town, name: str, north: float, serves: str = "") -> None:
    """Register a car park of 100 bays so many metres north of the hospital."""
    at = (PLACE[0], PLACE[1] + north / 111_195)
    town.card(name, "OffStreetParking", at, name=name, attributes={"serves": serves})


def cars(town: Town, name: str, occupied: int, seconds: float) -> None:
    """Let a car park report."""
    data = {"totalSpotNumber": 100, "occupiedSpotNumber": occupied}
    town.say("city.parking.occupancy", name, data, seconds)


def parks() -> Town:
    """Return a hospital with its own car park and four others with room around it."""
    town = Town()
    town.card("h-1", "Hospital", PLACE, name="市一院")
    lot(town, "本院", 100, serves="hospital")
    for index, north in enumerate((300, 500, 700, 790, 810)):
        lot(town, f"P{index + 1}", north)
        cars(town, f"P{index + 1}", 50, 1)
    return town


@pytest.mark.parametrize(("occupied", "level"), [(94, None), (95, "blue"), (100, "blue")])
def test_hospital_car_park_full(occupied: int, level: str | None) -> None:
    """From 95 % on the hospital is told."""
    town = parks()
    cars(town, "本院", occupied, 2)
    assert town.level("parking", "h-1") == level


def test_three_lots_with_room_are_named_nearest_first() -> None:
    """At most three, within 800 m, with room; and the 120 lane is kept clear."""
    town = parks()
    cars(town, "P1", 96, 2)
    cars(town, "本院", 95, 3)
    alert = town.raised("parking", "h-1")
    assert alert is not None
    assert alert["text"] == (
        "本院占用率已达 95%；800 米内有空位：P2（500 米）、P3（700 米）、P4（790 米）；"
        "请引导社会车辆，保持120通道畅通"
    )
    assert town.told("hospital.parking")[-1]["room"] == [
        "P2（500 米）",
        "P3（700 米）",
        "P4（790 米）",
    ]


def test_beyond_800_metres_is_too_far() -> None:
    """P5 at 810 m is never named."""
    town = parks()
    for index in range(4):
        cars(town, f"P{index + 1}", 100, 2 + index)
    cars(town, "本院", 95, 9)
    alert = town.raised("parking", "h-1")
    assert alert is not None
    assert "800 米内暂无空位" in alert["text"]


def test_full_until_below_93_percent() -> None:
    """It holds at 93 % and clears just below."""
    town = parks()
    cars(town, "本院", 98, 2)
    cars(town, "本院", 93, 62)
    assert town.raised("parking", "h-1") is not None
    cars(town, "本院", 92, 122)
    assert town.raised("parking", "h-1") is None


def test_a_car_park_that_fills_slowly_is_told_in_time() -> None:
    """91, 94, 95, 93, 92 %: no step is 5 %, and both limits are heard at once."""
    town, levels = parks(), []
    for minute, occupied in enumerate((91, 94, 95, 94, 93, 92, 94)):
        cars(town, "本院", occupied, 2 + 60 * minute)
        levels.append(town.level("parking", "h-1"))
    assert levels == [None, None, "blue", "blue", "blue", None, None]


def test_silence_of_the_only_lot_clears_nothing() -> None:
    """Without data nobody knows that it is no longer full."""
    town = parks()
    cars(town, "本院", 98, 2)
    town.advance(600)
    assert town.raised("parking", "h-1") is not None


@pytest.mark.parametrize(("north", "serves"), [(299, True), (301, False)])
def test_a_lot_serves_a_hospital_within_300_metres(north: float, serves: bool) -> None:  # noqa: FBT001 a parametrized fact
    """The card says that it serves a hospital; which one is decided by 300 m."""
    town = Town()
    town.card("h-1", "Hospital", PLACE, name="市一院")
    lot(town, "本院", north, serves="hospital")
    cars(town, "本院", 99, 2)
    assert (town.raised("parking", "h-1") is not None) is serves


def test_other_lots_near_a_hospital_do_not_count() -> None:
    """A full shopping lot beside a hospital is not the hospital's."""
    town = Town()
    town.card("h-1", "Hospital", PLACE, name="市一院")
    lot(town, "商场", 50, serves="shopping")
    cars(town, "商场", 99, 2)
    assert town.changes == []


def weather(town: Town, station: str, temperature: float, seconds: float) -> None:
    """Let a weather station report."""
    data = {"temperature": temperature, "relativeHumidity": 0.5}
    town.say("city.weather.observation", station, data, seconds)


def stations() -> Town:
    """Return a town with two weather stations."""
    town = Town()
    for name in ("wx-1", "wx-2"):
        town.card(name, "WeatherStation", PLACE, name=name)
    return town


@pytest.mark.parametrize(
    ("temperature", "level"), [(10, None), (-1.2, None), (-1.3, "blue"), (-20, "blue")]
)
def test_cold_tells_from_a_fifth_more_visits(temperature: float, level: str | None) -> None:
    """+2.43 % per ℃ below 7: 20 % is reached between −1.2 and −1.3 ℃."""
    town = stations()
    weather(town, "wx-1", temperature, 1)
    assert town.level("cold", "city") == level


def test_the_forecast_is_of_the_mean() -> None:
    """Two stations at −2 and −6 ℃: 26.7 % more visits."""
    town = stations()
    weather(town, "wx-1", -2, 1)
    weather(town, "wx-2", -6, 2)
    entity = town.entities["hospital.demand/city"]
    assert entity["data"] == {"extra": 0.2673, "temperature": -4, "stations": 2}
    assert entity["level"] == "raised"


def test_the_cold_alert_returns_below_18_percent() -> None:
    """It holds at −0.5 ℃ (18.2 %) and clears at 0 ℃ (17 %)."""
    town = stations()
    weather(town, "wx-1", -2, 1)
    weather(town, "wx-1", -0.5, 301)
    assert town.raised("cold", "city") is not None
    weather(town, "wx-1", 0, 601)
    assert town.raised("cold", "city") is None


def test_the_city_hears_of_half_a_degree() -> None:
    """Less than 0.5 ℃ is not told again."""
    town = stations()
    for step, temperature in enumerate((3, 3.4, 2.6, 2.5)):
        weather(town, "wx-1", temperature, 300 * step)
    assert [said["temperature"] for said in town.told("hospital.temperature")] == [3, 2.5]


def test_a_broken_or_silent_station_has_no_part() -> None:
    """−80 ℃ is no temperature, and a silent station has none; the forecast goes on without."""
    town = stations()
    weather(town, "wx-1", 5, 1)
    weather(town, "wx-2", -3, 2)
    weather(town, "wx-1", -80, 300)
    assert town.entities["hospital.demand/city"]["data"]["temperature"] == -3
    weather(town, "wx-1", 5, 600)
    town.advance(1000)
    assert town.entities["hospital.demand/city"]["data"]["temperature"] == 5
