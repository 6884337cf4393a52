"""Gas detectors (燃气探测器) in utility tunnels and adjacent spaces; three share a space."""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Instant
from sensors.city.device import Device
from sensors.city.geo import moved, repeated
from sensors.city.noise import Noise, mix
from sensors.city.place import places
from sensors.city.story import Quantity
from sensors.city.world import World

DOMAIN = "gas"
DETECTORS = 81
_PER_SPACE = 3
_SPACES = DETECTORS // _PER_SPACE
_APART = 25.0
"""Metres between the detectors of a space."""
_CLEAN = 2.5
"""%LEL that a detector shows in clean air, at most."""
_EAST, _SOUTH = 60.0, 40.0
_SALT = 0x2B


class Concentration(Struct, frozen=True, gc=False):
    """Data of `city.gas.concentration`: % of the lower explosive limit, 0–100."""

    lel: float


class Gas:
    """The concentrations in one world."""

    def __init__(self, seed: int, detectors: tuple[Device, ...], world: World) -> None:
        self._noise = Noise(mix(seed, _SALT))
        self._detectors = detectors
        self._world = world

    def report(self, index: int, at: Instant) -> Concentration:
        """Return what a detector reads at an instant."""
        device = self._detectors[index]
        clean = _CLEAN * (
            0.6 * self._noise.smooth(device.salt, at, HOUR)
            + 0.4 * self._noise.smooth(device.salt ^ 1 << 40, at, 3 * MINUTE)
        )
        leaked = self._world.strength(Quantity.GAS, at, device.at)
        return Concentration(round(min(100.0, clean + leaked), 1))


def detectors(seed: int, count: int) -> Iterator[Device]:
    """Yield detectors, three in a space: beside each hospital and 商圈 first.

    A space's first detector stands at a fixed distance from its place, so that stories find it.
    """
    anchors = [place for place in places() if place.hospital]
    anchors += [place for place in places() if place.area]
    for index in range(count):
        number, local = divmod(index, _PER_SPACE)
        copy, slot = divmod(number, _SPACES)
        place = anchors[slot % len(anchors)]
        tunnel = place.area
        centre = repeated((place.lng, place.lat), seed, copy)
        at = moved(centre, _EAST + _APART * local * local * 0.6, -_SOUTH)
        where = "综合管廊" if tunnel else "燃气相邻地下空间"
        yield Device(
            id=f"gas-{index + 1:04d}", domain=DOMAIN, kind="GasDetector",
            name=f"{place.name}{where}探测器{index + 1}（模拟）", at=at,
            salt=mix(seed, _SALT, index), district=place.district,
            attributes={
                "environment": "utility-tunnel" if tunnel else "adjacent-space",
                "space": f"space-{number + 1:03d}",
            },
        )  # fmt: skip
