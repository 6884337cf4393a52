"""Ambulances (救护车): where each is, minute by minute, with no history kept.

Time is cut into shifts of 150 minutes, apart for each ambulance. In a shift it has at most one run,
which begins early in it and ends at its station before the shift does; so a run is a function of
the ambulance, the shift and the world, and an ambulance is never in two places.
"""

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from hub.model.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant
from sensors.city.course import city_day, city_hour
from sensors.city.device import Device
from sensors.city.geo import Point, metres, moved
from sensors.city.noise import mix, unit
from sensors.city.plan import hospital_places
from sensors.city.road import Network
from sensors.city.story import Quantity
from sensors.city.traffic import Traffic
from sensors.city.world import World

DOMAIN = "ambulance"
AMBULANCES = 100
RUNS_A_DAY = 450
SHIFT: Duration = 150 * MINUTE
_START_WITHIN: Duration = 20 * MINUTE
_RESERVE: Duration = 2 * MINUTE
_HOURLY = (0.70, 0.55, 0.48, 0.42, 0.42, 0.55, 0.78, 1.05, 1.22, 1.30, 1.28, 1.18,
           1.08, 1.02, 1.05, 1.08, 1.12, 1.18, 1.30, 1.38, 1.35, 1.25, 1.10, 0.90)  # fmt: skip
"""Calls by the hour, mean about 1 (our default)."""
_PER_SHIFT = RUNS_A_DAY / AMBULANCES * SHIFT / DAY
_NEAR_SCENE, _NEAR_HOSPITAL = 4_000.0, 6_000.0
"""Metres: 120 sends the nearest ambulance, and to one of the nearest hospitals (our default)."""
_CHOICES = 3
_ON_SCENE = (5 * MINUTE, 13 * MINUTE)
_HANDOVER = (5 * MINUTE, 11 * MINUTE)
_TRANSPORTED = 0.78
_LATE_TURNOUT = 0.04
"""Share of turnouts above 180 s: the standard allows 5 %."""
LEVELS = (0.06, 0.24, 0.42, 0.28)
"""Shares of the triage levels 1–4 among runs (our default)."""
_SALT = 0x26
IDLE, DISPATCHED, ON_SCENE = "idle", "dispatched", "on-scene"
TRANSPORTING, AT_HOSPITAL = "transporting", "at-hospital"


class Position(Struct, frozen=True, gc=False):
    """Data of `city.ambulance.position`; ``speed`` in km/h, ``node`` the nearest road node."""

    lng: float
    lat: float
    speed: float
    status: str
    call: str
    hospital: str
    node: str


class Leg(Struct, frozen=True, gc=False):
    """A piece of a run in [``since``, ``until``): from node to node, or standing at one."""

    since: Instant
    until: Instant
    start: int
    end: int
    status: str
    hospital: str


class Run(Struct, frozen=True):
    """One run: the call that asked for it, when, from where; the turnout; its legs in order."""

    call: str
    called: Instant
    answered: float
    scene: Point
    level: int
    turnout: float
    legs: tuple[Leg, ...]

    @property
    def rolled(self) -> Instant:
        """When the wheels rolled."""
        return self.legs[0].until


