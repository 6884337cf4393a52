"""Emergency departments (急诊): patients as counts, derived hour by hour from their own chances.

Arrivals follow the hour (peak 18–22, trough 2–8) and the temperature (+2.43 % per ℃ below 7);
each arrival has a triage level, a wait that grows with the load, a treatment, and perhaps a bed in
the hospital to wait for (boarding). Counts follow from who came and has not left.
"""

from bisect import bisect_right

from msgspec import Struct, field

from hub.model.instant import HOUR, MINUTE, Duration, Instant
from sensors.city.course import city_day, city_hour
from sensors.city.geo import Point
from sensors.city.noise import Noise, mix, unit
from sensors.city.weather import Weather

_HOURLY = (0.86, 0.66, 0.52, 0.44, 0.42, 0.44, 0.52, 0.64, 0.92, 1.14, 1.18, 1.12,
           1.02, 1.02, 1.08, 1.08, 1.10, 1.18, 1.42, 1.56, 1.58, 1.50, 1.34, 1.10)  # fmt: skip
_WARM, _PER_DEGREE = 7.0, 0.0243
"""Each ℃ below 7 adds 2.43 % visits (DOMAIN §3)."""
_LEVELS = (0.02, 0.10, 0.38, 0.50)
"""Shares of triage levels 1–4 (our default)."""
_WAITS = ((0.0, 0.8), (1.0, 5.0), (3.0, 17.0), (6.0, 48.0))
"""Minutes of waiting at a load of 1, least and most, by level."""
_CARE = ((2.5, 5.0), (2.0, 4.5), (1.0, 3.2), (0.4, 1.8))
"""Hours of treatment, least and most, by level."""
_ADMITTED = (0.75, 0.40, 0.12, 0.02)
_VENTILATED = 0.20
"""Share of level 1."""
_BOARDING = (0.8, 7.5)
"""Hours of waiting for a bed in the hospital at a load of 1."""
_LONGEST_WAIT, _LONGEST_BOARDING = 4.0, 13.0
_BLOCKS = 24
"""Hours to look back: 4 of waiting + 5 of treatment + 13 of boarding, and a reserve."""
_RECENT = 5
"""Hours in which whoever still waits has come."""
_QUARTERS = 4
_MOST_KEPT = 2_000
"""Hours of hospitals in memory: 15 hospitals × 25 hours, five times over."""


class Waiting(Struct, frozen=True, gc=False):
    """How many wait at a level, and the longest of them, in minutes."""

    count: int
    longestMinutes: float  # noqa: N815 the contract's name


class Levels(Struct, frozen=True, gc=False):
    """Who waits, by triage level (预检分级), 1 being the most urgent."""

    first: Waiting = field(name="1")
    second: Waiting = field(name="2")
    third: Waiting = field(name="3")
    fourth: Waiting = field(name="4")


class Department(Struct, frozen=True, gc=False):
    """Data of `city.hospital.ed`: the inputs of NEDOCS, and who waits by triage level."""

    patients: int
    beds: int
    boarding: int
    hospitalBeds: int  # noqa: N815 the contract's names
    ventilated: int
    longestAdmitHours: float  # noqa: N815
    lastBedHours: float  # noqa: N815
    waiting: Levels


class _Patient(Struct, frozen=True, gc=False):
    """Instants of one arrival; ``decided`` is when an admission was, 0 for none."""

    arrived: Instant
    seen: Instant
    decided: Instant
    left: Instant
    level: int
    ventilated: bool


class _Hour(Struct, frozen=True, gc=False):
    """The arrivals of one hour."""

    patients: tuple[_Patient, ...]
    arrivals: tuple[Instant, ...]
    leavings: tuple[Instant, ...]
    boarders: tuple[_Patient, ...]
    ventilated: tuple[_Patient, ...]


class Ward(Struct, frozen=True):
    """What a department has: visits a day at 7 ℃ or more, ED beds, hospital beds, its strain."""

    salt: int
    at: Point
    visits: float
    beds: int
    hospital_beds: int
    strain: float


