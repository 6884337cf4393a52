"""Ambulances drive on the graph, one thing after the other, whatever happens to the roads."""

from itertools import pairwise

import pytest

from hub.model.instant import DAY, HOUR, MINUTE, SECOND, parse
from sensors.city.ambulance import AMBULANCES, IDLE, SHIFT
from sensors.city.city import City
from sensors.city.fault import Level
from sensors.city.geo import metres
from sensors.city.road import network
from sensors.story_file import load_story

T0 = parse("2026-11-23T08:00:00+08:00")
FASTEST = 80.0
"""km/h of an ambulance in a run."""


@pytest.fixture(params=["", "rainstorm"])
def city(request: pytest.FixtureRequest) -> City:
    """A city on a calm day, and one in a rainstorm."""
    city = City(1, faults=Level.NONE)
    if request.param:
        city.play(load_story(request.param), T0)
    return city


def test_an_ambulance_is_never_in_two_places(city: City) -> None:
    """Legs follow each other in time and place, and a run ends at its station within its shift."""
    fleet, homes = city.fleets.scene.fleet, city.fleets.devices.homes
    runs = 0
    for index in range(0, AMBULANCES, 3):
        first = fleet.shift(index, T0)
        for shift in range(first, first + 4):
            run = fleet.run(index, shift)
            if run is None:
                continue
            runs += 1
            assert run.legs[0].start == run.legs[-1].end == homes[index]
            for a, b in pairwise(run.legs):
                assert (a.until, a.end) == (b.since, b.start)
            assert fleet.shift(index, run.called) == shift
            assert fleet.shift(index, run.legs[-1].until) == shift
    assert runs > 30


def test_it_moves_no_faster_than_it_says(city: City) -> None:
    """Between two reports the straight way is no longer than speed × time allows."""
    fleet = city.fleets.scene.fleet
    moved = False
    for index in range(0, AMBULANCES, 10):
        at = T0 + HOUR
        before = fleet.position(index, at)
        for step in range(1, 360):
            now = fleet.position(index, at + step * 10 * SECOND)
            way = metres((before.lng, before.lat), (now.lng, now.lat))
            fastest = max(FASTEST, before.speed, now.speed)
            assert way <= fastest / 3.6 * 10 + 1
            moved = moved or way > 50
            before = now
    assert moved


def test_what_it_says_fits_together(city: City) -> None:
    """Idle ones have no call; transports have a hospital; the node is a node of the graph."""
    fleet, nodes = city.fleets.scene.fleet, len(network().nodes)
    seen = set()
    for minute in range(0, 180, 5):
        for index in range(AMBULANCES):
            said = fleet.position(index, T0 + minute * MINUTE)
            seen.add(said.status)
            assert bool(said.call) == (said.status != IDLE)
            assert bool(said.hospital) == (said.status in ("transporting", "at-hospital"))
            assert int(said.node.removeprefix("n")) < nodes
    assert seen == {"idle", "dispatched", "on-scene", "transporting", "at-hospital"}


def test_some_450_runs_and_1600_calls_a_day_and_turnouts_within_the_standard() -> None:
    """The day of the facts: 95 % of the turnouts take at most 180 s, of the answers 10 s."""
    city = City(1, faults=Level.NONE)
    outages = dict.fromkeys(city.gateways, ())
    said = list(city.fleets.scene.calls.due(T0, T0 + DAY, outages))
    calls = [m for m in said if m.topic.endswith("/call")]
    turnouts = [m for m in said if m.topic.endswith("/turnout")]
    assert 1_400 <= len(calls) <= 1_800
    assert 380 <= len(turnouts) <= 520
    assert len({m.id for m in said}) == len(said)
    seconds = [float(m.payload.split(b'"seconds":')[1].split(b"}")[0]) for m in turnouts]
    assert sum(s <= 180 for s in seconds) >= 0.93 * len(seconds)


def test_a_closed_section_is_driven_around_and_slows_its_neighbours() -> None:
    """A way asked for after the closure leaves the section out; the traffic around it slows."""
    city = City(1, faults=Level.NONE)
    traffic = city.fleets.scene.traffic
    start, goal = city.fleets.devices.homes[0], city.fleets.devices.homes[5]
    way = traffic.way(start, goal, T0)
    road = way[len(way) // 2][0]
    city.fleets.enter(city.world.barred(road, T0, closed=True))
    barred = city.fleets.scene.traffic
    assert road not in [section for section, _ in barred.way(start, goal, T0)]
    assert barred.way(start, goal, T0 - SECOND) == traffic.way(start, goal, T0 - SECOND)
    later = T0 + 10 * MINUTE
    beside = next(r for r, _ in network().around[network().sections[road].start] if r != road)
    assert barred.speed(beside, later) < traffic.speed(beside, later)
    assert barred.flow(road, later).closed
    assert barred.flow(road, later).averageVehicleSpeed == 0
    assert SHIFT > 2 * HOUR