class Fleet:
    """The runs of all ambulances in one world; ``homes`` are the nodes of their stations."""

    def __init__(
        self, ambulances: Sequence[Device], homes: tuple[int, ...], world: World, traffic: Traffic
    ) -> None:
        self._ambulances = ambulances
        self._homes = homes
        self._world = world
        self._traffic = traffic
        self._net = traffic.net
        self._known: dict[int, tuple[int, Run | None]] = {}
        near = {home: _near(self._net, home) for home in set(homes)}
        self._scenes = tuple(near[home] for home in homes)

    def position(self, index: int, at: Instant) -> Position:
        """Return where an ambulance is and what it does."""
        run = self.run(index, self.shift(index, at))
        if run is None or not run.legs[0].since <= at < run.legs[-1].until:
            return self._standing(self._homes[index], IDLE, "", "")
        legs = run.legs
        leg = legs[bisect_right(legs, at, key=lambda leg: leg.since) - 1]
        call = "" if leg.status == IDLE else run.call
        if leg.start == leg.end:
            return self._standing(leg.start, leg.status, call, leg.hospital)
        share = (at - leg.since) / (leg.until - leg.since)
        a, b = self._net.nodes[leg.start], self._net.nodes[leg.end]
        hours = (leg.until - leg.since) / HOUR
        return Position(
            round(a[0] + (b[0] - a[0]) * share, 6),
            round(a[1] + (b[1] - a[1]) * share, 6),
            round(self._length(leg) / 1_000 / hours, 1),
            leg.status,
            call,
            leg.hospital,
            f"n{leg.end if share >= 0.5 else leg.start}",  # noqa: PLR2004 the nearer end
        )

    def shift(self, index: int, at: Instant) -> int:
        """Return the number of an ambulance's shift at an instant."""
        return (at + self._offset(index)) // SHIFT

    def run(self, index: int, shift: int) -> Run | None:
        """Return the run of a shift, if it has one; the latest asked for is kept."""
        known = self._known.get(index)
        if known is None or known[0] != shift:
            known = self._known[index] = (shift, self._run(index, shift))
        return known[1]

    def _run(self, index: int, shift: int) -> Run | None:
        bits = mix(self._ambulances[index].salt, shift)
        begin = shift * SHIFT - self._offset(index)
        called = begin + SECOND + round(unit(bits, 1) * (_START_WITHIN - SECOND))
        home = self._homes[index]
        more = self._world.strength(Quantity.CALLS, called, self._net.nodes[home])
        if unit(bits, 2) >= _PER_SHIFT * _HOURLY[int(city_hour(called))] * (1 + more):
            return None
        scenes = self._scenes[index]
        scene = scenes[mix(bits, 3) % len(scenes)]
        answered = round(2 + 6 * unit(bits, 4) + (8 if unit(bits, 5) < 0.03 else 0), 1)  # noqa: PLR2004
        turnout = _turnout(bits)
        dispatched = called + round((answered + 20 + 40 * unit(bits, 6)) * SECOND)
        legs = [Leg(dispatched, dispatched + round(turnout * SECOND), home, home, DISPATCHED, "")]
        self._drive(legs, scene, DISPATCHED, "")
        self._stand(legs, ON_SCENE, _ON_SCENE, unit(bits, 7), "")
        if unit(bits, 8) < _TRANSPORTED:
            number = self._hospital(scene, mix(bits, 9))
            name = f"h-{number + 1:02d}"
            self._drive(legs, self._net.hospitals[number], TRANSPORTING, name)
            self._stand(legs, AT_HOSPITAL, _HANDOVER, unit(bits, 10), name)
        self._drive(legs, home, IDLE, "", deadline=begin + SHIFT - _RESERVE)
        point = self._net.nodes[scene]
        return Run(
            call=f"call-{called // SECOND}-{index + 1:03d}",
            called=called,
            answered=answered,
            scene=moved(point, 240 * unit(bits, 11) - 120, 240 * unit(bits, 12) - 120),
            level=_level(unit(bits, 13)),
            turnout=turnout,
            legs=tuple(legs),
        )

    def _drive(
        self, legs: list[Leg], goal: int, status: str, hospital: str, deadline: Instant = 0
    ) -> None:
        """Add the legs to a node; each is driven at the speed that holds where it begins.

        With a deadline it hurries where it must, so that the next shift begins at the station.
        """
        at, node = legs[-1].until, legs[-1].end
        way = self._traffic.way(node, goal, at)
        left = sum(self._net.sections[road].length for road, _ in way)
        for road, other in way:
            length = self._net.sections[road].length
            speed = self._traffic.ambulance_speed(road, at)
            if deadline:
                speed = max(speed, left / 1_000 / max(1, deadline - at) * HOUR)
            until = at + max(1, round(length / 1_000 / speed * HOUR))
            legs.append(Leg(at, until, node, other, status, hospital))
            at, node, left = until, other, left - length

    def _stand(
        self, legs: list[Leg], status: str, span: tuple[Duration, Duration], share: float,
        hospital: str,
    ) -> None:  # fmt: skip
        at, node = legs[-1].until, legs[-1].end
        until = at + span[0] + round(share * (span[1] - span[0]))
        legs.append(Leg(at, until, node, node, status, hospital))

    def _hospital(self, scene: int, bits: int) -> int:
        """Return one of the nearest hospitals, the nearest most often."""
        nodes = self._net.nodes
        ranked = sorted(
            range(len(self._net.hospitals)),
            key=lambda number: metres(nodes[self._net.hospitals[number]], nodes[scene]),
        )
        near = [
            number
            for number in ranked[:_CHOICES]
            if metres(nodes[self._net.hospitals[number]], nodes[scene]) <= _NEAR_HOSPITAL
        ] or ranked[:1]
        return near[min(bits % _CHOICES, (bits >> 8) % _CHOICES, len(near) - 1)]

    def _length(self, leg: Leg) -> float:
        return next(
            self._net.sections[road].length
            for road, other in self._net.around[leg.start]
            if other == leg.end
        )

    def _standing(self, node: int, status: str, call: str, hospital: str) -> Position:
        lng, lat = self._net.nodes[node]
        return Position(round(lng, 6), round(lat, 6), 0.0, status, call, hospital, f"n{node}")

    def _offset(self, index: int) -> Duration:
        """Shifts of different ambulances begin at different times, evenly spread."""
        return index * 7_919 % len(self._ambulances) * (SHIFT // len(self._ambulances))


def _near(net: Network, home: int) -> tuple[int, ...]:
    """Return the nodes for which a station is responsible."""
    point = net.nodes[home]
    near = [
        node
        for node in range(len(net.nodes))
        if node != home and metres(net.nodes[node], point) <= _NEAR_SCENE
    ]
    return tuple(near) or (net.around[home][0][1],)


def _turnout(bits: int) -> float:
    """Return the seconds from dispatch to rolling wheels: most within 180."""
    share = unit(bits, 20)
    if share < _LATE_TURNOUT:
        return round(181 + 100 * unit(bits, 21), 1)
    return round(55 + 115 * (unit(bits, 21) + unit(bits, 22)) / 2, 1)


def _level(share: float) -> int:
    for level, part in enumerate(LEVELS, start=1):
        if share < part:
            return level
        share -= part
    return len(LEVELS)


def ambulances(seed: int, net: Network) -> tuple[tuple[Device, ...], tuple[int, ...]]:
    """Return the ambulances and the nodes of their stations: the hospitals, and road nodes."""
    hospitals = hospital_places()
    spread = range(3, len(net.nodes) - len(hospitals), 7)
    stations = [(node, f"{place.name}急救站") for node, place in zip(net.hospitals, hospitals)]  # noqa: B905 one each
    stations += [(node, f"急救分站{node}（模拟）") for node in spread]
    devices, homes = [], []
    for index in range(AMBULANCES):
        node, station = stations[index % len(stations)]
        devices.append(
            Device(
                id=f"amb-{index + 1:03d}",
                domain=DOMAIN,
                kind="Ambulance",
                name=f"救护车{index + 1:03d}（模拟）",
                at=(round(net.nodes[node][0], 6), round(net.nodes[node][1], 6)),
                salt=mix(seed, _SALT, index),
                attributes={"station": station},
            )
        )
        homes.append(node)
    return tuple(devices), tuple(homes)


def calls_by_hour(at: Instant) -> float:
    """Return how busy 120 is at an instant, 1 being the day's mean."""
    return _HOURLY[int(city_hour(at))] * (0.95 + 0.1 * unit(_SALT, city_day(at)))
