"""Stories: data that make sense; effects that reach their thresholds and return."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.instant import DAY, HOUR, MINUTE, Instant, parse
from sensors.city.city import City
from sensors.city.emergency import Department
from sensors.city.fault import Level
from sensors.city.size import sized
from sensors.city.story import FADE
from sensors.errors import BadStory
from sensors.story_file import load_story, read_story, story_names

T0 = parse("2026-11-23T12:00:00+08:00")
TOLD = """
name = "drizzle"
title = "小雨"
title_en = "Drizzle"
minutes = 60
[[phase]]
minute = 0
title = "始"
title_en = "begin"
[[effect]]
quantity = "rain"
curve = [[0, 0], [30, 5], [60, 0]]
"""


def playing(name: str) -> City:
    """Return a city in which a story begins at noon."""
    city = City(1, faults=Level.NONE)
    city.play(load_story(name), T0)
    return city


def nedocs(said: Department) -> float:
    """Return the crowding score of a report (Weiss 2004)."""
    return (
        -20
        + 85.8 * said.patients / said.beds
        + 600 * said.boarding / said.hospitalBeds
        + 13.4 * said.ventilated
        + 0.93 * said.longestAdmitHours
        + 5.64 * said.lastBedHours
    )


def test_there_are_the_five_stories() -> None:
    """Each loads, has phases, and ends without leaving anything."""
    assert story_names() == ("cold-wave", "gas-leak", "heavy-pollution", "match-day", "rainstorm")
    for name in story_names():
        story = load_story(name)
        assert len(story.phases) >= 4
        for effect in story.effects:
            assert effect.value(0) == effect.value(story.minutes) == 0


def test_rainstorm() -> None:
    """橙 and 红 rain, ponding past 15, 25 and 40 cm, slower roads; dry before and afterwards."""
    city = playing("rainstorm")
    scene, own = city.fleets.scene, city.fleets.devices

    def depths(minute: float) -> list[float]:
        at = T0 + round(minute * MINUTE)
        return [scene.water.depth(index, at) for index in range(len(own.ponds))]

    peak = max((max(depths(minute)), minute) for minute in range(0, 330, 5))
    assert peak[0] >= 40
    assert 4 <= sum(depth >= 25 for depth in depths(peak[1])) < len(own.ponds) * 3 / 4
    assert max(depths(0)) == max(depths(330)) == 0
    fallen = [
        max(scene.weather.fallen(T0 + m * MINUTE, 3 * HOUR, gauge.at) for gauge in own.gauges)
        for m in range(0, 401, 10)
    ]
    assert fallen[0] < 5
    assert max(fallen) >= 100
    assert fallen[-1] < 50
    calm = City(1, faults=Level.NONE).fleets.scene.traffic
    middle = next(i for i in range(len(own.roads)) if own.roads[i].district == "210103")
    at = T0 + 100 * MINUTE
    assert scene.traffic.speed(middle, at) < 0.75 * calm.speed(middle, at)
    assert scene.traffic.speed(middle, T0 + 330 * MINUTE) == calm.speed(middle, T0 + 330 * MINUTE)
    none = dict.fromkeys(city.gateways, ())
    city_calls = [m for m in scene.calls.due(T0, T0 + 5 * HOUR, none) if m.topic.endswith("/call")]
    quiet = City(1, faults=Level.NONE).fleets.scene.calls.due(T0, T0 + 5 * HOUR, none)
    assert len(city_calls) > 1.2 * sum(m.topic.endswith("/call") for m in quiet)


def test_gas_leak() -> None:
    """Two of three detectors of one space pass 35 %LEL, more than 10 in 10 min; then clean air."""
    city = playing("gas-leak")
    gas, own = city.fleets.scene.gas, city.fleets.devices.detectors

    def level(index: int, minute: float) -> float:
        return gas.report(index, T0 + round(minute * MINUTE)).lel

    high = [index for index in range(len(own)) if level(index, 15) >= 35]
    assert len(high) == 2
    assert len({own[index].attributes["space"] for index in high}) == 1
    assert own[high[0]].attributes["environment"] == "adjacent-space"
    for index in high:
        assert level(index, 0) < 5
        assert level(index, 11) - level(index, 2) > 30
        assert level(index, 46) < 5


def test_gas_leak_has_neighbours() -> None:
    """Within 200 m there are car parks, a school, a hospital and lifts."""
    from sensors.city.geo import metres  # noqa: PLC0415 used here alone

    city = playing("gas-leak")
    own = city.fleets.devices
    leak = load_story("gas-leak").effects[0].centre(0)
    near = [device.kind for device in own.landmarks if metres(device.at, leak) <= 200]
    assert {"School", "Lift"} <= set(near)
    assert any(metres(hospital.at, leak) <= 200 for hospital in own.hospitals)
    assert any(metres((lot.lng, lot.lat), leak) <= 200 for lot in city.lots)


def test_match_day() -> None:
    """The car parks of 奥体中心 pass 95 % and empty again; those far away notice nothing."""
    city, calm = playing("match-day"), City(1, faults=Level.NONE)

    def share(of: City, place: str, minute: int) -> list[float]:
        at = T0 + minute * MINUTE
        lots = [lot for lot in of.lots if lot.place.id == place]
        said = [of.fleets._occupancy(lot.index, at, MINUTE) for lot in lots]
        return [data.occupiedSpotNumber / data.totalSpotNumber for data in said]

    during = share(city, "aoti", 120)
    assert sum(value >= 0.95 for value in during) >= 0.7 * len(during)
    assert share(city, "aoti", 270) == share(calm, "aoti", 270)
    assert share(city, "beiling", 120) == share(calm, "beiling", 120)


def test_cold_wave() -> None:
    """−20 ℃; some hospitals pass 101 and 141, not all; a day later it is over."""
    city = playing("cold-wave")
    scene = city.fleets.scene
    evening = [T0 + 8 * HOUR + k * HOUR // 2 for k in range(6)]
    assert scene.weather.temperature(T0 + 8 * HOUR, (123.4, 41.8)) == pytest.approx(-20)
    worst = [max(nedocs(scene.emergency.report(i, at)) for at in evening) for i in range(15)]
    assert sum(score >= 101 for score in worst) >= 5
    assert 1 <= sum(score >= 141 for score in worst) < 15
    calm = City(1, faults=Level.NONE).fleets.scene
    later = T0 + 3 * DAY
    assert scene.emergency.report(0, later) == calm.emergency.report(0, later)


@settings(max_examples=5, deadline=None)
@given(st.sampled_from(story_names()), st.lists(st.integers(0, 4 * MINUTE), max_size=4))
def test_slicing_changes_no_byte_of_a_story(name: str, cuts: list[int]) -> None:
    """A city with a story gives the same bytes in any slices, and to a process that starts late."""
    start = T0 + 90 * MINUTE
    first, second = (City(3, sized(30), faults=Level.HEAVY) for _ in range(2))
    first.play(load_story(name), T0)
    second.play(load_story(name), T0)
    whole = list(first.due(start, start + 4 * MINUTE))
    edges = [0, *sorted(cuts), 4 * MINUTE]
    sliced = [m for a, b in pairwise(edges) for m in second.due(start + a, start + b)]
    assert sliced == whole


def test_a_story_that_begins_changes_nothing_before_it() -> None:
    """Told in the middle of a run, it is as if it had been known from the beginning."""
    late, early = (City(1, sized(30), faults=Level.NONE) for _ in range(2))
    begin: Instant = T0 + 3 * MINUTE
    early.play(load_story("rainstorm"), begin)
    before = list(late.due(T0, begin))
    late.play(load_story("rainstorm"), begin)
    assert before == list(early.due(T0, begin))
    assert list(late.due(begin, begin + MINUTE)) == list(early.due(begin, begin + MINUTE))


def test_a_story_that_is_called_off_dies_away() -> None:
    """Its rain falls to nothing within ten minutes, without a jump."""
    city = playing("rainstorm")
    off = T0 + 90 * MINUTE
    gauge = city.fleets.devices.gauges[0].at
    before = city.fleets.scene.weather.rain(off, gauge)
    city.call_off("rainstorm", off)
    weather = city.fleets.scene.weather
    assert before == weather.rain(off, gauge) > 10
    assert 0 < weather.rain(off + FADE // 2, gauge) < 0.6 * before
    assert weather.rain(off + FADE, gauge) < 1.6


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('name = "drizzle"', 'name = "x"'), "name"),
        (("minutes = 60", "minutes = 0"), "minutes"),
        (("minute = 0", "minute = 5"), "phase"),
        (("[30, 5]", "[30, -5]"), "effect[0].curve"),
        (("[60, 0]", "[60, 1]"), "effect[0].curve"),
        (("[60, 0]", "[70, 0]"), "effect[0].curve"),
        (("[30, 5]", "[0, 5]"), "effect[0].curve"),
        (('"rain"', '"snow"'), "effect[0].quantity"),
        (('"rain"', '"rain"\nradius = 5'), "effect[0].radius"),
        (('"rain"', '"rain"\ntoward = 5'), "effect[0].toward"),
        (('"rain"', '"rain"\ncolour = 5'), "effect[0]"),
        (("[[phase]]", "[[phase"), "the file"),
    ],
)
def test_an_error_names_file_key_and_remedy(
    tmp_path: Path, change: tuple[str, str], key: str
) -> None:
    """A story that makes no sense is refused where it is read."""
    path = tmp_path / "drizzle.toml"
    path.write_text(TOLD)
    assert read_story(path).title == "小雨"
    path.write_text(TOLD.replace(*change))
    with pytest.raises(BadStory) as caught:
        read_story(path)
    assert (caught.value.file, caught.value.key) == ("drizzle.toml", key)
    assert caught.value.remedy
