"""What only has a card, for 周边分析: schools, lifts, fire stations, posts of the gas company.

Those with a place of their own beside a hospital stand at fixed distances, so that a story there
has neighbours; names are marked 模拟.
"""

from collections.abc import Iterator

from sensors.city.device import Device
from sensors.city.geo import Point, moved
from sensors.city.place import Place
from sensors.city.plan import Slot, hospital_places, layout, urban_places

DOMAIN = "place"
SCHOOLS, LIFTS, FIRE_STATIONS, GAS_COMPANIES = 80, 120, 22, 10
_LIFT_STEP = 22.0
_SALT = 0x2E


def schools(seed: int, count: int) -> Iterator[Device]:
    """Yield schools: one beside each hospital, the others around the places."""
    beside = hospital_places()
    for slot in layout(seed, _SALT + 1, count, SCHOOLS, urban_places(), 800.0):
        place, at = slot.place, slot.at
        if slot.index < len(beside):
            place = beside[slot.index]
            at = moved((place.lng, place.lat), 150.0, 60.0)
        name = f"{place.name}附近第{slot.index + 1}学校（模拟）"
        yield _card("school", slot, kind="School", name=name, at=at, near=place)


def lifts(seed: int, count: int) -> Iterator[Device]:
    """Yield lifts: three at each hospital, the others in buildings around the places."""
    beside = hospital_places()
    for slot in layout(seed, _SALT + 2, count, LIFTS, urban_places(), 400.0):
        place, at = slot.place, slot.at
        if slot.index < 3 * len(beside):
            place = beside[slot.index % len(beside)]
            step = slot.index // len(beside)
            at = moved((place.lng, place.lat), _LIFT_STEP * (step - 1), 30.0 - _LIFT_STEP * step)
        name = f"{place.name}{slot.index + 1}号电梯（模拟）"
        yield _card("lift", slot, kind="Lift", name=name, at=at, near=place)


def fire_stations(seed: int) -> Iterator[Device]:
    """Yield fire stations (消防救援站)."""
    for slot in layout(seed, _SALT + 3, FIRE_STATIONS, FIRE_STATIONS, urban_places()[::2], 900.0):
        name = f"{slot.place.name}消防救援站（模拟）"
        yield _card("fire", slot, kind="FireStation", name=name, at=slot.at, near=slot.place)


def gas_companies(seed: int) -> Iterator[Device]:
    """Yield the posts of the gas company (燃气抢修站)."""
    for slot in layout(seed, _SALT + 4, GAS_COMPANIES, GAS_COMPANIES, urban_places()[1::4], 900.0):
        name = f"{slot.place.name}燃气抢修站（模拟）"
        yield _card("gas-post", slot, kind="GasCompany", name=name, at=slot.at, near=slot.place)


def _card(prefix: str, slot: Slot, *, kind: str, name: str, at: Point, near: Place) -> Device:
    return Device(
        id=f"{prefix}-{slot.index + 1:04d}", domain=DOMAIN, kind=kind, name=name, at=at,
        salt=slot.salt, changes=True, district=near.district,
    )  # fmt: skip
