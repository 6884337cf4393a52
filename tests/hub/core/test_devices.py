"""Devices: repeats dropped, late readings marked, gaps asked for, wrong clocks not believed."""

import msgspec
import pytest

from hub.model.event import Event
from hub.model.instant import HOUR, SECOND, parse
from hub.model.limits import REMEMBERED_IDS, RESEND_SPAN
from hub.model.output import Downlink
from tests.support.machine import START, Driver, card, reading
from tests.support.things import memory, say, things, value


@pytest.fixture
def driver() -> Driver:
    """Return a machine with the scenario of things."""
    return Driver(things())


def test_a_repeat_has_no_second_effect(driver: Driver) -> None:
    """The same (source, id) again is dropped and counted, also after a restart."""
    driver.at(1, say(1, said=1))
    before = dict(driver.kept)
    driver.restart()
    assert driver.at(2, say(1, said=1)) == []
    assert driver.counter("duplicates") == driver.device("/test/a").duplicates == 1
    changed = {cell[0] for cell, raw in driver.kept.items() if before.get(cell) != raw}
    assert changed <= {"devices", "counters"}
    assert memory(driver).every == [1]


def test_an_id_belongs_to_its_source(driver: Driver) -> None:
    """Two devices may use the same id."""
    driver.at(1, say(1, id="x"), say(1, id="x", device="b"))
    assert driver.counter("duplicates") == 0
    assert (value(driver, "a"), value(driver, "b")) == (1, 1)


def test_the_memory_of_ids_is_bounded(driver: Driver) -> None:
    """The last ids are remembered, exactly so many; what is older counts as new."""
    for number in range(1, REMEMBERED_IDS + 2):
        driver.at(number, say(number, sequenced=False))
    assert len(driver.device("/test/a").recent) == 8 * REMEMBERED_IDS
    driver.at(100, say(2, sequenced=False))
    assert driver.counter("duplicates") == 1
    driver.at(101, say(1, sequenced=False))
    assert driver.counter("duplicates") == 1


def test_redrive_is_exempt_from_dropping(driver: Driver) -> None:
    """An event that is driven again from the dead letters is no repeat."""
    driver.at(1, say(1))
    driver.at(2, say(1, flags=("redrive",)))
    assert driver.counter("duplicates") == 0
    assert memory(driver).every == [1, 1]


def test_a_late_reading_does_not_change_the_current_value(driver: Driver) -> None:
    """A reading older than the device's last one is marked late and only enters history."""
    driver.at(1, say(1, said=1))
    driver.at(3, say(3, said=3))
    driver.at(4, say(2, said=2))
    assert value(driver) == 3
    assert memory(driver).every == [1, 3, 2]
    assert memory(driver).current == [1, 3]
    assert driver.counter("late") == driver.device("/test/a").late == 1


def test_equal_times_are_not_late(driver: Driver) -> None:
    """Two readings of the same instant are both current."""
    driver.at(1, say(1, said=1), say(2, said=1))
    assert driver.counter("late") == 0
    assert value(driver) == 2


def test_a_gap_is_counted_and_asked_for_once(driver: Driver) -> None:
    """A jump in the sequence is one gap with so many missing, and one `resend` for the span."""
    driver.at(1, say(7, said=1))
    driver.at(2, say(10, said=2))
    driver.at(3, say(11, said=3))
    device = driver.device("/test/a")
    assert (device.gaps, device.missing) == (1, 2)
    assert (driver.counter("gaps"), driver.counter("missing")) == (1, 2)
    (command,) = driver.commands("resend")
    assert command["data"] == {"from": "0000000008", "to": "0000000009"}
    assert str(command["id"]).startswith("d1.")


def test_the_command_goes_to_the_device_that_has_the_gap(driver: Driver) -> None:
    """The topic of `resend` is the device's own."""
    driver.at(1, say(1), say(3))
    (sent,) = driver.of(Downlink)
    assert sent.topic == "city/210103/test/a/$cmd/resend"


@pytest.mark.parametrize(("span", "asked"), [(RESEND_SPAN, 1), (RESEND_SPAN + 1, 0)])
def test_a_gap_too_long_for_a_device_is_not_asked_for(
    driver: Driver, span: int, asked: int
) -> None:
    """No more is asked for than a small device can buffer; the gap is counted all the same."""
    driver.at(1, say(1))
    driver.at(2, say(span + 2))
    assert driver.device("/test/a").missing == span
    assert len(driver.commands("resend")) == asked


