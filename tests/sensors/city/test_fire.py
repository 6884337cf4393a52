"""Smoke without heat is a false alarm; in a fire heat follows within a minute."""

from hub.model.instant import DAY, HOUR, MINUTE, parse
from sensors.city.city import City
from sensors.city.fault import Level
from sensors.city.fire import heat, incident, smoke

T0 = parse("2026-11-23T00:00:00+08:00")


def test_a_fire_is_smoke_then_heat_within_a_minute_and_ends() -> None:
    """Both alarms stand while it burns, and are over afterwards."""
    zones = [device.salt for device in City(1, faults=Level.NONE).fleets.devices.smokes]
    found = [
        (zone, event)
        for zone in zones
        for at in range(T0, T0 + 60 * DAY, 6 * HOUR)
        if (event := incident(zone, at))
    ]
    fires = [(zone, event) for zone, event in found if event.heat is not None]
    assert 0 < len(fires) < 0.4 * len(found)
    for zone, event in fires:
        assert event.heat is not None
        assert 0 < event.heat - event.since < MINUTE
        assert smoke(zone, event.heat).alarm
        assert heat(zone, event.heat).alarm
        assert not smoke(zone, event.until).alarm
        assert not heat(zone, event.until).alarm
    for zone, event in found:
        if event.heat is None:
            assert not heat(zone, event.since + MINUTE).alarm


def test_on_change_means_on_change() -> None:
    """A detector speaks when its state is new, and on its patrol every six hours."""
    city = City(1, faults=Level.NONE)
    none = dict.fromkeys(city.gateways, ())
    series = next(series for series in city.fleets.series if series.event == "smoke")
    said = list(series.due(T0, T0 + DAY, none))
    changes = 2 * sum(
        incident(device.salt, at) is not None
        for device in series.members
        for at in range(T0, T0 + DAY, 6 * HOUR)
    )
    patrols = 4 * len(series.members)
    assert patrols <= len(said) <= patrols + changes
