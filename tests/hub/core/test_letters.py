"""Dead letters: each with position, reason and original; bounded; every one counted."""

import msgspec
import pytest

from hub.core import letters
from hub.model.event import REJECTED, Event
from hub.model.letter import rejection
from hub.model.output import Letter
from tests.support.machine import Driver, reading
from tests.support.things import things


def rejected(number: int, reason: str = "not-json") -> Event:
    """Return the event of a message that ingest could not take."""
    what = rejection("city/210103/test/a/value", f"garbage {number}".encode(), reason, "no JSON")
    return Event(str(number), "/hub/ingest", REJECTED, msgspec.json.encode(what))


def test_a_rejected_message_becomes_a_letter() -> None:
    """It keeps topic, reason, detail, and the original; nothing else changes but the count."""
    driver = Driver()
    (output,) = driver.at(1, rejected(1))
    (letter,) = driver.letters()
    assert (letter.position, letter.topic) == ("d1/1", "city/210103/test/a/value")
    assert (letter.reason, letter.original, letter.size) == ("not-json", "garbage 1", 9)
    assert letter.time == "2026-11-23T00:00:01.000Z"
    assert isinstance(output, Letter)
    assert msgspec.json.decode(output.json)["original"] == "garbage 1"
    assert {cell[0] for cell in driver.kept} == {"letters", "counters"}
    assert driver.counter("rejected|reason=not-json") == 1


def test_letters_are_bounded_and_the_oldest_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also after a restart; the counter still knows them all."""
    monkeypatch.setattr(letters, "DEAD_LETTERS", 3)
    driver = Driver()
    for number in range(1, 13):
        driver.at(number, rejected(number))
        if number % 2:
            driver.restart()
    assert [letter.position for letter in driver.letters()] == ["d1/10", "d1/11", "d1/12"]
    assert driver.counter("rejected|reason=not-json") == 12


def test_an_unknown_type_is_counted_and_kept_in_the_log() -> None:
    """No handler: it is no dead letter, its device is known, its type is counted."""
    driver = Driver(things())
    driver.at(1, reading("a", {"x": 1}, type="city.test.news"))
    assert driver.letters() == []
    assert driver.counter("unknown-type|type=city.test.news") == 1
    assert driver.device("/test/a").accepted == 1


def test_labels_of_a_counter_are_bounded() -> None:
    """Types are a stranger's words: beyond a hundred they count as `other`."""
    driver = Driver()
    for number in range(150):
        driver.at(number, reading("a", {}, type=f"city.test.t{number}", id=str(number)))
        if number == 120:
            driver.restart()
    names = [name for table, name in driver.kept if table == "counters"]
    labels = [name for name in names if name.startswith("unknown-type|")]
    assert len(labels) == 101
    assert driver.counter("unknown-type|type=other") == 50


def test_counters_go_on_after_a_restart() -> None:
    """They are a function of the log like all else."""
    driver = Driver(things())
    for number in range(6):
        driver.at(number, reading("a", {"value": 1}, id=str(number)))
        driver.restart()
    assert driver.counter("readings") == 6


@pytest.mark.parametrize("type_", ["hub.device.card", "hub.action", "hub.alert", "hub.rejected"])
def test_a_broken_event_of_the_hub_is_a_letter(type_: str) -> None:
    """An event whose data is not what its type says stops nobody."""
    driver = Driver()
    driver.at(1, Event("1", "/hub/x", type_, b'{"no":1}'), Event("2", "/hub/x", type_, b"{"))
    assert [letter.reason for letter in driver.letters()] == ["schema", "schema"]
