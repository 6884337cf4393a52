"""Smoke and heat detectors (感烟、感温探测器): pairs in the zones of buildings.

Most alarms are no fires: smoke alone, for a few minutes. In a fire heat follows smoke in the same
zone within a minute. Both are seeded per zone and block of time (our default).
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, SECOND, Duration, Instant
from sensors.city.device import Device
from sensors.city.geo import moved
from sensors.city.noise import mix, unit
from sensors.city.place import places
from sensors.city.plan import layout

DOMAIN = "fire"
ZONES = 60
_PER_BUILDING = 5
_BLOCK: Duration = 6 * HOUR
_FALSE, _FIRE = 0.012, 0.0016
"""Chance of a false alarm and of a fire, per zone and block: some three a day, and 0.4."""
_SALT = 0x2C
PATROL: Duration = 6 * HOUR
"""How often a detector tells its state when nothing changes (巡检, our default)."""


class Smoke(Struct, frozen=True, gc=False):
    """Data of `city.fire.smoke`."""

    alarm: bool


class Heat(Struct, frozen=True, gc=False):
    """Data of `city.fire.heat`: alarm, and ℃ at the ceiling."""

    alarm: bool
    temperature: float


class Incident(Struct, frozen=True):
    """An alarm in a zone: smoke in [``since``, ``until``); ``heat`` from when, for a fire."""

    since: Instant
    until: Instant
    heat: Instant | None


def incident(salt: int, at: Instant) -> Incident | None:
    """Return the incident that the zone with this salt has in the block of an instant."""
    block = at // _BLOCK
    bits = mix(salt, block)
    chance = unit(bits, 1)
    if chance >= _FALSE + _FIRE:
        return None
    since = block * _BLOCK + round(unit(bits, 2) * (_BLOCK - HOUR))
    if chance >= _FIRE:
        return Incident(since, since + round((2 + 6 * unit(bits, 3)) * MINUTE), None)
    heat = since + round((15 + 30 * unit(bits, 3)) * SECOND)
    return Incident(since, since + round((15 + 25 * unit(bits, 4)) * MINUTE), heat)


def smoke(salt: int, at: Instant) -> Smoke:
    """Return what the smoke detector of a zone shows."""
    found = incident(salt, at)
    return Smoke(found is not None and found.since <= at < found.until)


def heat(salt: int, at: Instant) -> Heat:
    """Return what the heat detector of a zone shows; in a fire it climbs past 57 ℃."""
    found = incident(salt, at)
    usual = 20.0 + 3.0 * unit(salt, 9)
    if found is None or found.heat is None or not found.heat <= at < found.until:
        return Heat(alarm=False, temperature=round(usual, 1))
    return Heat(alarm=True, temperature=round(57 + 40 * (1 - 1 / (1 + (at - found.heat) / MINUTE))))


def zones(seed: int, count: int) -> Iterator[tuple[Device, Device]]:
    """Yield the smoke and the heat detector of each zone; both have the zone's salt."""
    for slot in layout(seed, _SALT, count, ZONES, places()):
        building = slot.index // _PER_BUILDING
        attributes: dict[str, str | int | float | bool | None] = {
            "zone": f"zone-{slot.index + 1:04d}", "building": f"building-{building + 1:03d}",
        }  # fmt: skip
        number, name = slot.index + 1, f"{slot.place.name}{building + 1}号楼{slot.index % 5 + 1}区"
        yield (
            Device(id=f"smoke-{number:04d}", domain=DOMAIN, kind="SmokeDetector",
                   name=f"{name}感烟（模拟）", at=slot.at, changes=True,
                   district=slot.place.district, salt=slot.salt, attributes=attributes),
            Device(id=f"heat-{number:04d}", domain=DOMAIN, kind="HeatDetector",
                   name=f"{name}感温（模拟）", at=moved(slot.at, 3, 2), changes=True,
                   district=slot.place.district, salt=slot.salt, attributes=attributes),
        )  # fmt: skip
