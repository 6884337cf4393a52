"""搁置 and 意见: what the desk allows, and what becomes of a shelved alert."""

import pytest

from hub.model.action import Result
from hub.model.alert import Level
from hub.model.limits import NOTES
from tests.support.machine import Driver, action, signal

ALERT = "test/full/zhongjie#1"


@pytest.fixture
def driver() -> Driver:
    """Return the machine of the `city` partition with one orange alert."""
    found = Driver(partition="city")
    found.at(1, signal("zhongjie", level=Level.ORANGE))
    return found


def test_shelving_notes_who_until_when_and_why(driver: Driver) -> None:
    """The end is a time, which every screen can compare with its own clock: no timer is needed."""
    driver.at(2, action("k", ALERT, 1, name="shelve", minutes=90, opinion="检修中"))
    assert driver.answer("k").outcome is Result.DONE
    shelved = driver.alert(ALERT).shelved
    assert shelved is not None
    assert (shelved.at, shelved.until) == ("2026-11-23T00:00:02.000Z", "2026-11-23T01:30:02.000Z")
    assert shelved.opinion == "检修中"
    assert driver.alert(ALERT).acknowledged is None


@pytest.mark.parametrize("minutes", [-1, 481, 10**6])
def test_nobody_shelves_for_longer_than_a_shift(driver: Driver, minutes: int) -> None:
    """ISA-18.2 asks for a bound: 8 hours."""
    driver.at(2, action("k", ALERT, 1, name="shelve", minutes=minutes))
    assert driver.answer("k").outcome is Result.REFUSED
    assert driver.alert(ALERT).shelved is None


def test_a_red_alert_is_never_shelved(driver: Driver) -> None:
    """Nor does one that becomes red stay aside."""
    driver.at(2, action("k", ALERT, 1, name="shelve", minutes=10))
    driver.at(3, signal("zhongjie", level=Level.RED))
    assert driver.alert(ALERT).shelved is None
    version = driver.alert(ALERT).version
    driver.at(4, action("k2", ALERT, version, name="shelve", minutes=10))
    assert driver.answer("k2").outcome is Result.REFUSED


def test_what_is_shelved_can_be_taken_back(driver: Driver) -> None:
    """0 minutes; what is not shelved cannot."""
    driver.at(2, action("k", ALERT, 1, name="shelve", minutes=0))
    assert driver.answer("k").outcome is Result.REFUSED
    driver.at(3, action("k2", ALERT, 1, name="shelve", minutes=10))
    driver.at(4, action("k3", ALERT, 2, name="shelve", minutes=0))
    assert driver.answer("k3").outcome is Result.DONE
    assert driver.alert(ALERT).shelved is None


def test_who_shelves_an_alert_has_seen_it_as_it_is(driver: Driver) -> None:
    """Another version is a conflict."""
    driver.at(2, action("k", ALERT, 7, name="shelve", minutes=10))
    assert driver.answer("k").outcome is Result.CONFLICT


def test_words_are_added_whatever_changed_meanwhile(driver: Driver) -> None:
    """An 意见 decides nothing, so it has no version to be late for; the newest are kept."""
    for number in range(NOTES + 3):
        driver.at(2 + number, action(f"k{number}", ALERT, 1, name="note", opinion=f"第{number}条"))
    notes = driver.alert(ALERT).notes
    assert [each.opinion for each in notes] == [f"第{n}条" for n in range(3, NOTES + 3)]


@pytest.mark.parametrize("name", ["shelve", "note"])
def test_both_ask_for_words(driver: Driver, name: str) -> None:
    """A reason for the one, the 意见 itself for the other."""
    driver.at(2, action("k", ALERT, 1, name=name, minutes=10, opinion=" "))
    assert driver.answer("k").outcome is Result.REFUSED