class Emergency:
    """All departments in one weather."""

    def __init__(self, seed: int, wards: tuple[Ward, ...], weather: Weather) -> None:
        self._noise = Noise(mix(seed, 0x28))
        self._wards = wards
        self._weather = weather
        self._hours: dict[tuple[int, int], _Hour] = {}

    def report(self, index: int, at: Instant) -> Department:
        """Return what a department reports at an instant."""
        ward = self._wards[index]
        block = at // HOUR
        hours = [self._hour(index, number) for number in range(block - _BLOCKS, block + 1)]
        patients = sum(
            bisect_right(hour.arrivals, at) - bisect_right(hour.leavings, at) for hour in hours
        )
        boarding = [p for hour in hours for p in hour.boarders if p.decided <= at < p.left]
        recent = [p for hour in hours[-_RECENT - 1 :] for p in hour.patients if p.arrived <= at]
        bedded = max((p for p in recent if p.seen <= at), key=lambda p: p.seen, default=None)
        return Department(
            patients=patients,
            beds=ward.beds,
            boarding=len(boarding),
            hospitalBeds=ward.hospital_beds,
            ventilated=sum(p.seen <= at < p.left for hour in hours for p in hour.ventilated),
            longestAdmitHours=_hours(at - min((p.decided for p in boarding), default=at)),
            lastBedHours=_hours(bedded.seen - bedded.arrived) if bedded else 0.0,
            waiting=Levels(*(_waiting(recent, level, at) for level in range(1, 5))),
        )

    def crowding(self, index: int, at: Instant) -> float:
        """Return a department's load: the mean day at 7 ℃ is 1."""
        ward = self._wards[index]
        cold = max(0.0, _WARM - self._weather.temperature(at, ward.at))
        hour = city_hour(at)
        first = int(hour)
        shape = _HOURLY[first] + (_HOURLY[(first + 1) % 24] - _HOURLY[first]) * (hour - first)
        return shape * (1 + _PER_DEGREE * cold)

    def _hour(self, index: int, block: int) -> _Hour:
        known = self._hours.get((index, block))
        if known is None:
            if len(self._hours) >= _MOST_KEPT:
                self._hours.clear()
            known = self._hours[index, block] = self._arrivals(index, block)
        return known

    def _arrivals(self, index: int, block: int) -> _Hour:
        ward = self._wards[index]
        patients: list[_Patient] = []
        for quarter in range(_QUARTERS):
            start = block * HOUR + quarter * (HOUR // _QUARTERS)
            load = self.crowding(index, start)
            busy = 0.93 + 0.14 * self._noise.at(ward.salt, city_day(start))
            wanted = ward.visits * busy / 24 / _QUARTERS * load
            bits = mix(ward.salt, block, quarter)
            strained = load * ward.strain
            count = int(wanted + unit(bits, 0))
            patients += [_patient(mix(bits, k, 1), start, strained) for k in range(count)]
        patients.sort(key=lambda patient: patient.arrived)
        return _Hour(
            tuple(patients),
            tuple(patient.arrived for patient in patients),
            tuple(sorted(patient.left for patient in patients)),
            tuple(patient for patient in patients if patient.decided),
            tuple(patient for patient in patients if patient.ventilated),
        )


def _patient(bits: int, start: Instant, load: float) -> _Patient:
    """Return one arrival of a quarter of an hour; waits grow with the square of the load."""
    arrived = start + round(unit(bits, 1) * (HOUR // _QUARTERS - 1))
    level = _level(unit(bits, 2))
    least, most = _WAITS[level - 1]
    wait = min(_LONGEST_WAIT * 60, (least + (most - least) * unit(bits, 3)) * load * load)
    seen = arrived + round(wait * MINUTE)
    least, most = _CARE[level - 1]
    treated = seen + round((least + (most - least) * unit(bits, 4)) * HOUR)
    ventilated = level == 1 and unit(bits, 5) < _VENTILATED
    if unit(bits, 6) >= _ADMITTED[level - 1]:
        return _Patient(arrived, seen, 0, treated, level, ventilated)
    least, most = _BOARDING
    boards = min(_LONGEST_BOARDING, (least + (most - least) * unit(bits, 7) ** 2) * load)
    return _Patient(arrived, seen, treated, treated + round(boards * HOUR), level, ventilated)


def _level(share: float) -> int:
    for level, part in enumerate(_LEVELS, start=1):
        if share < part:
            return level
        share -= part
    return len(_LEVELS)


def _waiting(recent: list[_Patient], level: int, at: Instant) -> Waiting:
    since = [p.arrived for p in recent if p.level == level and p.seen > at]
    return Waiting(len(since), round((at - min(since, default=at)) / MINUTE, 1))


def _hours(span: Duration) -> float:
    return round(span / HOUR, 2)
