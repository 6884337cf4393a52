"""Emergency departments: who is counted has come and has not left."""

import pytest

from hub.model.instant import DAY, HOUR, MINUTE, parse
from sensors.city.city import City
from sensors.city.emergency import Emergency
from sensors.city.fault import Level
from sensors.story_file import load_story

MIDNIGHT = parse("2026-11-23T00:00:00+08:00")
HOSPITALS = 15


def department(story: str = "") -> Emergency:
    """Return the departments of a calm day, or of a story that begins at midnight."""
    city = City(1, faults=Level.NONE)
    if story:
        city.play(load_story(story), MIDNIGHT)
    return city.fleets.scene.emergency


def test_patients_are_those_who_came_less_those_who_left() -> None:
    """Arrivals minus leavings of an hour are its change; parts are never more than the whole."""
    emergency = department()
    for index in range(HOSPITALS):
        for hour in range(24):
            at = MIDNIGHT + hour * HOUR
            before, after = emergency.report(index, at), emergency.report(index, at + HOUR)
            hours = [emergency._hour(index, at // HOUR - k) for k in range(-1, 25)]
            came = sum(at < t <= at + HOUR for h in hours for t in h.arrivals)
            left = sum(at < t <= at + HOUR for h in hours for t in h.leavings)
            assert after.patients - before.patients == came - left
            waiting = after.waiting
            waits = (waiting.first, waiting.second, waiting.third, waiting.fourth)
            assert after.boarding + sum(wait.count for wait in waits) <= after.patients
            assert all((wait.count > 0) or not wait.longestMinutes for wait in waits)


def test_nobody_stays_longer_than_is_looked_back() -> None:
    """All who come have left 24 hours later, in the worst cold too: no count forgets anybody."""
    emergency = department("cold-wave")
    for hour in range(30):
        for index in (0, 3):
            block = (MIDNIGHT + hour * HOUR) // HOUR
            for patient in emergency._hour(index, block).patients:
                assert patient.arrived <= patient.seen <= patient.left
                assert patient.left <= (block + 24) * HOUR


def test_visits_peak_in_the_evening_and_rise_in_the_cold() -> None:
    """18–22 h is the busiest, 2–8 h the quietest; +2.43 % for each ℃ below 7."""
    emergency = department()
    visits = [
        sum(
            len(emergency._hour(index, (MIDNIGHT + hour * HOUR) // HOUR).patients)
            for index in range(HOSPITALS)
        )
        for hour in range(24)
    ]
    assert 18 <= visits.index(max(visits)) <= 22
    assert 2 <= visits.index(min(visits)) <= 8
    at = MIDNIGHT + 12 * HOUR
    ward = emergency._wards[0]
    warm, cold = department(), department("cold-wave")
    degrees = warm._weather.temperature(at, ward.at) - cold._weather.temperature(at, ward.at)
    above = 1 + 0.0243 * (7 - warm._weather.temperature(at, ward.at))
    expected = 1 + 0.0243 * degrees / above
    assert cold.crowding(0, at) / warm.crowding(0, at) == pytest.approx(expected)


def test_beds_are_never_more_than_there_are() -> None:
    """Occupied ≤ beds, for the ICU too, and some hospital is tight."""
    wards = City(1, faults=Level.NONE).fleets.scene.wards
    shares = []
    for index in range(HOSPITALS):
        for at in range(MIDNIGHT, MIDNIGHT + 2 * DAY, 97 * MINUTE):
            beds = wards.report(index, at)
            assert 0 <= beds.icuOccupied <= beds.icuBeds
            assert 0 <= beds.occupied <= beds.beds
            shares.append(beds.occupied / beds.beds)
    assert max(shares) >= 0.93
    assert min(shares) < 0.85
