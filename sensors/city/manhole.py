"""Manhole covers (井盖): missing, tilted, or with water in the well after heavy rain."""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Duration, Instant
from sensors.city.device import Device
from sensors.city.noise import mix, unit
from sensors.city.plan import layout, urban_places
from sensors.city.story import Quantity
from sensors.city.weather import Weather
from sensors.city.world import World

DOMAIN = "manhole"
COVERS = 150
_BLOCK: Duration = 24 * HOUR
_TILTED, _MISSING = 0.006, 0.002
"""Chance per cover and day (our default)."""
_FLOODED = (25.0, 60.0)
"""mm in the last hour from which a well fills: least and most."""
_LIFTED = 0.08
"""Share of the covers that water at twice that much lifts off."""
_SALT = 0x2D


class Cover(Struct, frozen=True, gc=False):
    """Data of `city.manhole.cover`: ``tilt`` in degrees."""

    missing: bool
    tilt: float
    water: bool


class Covers:
    """The covers in one weather."""

    def __init__(self, covers: tuple[Device, ...], weather: Weather, world: World) -> None:
        self._covers = covers
        self._weather = weather
        self._span = world.span(Quantity.RAIN)

    def report(self, index: int, at: Instant) -> Cover:
        """Return the state of a cover at an instant."""
        device = self._covers[index]
        missing, tilt = _mischief(device.salt, at)
        fallen = self._fallen(device, at)
        fills = _FLOODED[0] + (_FLOODED[1] - _FLOODED[0]) * unit(device.salt, 1)
        lifted = fallen >= 1.6 * fills and unit(device.salt, 2) < _LIFTED
        return Cover(missing or lifted, 0.0 if lifted else tilt, fallen >= fills)

    def _fallen(self, device: Device, at: Instant) -> float:
        """Return the rain of the last hour in mm; without a rain story no well fills."""
        if self._span is None or not self._span[0] <= at < self._span[1] + HOUR:
            return 0.0
        return self._weather.fallen(at, HOUR, device.at)


def _mischief(salt: int, at: Instant) -> tuple[bool, float]:
    """Return whether somebody has taken the cover, and how far a lorry has tilted it."""
    block = at // _BLOCK
    bits = mix(salt, block)
    chance = unit(bits, 1)
    if chance >= _TILTED + _MISSING:
        return False, 0.0
    since = block * _BLOCK + round(unit(bits, 2) * 20 * HOUR)
    if not since <= at < since + round((20 + 180 * unit(bits, 3)) * MINUTE):
        return False, 0.0
    return (True, 0.0) if chance < _MISSING else (False, round(16 + 20 * unit(bits, 4), 1))


def covers(seed: int, count: int) -> Iterator[Device]:
    """Yield manhole covers around the places of the urban districts."""
    for slot in layout(seed, _SALT, count, COVERS, urban_places(), 700.0):
        yield Device(
            id=f"mh-{slot.index + 1:04d}", domain=DOMAIN, kind="ManholeCover",
            name=f"{slot.place.name}井盖{slot.index + 1}（模拟）", at=slot.at, salt=slot.salt,
            changes=True, district=slot.place.district,
        )  # fmt: skip
