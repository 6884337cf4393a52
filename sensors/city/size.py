"""How many devices of each kind a city has: the standard city's numbers, or in proportion."""

from msgspec import Struct

from sensors.city.air import STATIONS as AIR
from sensors.city.ambulance import AMBULANCES
from sensors.city.errors import BadPlan
from sensors.city.fire import ZONES
from sensors.city.gas import DETECTORS
from sensors.city.landmark import FIRE_STATIONS, GAS_COMPANIES, LIFTS, SCHOOLS
from sensors.city.manhole import COVERS
from sensors.city.place import STANDARD_LOTS
from sensors.city.plan import hospital_places
from sensors.city.pond import PONDS
from sensors.city.road import network
from sensors.city.weather import GAUGES, STATIONS

LARGEST = 100_000
"""Most devices of one city: what one machine was measured to hold (README)."""


class Size(Struct, frozen=True):
    """Numbers of the kinds that grow with the city; the others are as they are."""

    lots: int = STANDARD_LOTS
    gauges: int = GAUGES
    stations: int = STATIONS
    ponds: int = PONDS
    detectors: int = DETECTORS
    zones: int = ZONES
    covers: int = COVERS
    schools: int = SCHOOLS
    lifts: int = LIFTS
    air: int = AIR

    @property
    def devices(self) -> int:
        """All devices but signs and gateways: those follow from the others."""
        grown: int = sum(getattr(self, name) for name in self.__struct_fields__)
        return grown + self.zones + fixed()


def fixed() -> int:
    """Return how many devices every city has: hospitals, ambulances, roads, posts, the centre."""
    return (
        len(hospital_places()) + AMBULANCES + len(network().sections) + FIRE_STATIONS
        + GAS_COMPANIES + 1
    )  # fmt: skip


def sized(lots: int) -> Size:
    """Return the size of a city with so many car parks, the other kinds in proportion."""
    if lots < 1:
        raise BadPlan(f"a city has at least one car park, not {lots:,}")
    numbers = {
        name: max(1, round(getattr(Size(), name) * lots / STANDARD_LOTS))
        for name in Size.__struct_fields__
    }
    return Size(**{**numbers, "lots": lots})


def of_devices(devices: int) -> Size:
    """Return the size of a city of about so many devices; 0 is the standard city.

    Raises BadPlan where no city is that large, or so small.
    """
    if devices == 0:
        return Size()
    if not fixed() < devices <= LARGEST:
        raise BadPlan(f"a city has {fixed() + 1:,} to {LARGEST:,} devices, not {devices:,}")
    standard = Size().devices - fixed()
    return sized(max(1, round((devices - fixed()) * STANDARD_LOTS / standard)))
