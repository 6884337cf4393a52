"""Ponding points (积水点): water gathers while it rains harder than the drains take, then recedes.

dh/dt = gathering × rain − drainage − spreading × h, never below 0. The course of a point is
integrated once from the beginning of the first rain story: it is a function of the stories alone.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Duration, Instant
from sensors.city.device import Device
from sensors.city.geo import district_at, repeated, within
from sensors.city.noise import mix, unit
from sensors.city.place import places
from sensors.city.road import network
from sensors.city.story import Quantity
from sensors.city.world import World

DOMAIN = "flood"
PONDS = 60
_BY_GARAGES = 26
"""Of them, two at each 商圈 with its underground garages; the others lie on seeded roads."""
_NEAR_GARAGE = 220.0
_STEP: Duration = MINUTE
_RECEDES: Duration = 4 * HOUR
_SPREADING = 0.012
"""Share of the depth that runs off over the surroundings in a minute (our default)."""
_GATHERING = (0.6, 1.6)
"""cm of depth for a mm of rain: least and most (our default)."""
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
        low, high = _GATHERING
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
    areas = [place for place in places() if place.area]
    for index in range(count):
        copy, local = divmod(index, PONDS)
        salt = mix(seed, _POND, index)
        if local < _BY_GARAGES:
            place = areas[local % len(areas)]
            at = within(repeated((place.lng, place.lat), seed, copy), _NEAR_GARAGE, salt)
            section, name = net.nearest_section(at), f"{place.name}地下车库出入口"
        else:
            section = mix(salt, 1) % len(net.sections)
            at = within(net.middle(section), 60.0, salt)
            name = net.sections[section].name.removesuffix("（示意）")
        yield Device(
            id=f"pond-{index + 1:04d}", domain=DOMAIN, kind="PondingPoint",
            name=f"{name}积水点{index + 1}（模拟）", at=at, salt=salt, district=district_at(at),
            attributes={"road": f"road-{section + 1:04d}", "place": name},
        )  # fmt: skip