def test_readings_sent_again_fill_the_gap(driver: Driver) -> None:
    """After the readings came again nothing is missing, no new gap is seen, none is a reset."""
    driver.at(1, say(1, said=1))
    driver.at(5, say(5, said=5))
    driver.at(6, say(2, said=2), say(3, said=3), say(4, said=4))
    driver.at(7, say(6, said=7))
    device = driver.device("/test/a")
    assert (device.missing, device.gaps, device.resets, device.late) == (0, 1, 0, 3)
    assert sorted(memory(driver).every) == [1, 2, 3, 4, 5, 6]
    assert len(driver.commands("resend")) == 1


def test_readings_without_time_fill_the_gap_too(driver: Driver) -> None:
    """A device without a clock: its sequence alone says that a reading is an older one."""
    driver.at(1, say(1), say(4))
    driver.at(2, say(2), say(3), say(5))
    device = driver.device("/test/a")
    assert (device.missing, device.gaps, device.resets) == (0, 1, 0)
    assert value(driver) == 5


def test_a_reset_is_no_duplicate(driver: Driver) -> None:
    """A rebooted device that begins at 1 again, with new ids, is heard and counted as a reset."""
    driver.at(1, say(41, said=1), say(42, said=1))
    driver.at(2, reading("a", {"value": 7}, said=2, sequence=1, id="a-boot2-1"))
    device = driver.device("/test/a")
    assert (device.resets, device.duplicates, device.gaps) == (1, 0, 0)
    assert value(driver) == 7
    driver.at(3, reading("a", {"value": 8}, said=3, sequence=2, id="a-boot2-2"))
    assert (driver.device("/test/a").gaps, value(driver)) == (0, 8)


def test_a_device_without_sequence_has_no_gaps(driver: Driver) -> None:
    """`sequence` is optional."""
    driver.at(1, say(1, sequenced=False), say(9, sequenced=False))
    assert driver.device("/test/a").gaps == 0
    assert driver.commands("resend") == []


OFF = {
    "an hour behind": START - HOUR,
    "an hour ahead": START + HOUR,
    "1970": 0,
    "2106": parse("2106-02-07T06:28:15Z"),
}


def clocked(number: int, offset: int, seconds: float) -> Event:
    """Return the reading of a device whose clock is off."""
    event = say(number)
    return msgspec.structs.replace(event, time=offset + round(seconds * SECOND))


@pytest.mark.parametrize("offset", OFF.values(), ids=OFF.keys())
def test_a_clock_that_is_off_is_flagged_and_not_believed(driver: Driver, offset: int) -> None:
    """The value counts with quality `clock-off` and log time: no age is negative or of years."""
    for number in (1, 2, 3):
        driver.at(number, clocked(number, offset, number))
    entity = driver.shown("test.thing/a")
    assert value(driver) == 3
    assert entity.quality == ("clock-off",)
    assert entity.time == "2026-11-23T00:00:03.000Z"
    assert driver.counter("clock-off") == 3


@pytest.mark.parametrize("offset", OFF.values(), ids=OFF.keys())
def test_a_clock_that_was_set_right_is_believed_again(driver: Driver, offset: int) -> None:
    """Once a wrong clock was off, later right readings are current, in sequence, and not late."""
    driver.at(1, say(1, said=1))
    driver.at(2, clocked(2, offset, 2))
    driver.at(3, say(3, said=3))
    driver.at(4, say(4, said=4))
    device = driver.device("/test/a")
    assert value(driver) == 4
    assert driver.shown("test.thing/a").quality == ()
    assert (device.late, device.gaps, device.missing, device.resets) == (0, 0, 0, 0)
    assert memory(driver).current == [1, 2, 3, 4]


def test_readings_kept_through_an_outage_are_late_and_no_fault_of_the_clock(
    driver: Driver,
) -> None:
    """A device that sends its buffer after half an hour: old readings do not become current."""
    driver.at(1, say(1, said=1))
    driver.at(1800, say(4, said=1800))
    driver.at(1801, say(2, said=600), say(3, said=1200))
    device = driver.device("/test/a")
    assert value(driver) == 4
    assert (device.late, device.missing) == (2, 0)


def test_an_unknown_device_is_accepted_and_listed_as_unregistered(driver: Driver) -> None:
    """A reading needs no card; the device is known from then on, registered by its card."""
    driver.at(1, say(1))
    assert not driver.device("/test/a").registered
    driver.at(2, card("a"))
    assert driver.device("/test/a").registered
    driver.at(3, msgspec.structs.replace(card("a"), data=b"null"))
    assert not driver.device("/test/a").registered
