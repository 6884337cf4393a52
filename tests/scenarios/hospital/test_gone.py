"""What is left of a device whose card was withdrawn: nothing."""

from tests.scenarios.hospital.test_arrivals import close, drive, flow, ring
from tests.scenarios.hospital.test_crowding import report, town
from tests.scenarios.hospital.test_dispatch import centre, turnouts
from tests.scenarios.hospital.test_links import cars, parks, stations, weather


def test_a_hospital_that_is_gone() -> None:
    """Its alerts are cleared, its advice is withdrawn, and nobody is led to it."""
    city = town(150, 20, 150)
    for hospital in ("h-1", "h-3"):
        report(city, hospital, 150, 61, 61)
    city.advance(16 * 60)
    report(city, "h-2", 20, 16 * 60, 16 * 60)
    city.withdraw("h-1", "Hospital", 17 * 60)
    city.withdraw("h-2", "Hospital", 17 * 60)
    assert city.raised("crowded", "h-1") is None
    assert city.raised("diversion", "h-1") is None
    other = city.raised("diversion", "h-3")
    assert other is not None
    assert "第2医院" not in other["text"]
    assert "hospital.hospital/h-1" not in city.entities
    assert city.letters == []


def test_a_hospital_that_is_gone_has_no_car_park() -> None:
    """The alert of its car parks is cleared and their row goes."""
    city = parks()
    cars(city, "本院", 98, 2)
    city.withdraw("h-1", "Hospital", 3)
    assert city.raised("parking", "h-1") is None
    assert "hospital.parking/h-1" not in city.entities


def test_a_car_park_that_is_gone() -> None:
    """One with room is named no more; the hospital's own is full no more."""
    city = parks()
    cars(city, "本院", 98, 2)
    city.withdraw("P1", "OffStreetParking", 3)
    alert = city.raised("parking", "h-1")
    assert alert is not None
    assert "P1" not in alert["text"]
    city.withdraw("本院", "OffStreetParking", 4)
    assert city.raised("parking", "h-1") is None


def test_a_section_that_is_gone() -> None:
    """The way leads around it from the next node on."""
    city = ring()
    city.withdraw("r-bd", "RoadSection", 5)
    drive(city, "a", 10)
    assert city.entities["hospital.arrival/amb-001"]["data"]["minutes"] == 15
    flow(city, "r-bd", 30, 20)
    assert city.letters == []


def test_an_ambulance_that_is_gone() -> None:
    """Its run ends with its alert."""
    city = ring()
    drive(city, "a", 10)
    close(city, "r-bd", 10)
    city.withdraw("amb-001", "Ambulance", 20)
    assert city.raised("late", "amb-001") is None
    assert "hospital.arrival/amb-001" not in city.entities


def test_a_station_that_is_gone() -> None:
    """The mean is that of the others."""
    city = stations()
    weather(city, "wx-1", -10, 1)
    weather(city, "wx-2", 0, 2)
    city.withdraw("wx-1", "WeatherStation", 3)
    assert city.entities["hospital.demand/city"]["data"]["temperature"] == 0


def test_a_centre_that_is_gone() -> None:
    """Its alerts are cleared, and no timer goes on for it."""
    city = centre()
    turnouts(city, 0, 30)
    city.withdraw("centre-120", "DispatchCentre", 60)
    assert city.raised("turnout", "centre-120") is None
    assert "hospital.centre/centre-120" not in city.entities
    assert city.city.machine("d1").next_due() is None
