"""Faults are data."""

from hypothesis import given
from hypothesis import strategies as st

from hub.model.instant import DAY, HOUR, MINUTE
from sensors.city.fault import BLOCK, FaultKind, Faults, Level
from sensors.city.noise import mix

T0 = 1_795_392_000_000_000


@given(st.integers(0, 2**63), st.integers(0, 30 * DAY))
def test_a_fault_holds_at_each_of_its_instants(salt: int, after: int) -> None:
    """Whoever asks within a fault hears of the same fault; outside of it, not."""
    faults = Faults(3, Level.HEAVY)
    fault = faults.at(salt, T0 + after)
    if fault is None:
        return
    assert 10 * MINUTE <= fault.until - fault.since <= HOUR
    assert faults.at(salt, fault.since) == faults.at(salt, fault.until - 1) == fault
    assert faults.at(salt, fault.until) != fault
    assert faults.at(salt, fault.since - 1) != fault


def test_none_means_none() -> None:
    """At the level `none` nothing ever fails."""
    faults = Faults(3, Level.NONE)
    for index in range(2_000):
        at = T0 + index * HOUR
        assert faults.at(index, at) is None
        assert faults.outage(index, at) is None
        assert faults.rebooted(index, at) is None


def test_the_default_is_modest_and_knows_every_kind() -> None:
    """About 1 to 3 % of the devices fail at a time."""
    faults = Faults(1, Level.DEFAULT)
    found = [
        fault
        for device in range(343)
        for hour in range(100)
        if (fault := faults.at(mix(device), T0 + hour * HOUR))
    ]
    assert 0.01 <= len(found) / 34_300 <= 0.03
    assert {fault.kind for fault in found} == set(FaultKind) - {FaultKind.RESET}


@given(st.integers(0, 2**63), st.integers(0, 10 * DAY), st.integers(1, 2 * DAY))
def test_outages_are_those_that_the_instants_show(salt: int, after: int, span: int) -> None:
    """The list of an interval's outages agrees with asking for single instants."""
    faults = Faults(5, Level.HEAVY)
    since, until = T0 + after, T0 + after + span
    listed = list(faults.outages(salt, since, until))
    for at in range(since, until, BLOCK // 16):
        out = faults.outage(salt, at)
        assert (out in listed) if out else not any(f.since <= at < f.until for f in listed)


def test_a_daily_reboot_is_found_from_any_instant_of_its_day() -> None:
    """A device that reboots does so once a day; the latest reboot is never in the future."""
    faults = Faults(1, Level.HEAVY)
    salt = next(s for s in range(1_000) if faults.rebooted(s, T0))
    boots = {faults.rebooted(salt, T0 + hour * HOUR) for hour in range(72)}
    assert len(boots) in (3, 4)
    for hour in range(72):
        reboot = faults.rebooted(salt, T0 + hour * HOUR)
        assert reboot is not None
        assert reboot.since <= T0 + hour * HOUR < reboot.until
