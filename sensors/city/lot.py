"""Car parks as devices: where each stands, what it is called, how many bays it has."""

import sys
from functools import cache

from hub.model.device import Card, Reporting
from hub.model.instant import SECOND, Duration
from sensors.city.course import Course
from sensors.city.geo import spot
from sensors.city.kind import Kind
from sensors.city.message import PARKING, device_topic
from sensors.city.noise import Noise, mix, unit
from sensors.city.place import STANDARD_LOTS, Place, places

STANDARD_BAYS = 111_000
"""Bays of the 343 connected car parks of Shenyang (DOMAIN §5)."""

# Before scaling to the total: fewest and most bays of a kind (our default).
_BAYS = {
    Kind.SHOPPING: (160, 900),
    Kind.OFFICE: (100, 520),
    Kind.HOME: (90, 480),
    Kind.HOSPITAL: (200, 800),
    Kind.STATION: (200, 1_200),
    Kind.SCENIC: (120, 500),
}
_WORDS = {
    Kind.SHOPPING: ("购物中心", "百货", "商业街", "地下商城"),
    Kind.OFFICE: ("写字楼", "商务中心", "大厦"),
    Kind.HOME: ("住宅区", "小区", "街坊"),
    Kind.HOSPITAL: ("门诊", "住院部"),
    Kind.STATION: ("站前广场", "地下", "东侧", "西侧"),
    Kind.SCENIC: ("正门", "东门", "西门"),
}
_OVERFULL_SHARE = 0.05
"""Share of car parks that let cars stand in the aisles."""
_OVERFULL = 1.05
_NUMBER, _SIZE, _PEAK, _ROOM = 32, 35, 36, 37  # salts; 33, 34, 38, 39 are of geo


class Lot:
    """One car park (停车场): its identity, its place in the city and the course of its cars."""

    __slots__ = (
        "copy", "course", "gateway", "id", "index", "lat", "lng", "place", "salt",
    )  # fmt: skip

    def __init__(self, seed: int, index: int, place: Place, copy: int) -> None:
        self.id = f"lot-{index + 1:04d}"
        self.gateway = sys.intern(gateway_of(place))
        self.index = index
        self.place = place
        self.copy = copy
        self.salt = mix(seed, _NUMBER, index)
        self.lng, self.lat = spot(place, seed, copy, self.salt)
        self.course: Course

    @property
    def domain(self) -> str:
        """Its domain in the topic."""
        return PARKING

    @property
    def district(self) -> str:
        """Its district's code."""
        return self.place.district

    @property
    def topic(self) -> str:
        """Where its readings go."""
        return device_topic(self.place.district, PARKING, self.id, "occupancy")

    @property
    def kind(self) -> Kind:
        """What it serves."""
        return self.place.lots[self.slot]

    @property
    def slot(self) -> int:
        """Its number among the car parks of its place, from 0."""
        return slots()[self.index % STANDARD_LOTS][1]

    @property
    def name(self) -> str:
        """Made of the place and the kind; no real business is meant."""
        words = _WORDS[self.kind]
        word = words[self.slot % len(words)]
        return f"{area_of(self.place, self.copy)[1]}{word}{self.slot + 1}号停车场"

    def card(self, period: Duration) -> Card:
        """Return its card."""
        area = area_of(self.place, self.copy)
        shared = {"area": area[0], "areaName": area[1]} if self.place.area else {}
        return Card(
            name=self.name,
            kind="OffStreetParking",
            lng=self.lng,
            lat=self.lat,
            reporting=Reporting("periodic", period / SECOND),
            unit="bays",
            via=self.gateway,
            attributes={
                **shared,
                "totalSpotNumber": self.course.capacity,
                "serves": self.kind.value,
                "simulated": True,
            },
        )


@cache
def slots() -> tuple[tuple[Place, int], ...]:
    """Return the standard city's car parks in order: their place, their number in it."""
    return tuple((place, number) for place in places() for number in range(len(place.lots)))


def gateway_of(place: Place) -> str:
    """Return the gateway of a place: each 商圈 has one, the rest of a district shares one."""
    return f"gw-{place.id or place.district}"


def area_of(place: Place, copy: int) -> tuple[str, str]:
    """Return the id and name of a place's ``copy``-th repetition (0 is the place itself)."""
    if not copy:
        return place.id, place.name
    return f"{place.id}-{copy + 1}", f"{place.name}{copy + 1}区"


def build_lots(seed: int, size: int) -> tuple[Lot, ...]:
    """Return ``size`` car parks whose bays add up to the standard city's mean per car park."""
    noise = Noise(mix(seed, 0x11))
    layout = slots()
    lots = tuple(
        Lot(seed, index, layout[index % STANDARD_LOTS][0], index // STANDARD_LOTS)
        for index in range(size)
    )
    weights = [_weight(lot) for lot in lots]
    share = STANDARD_BAYS * size / STANDARD_LOTS / sum(weights)
    given = 0
    due = 0.0
    for lot, weight in zip(lots, weights, strict=True):
        due += weight * share
        bays = round(due) - given  # carries the rounding on, so that the total is exact
        given += bays
        lot.course = _course(noise, lot, bays)
    return lots


def _weight(lot: Lot) -> float:
    fewest, most = _BAYS[lot.kind]
    return fewest + (most - fewest) * unit(lot.salt, _SIZE) ** 2


def _course(noise: Noise, lot: Lot, bays: int) -> Course:
    overfull = unit(lot.salt, _ROOM) < _OVERFULL_SHARE
    peak = lot.place.peak * (0.95 + 0.1 * unit(lot.salt, _PEAK))
    if overfull:
        peak = max(peak, 1.0) * _OVERFULL
    limit = round(bays * _OVERFULL) if overfull else bays
    return Course(noise, lot.salt, lot.kind, capacity=bays, limit=limit, peak=peak)
