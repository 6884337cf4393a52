"""Ponding points (积水点): water gathers while it rains harder than the drains take, then recedes.

dh/dt = gathering × rain − drainage − spreading × h, never below 0. The course of a point is
integrated once from the beginning of the first rain story: it is a function of the stories alone.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Duration, Instant
from sensors.city.device import Device
from sensors.city.geo import Point, district_at, repeated, within
from sensors.city.noise import mix, unit
from sensors.city.place import places
from sensors.city.plan import hospital_places
from sensors.city.road import Network, network
from sensors.city.story import Quantity
from sensors.city.world import World

DOMAIN = "flood"
PONDS = 60
_BY_GARAGES, _BY_HOSPITALS = 26, 30
"""Of them, two at each 商圈 with its underground garages, and one on each of the two nearest roads
to a hospital; the others lie on seeded roads."""
_NEAR_GARAGE, _NEAR_ROAD = 220.0, 60.0
"""Metres."""
_STEP: Duration = MINUTE
_RECEDES: Duration = 4 * HOUR
_SPREADING = 0.012
"""Share of the depth that runs off over the surroundings in a minute (our default)."""
_GATHERING = (0.6, 1.6)
"""cm of depth for a mm of rain: least and most (our default)."""
_LOW_LYING = (1.0, 1.6)
"""The same where the card says `lowLying`: a point that is watched because it floods."""
_DRAINAGE = (0.30, 0.50)
"""cm/min that the drains take."""
_POND, _GATHER, _DRAIN = 0x24, 50, 51


class Level(Struct, frozen=True, gc=False):
    """Data of `city.flood.level`: depth in cm."""

    waterLevel: float  # noqa: N815 the contract's name


class Water:
    """The depths at all ponding points in one world."""

    def __init__(self, ponds: Sequence[Device], world: World) -> None:
        self._ponds = ponds
        self._world = world
        self._span = world.span(Quantity.RAIN)
        self._courses: dict[int, tuple[float, ...]] = {}

    def depth(self, index: int, at: Instant) -> float:
        """Return the depth at a ponding point in cm."""
        if self._span is None or at <= self._span[0]:
            return 0.0
        course = self._courses.get(index)
        if course is None:
            course = self._courses[index] = self._course(self._ponds[index])
        step, rest = divmod(at - self._span[0], _STEP)
        if step + 1 >= len(course):
            return 0.0
        return course[step] + (course[step + 1] - course[step]) * rest / _STEP

    def _course(self, pond: Device) -> tuple[float, ...]:
        """Return a point's depth, step by step, until it is dry for good."""
        start, end = self._span or (0, 0)
        low, high = _LOW_LYING if pond.attributes.get("lowLying") else _GATHERING
        gather = low + (high - low) * unit(pond.salt, _GATHER) ** 2
        drain = _DRAINAGE[0] + (_DRAINAGE[1] - _DRAINAGE[0]) * unit(pond.salt, _DRAIN)
        depth, depths = 0.0, [0.0]
        for at in range(start, end + _RECEDES, _STEP):
            rain = self._world.strength(Quantity.RAIN, at, pond.at) / 60
            depth = max(0.0, depth + gather * rain - drain - _SPREADING * depth)
            depths.append(depth)
        while depths and not depths[-1]:
            depths.pop()
        return (*depths, 0.0)


def ponds(seed: int, count: int) -> Iterator[Device]:
    """Yield ponding points; each names the road section it lies on."""
    net = network()
    for index in range(count):
        salt = mix(seed, _POND, index)
        name, section, at = _spot(net, seed, index, salt)
        low = _BY_GARAGES <= index % PONDS < _BY_GARAGES + _BY_HOSPITALS
        yield Device(
            id=f"pond-{index + 1:04d}", domain=DOMAIN, kind="PondingPoint",
            name=f"{name}积水点{index + 1}（模拟）", at=at, salt=salt, district=district_at(at),
            attributes={"road": f"road-{section + 1:04d}", "place": name, "lowLying": low},
        )  # fmt: skip


def _spot(net: Network, seed: int, index: int, salt: int) -> tuple[str, int, Point]:
    """Return what a point is named for, its road section and its place."""
    copy, local = divmod(index, PONDS)
    if local < _BY_GARAGES:
        areas = [place for place in places() if place.area]
        place = areas[local % len(areas)]
        at = within(repeated((place.lng, place.lat), seed, copy), _NEAR_GARAGE, salt)
        return f"{place.name}地下车库出入口", net.nearest_section(at), at
    if local < _BY_GARAGES + _BY_HOSPITALS:
        turn, which = divmod(local - _BY_GARAGES, len(net.hospitals))
        section = net.around[net.hospitals[which]][turn][0]
        name = f"{hospital_places()[which].name}门前"
    else:
        section = mix(salt, 1) % len(net.sections)
        name = net.sections[section].name.removesuffix("（示意）")
    return name, section, within(net.middle(section), _NEAR_ROAD, salt)
