"""Hospitals (医院): beds, ICU, the five centres (五大中心), and what their departments report."""

from msgspec import Struct

from hub.model.instant import DAY, HOUR, Instant
from sensors.city.device import Device
from sensors.city.emergency import Ward
from sensors.city.noise import Noise, mix, unit
from sensors.city.plan import hospital_places
from sensors.city.weather import Weather

DOMAIN = "hospital"
_SALT = 0x29
_BEDS = (4_000, 3_600, 2_900, 3_000, 2_000, 1_200, 1_500, 1_000,
         1_300, 1_200, 1_100, 1_000, 1_100, 1_400, 1_000)  # fmt: skip
"""Beds in the order of the places: order of size only (DOMAIN §5); 盛京's 6,500 on two sites."""
_ALL_FIVE = "胸痛,卒中,创伤,危重孕产妇,危重新生儿"
_CENTRES = (
    _ALL_FIVE, _ALL_FIVE, "危重孕产妇,危重新生儿", "胸痛,卒中,创伤", "胸痛,卒中,创伤", "卒中,创伤",
    "胸痛,卒中,创伤", "创伤", "卒中", "胸痛,卒中", "卒中", "", "危重新生儿", "", "胸痛",
)  # fmt: skip
"""Which hospital runs which centre: assumed for the simulation."""
_ICU_SHARE = 0.03
_VISITS, _VISITS_PER_BED = 180.0, 0.21
"""ED visits a day: about 1,027 at one big hospital (DOMAIN §5), a few hundred at others."""
_BEDS_PER_VISIT = 0.24
_COLD, _PER_DEGREE = 0.0, 0.0012
"""Below 0 ℃ each ℃ fills 0.12 % more beds (our default)."""


class Beds(Struct, frozen=True, gc=False):
    """Data of `city.hospital.beds`."""

    beds: int
    occupied: int
    icuBeds: int  # noqa: N815 the contract's names
    icuOccupied: int  # noqa: N815


class Wards:
    """The bed counts of all hospitals in one weather."""

    def __init__(self, seed: int, wards: tuple[Ward, ...], weather: Weather) -> None:
        self._noise = Noise(mix(seed, 0x2A))
        self._wards = wards
        self._weather = weather

    def report(self, index: int, at: Instant) -> Beds:
        """Return the beds of a hospital at an instant; they change slowly."""
        ward = self._wards[index]
        total, icu = ward.hospital_beds, round(ward.hospital_beds * _ICU_SHARE)
        usual = 0.80 + 0.15 * unit(ward.salt, 3)
        drift = 0.05 * (self._noise.smooth(ward.salt, at, DAY) - 0.5)
        drift += 0.015 * (self._noise.smooth(ward.salt ^ 1 << 40, at, 3 * HOUR) - 0.5)
        # Beds follow the cold of the day, not of the hour.
        days = sum(self._weather.temperature(at - k * 6 * HOUR, ward.at) for k in range(4)) / 4
        cold = _PER_DEGREE * max(0.0, _COLD - days)
        share = min(1.0, usual + drift + cold)
        tense = 0.78 + 0.14 * unit(ward.salt, 4)
        tense += 0.16 * (self._noise.smooth(ward.salt ^ 2 << 40, at, 8 * HOUR) - 0.5) + 2 * cold
        return Beds(total, round(total * share), icu, round(icu * min(1.0, tense)))


def hospitals(seed: int) -> tuple[tuple[Device, ...], tuple[Ward, ...]]:
    """Return the hospitals as devices, and what their departments have."""
    devices, wards = [], []
    for index, place in enumerate(hospital_places()):
        salt, beds = mix(seed, _SALT, index), _BEDS[index]
        visits = _VISITS + _VISITS_PER_BED * beds
        strain = 0.85 + 0.35 * unit(salt, 1)
        wards.append(
            Ward(
                salt=salt,
                at=(place.lng, place.lat),
                visits=visits,
                beds=round(visits * _BEDS_PER_VISIT * (0.9 + 0.2 * unit(salt, 2))),
                hospital_beds=beds,
                strain=strain,
            )
        )
        devices.append(
            Device(
                id=f"h-{index + 1:02d}",
                domain=DOMAIN,
                kind="Hospital",
                name=place.name,
                at=(place.lng, place.lat),
                salt=salt,
                district=place.district,
                attributes={"centres": _CENTRES[index], "beds": beds},
            )
        )
    return tuple(devices), tuple(wards)
