"""Redriven letters of the functions that time rules run: they run again as they were to run."""

import msgspec
import pytest
from msgspec import field

from hub.core.registry import Registry
from hub.model.event import TICK, Event
from hub.model.letter import DeadLetter
from hub.model.redrive import Redrive
from hub.sdk import MINUTE, SECOND, Context, Payload, Scenario, State, Window
from tests.support.machine import Driver, card, listening, reading, registry


class Value(Payload, frozen=True):
    """A reading's number; from 10 on it is high."""

    value: int


class Runs(State):
    """What ran, on which number."""

    runs: list[tuple[str, float]] = field(default_factory=list)


class Code:
    """A scenario whose functions fail until it is mended: what a reload brings."""

    def __init__(self) -> None:
        self.fixed = False

    def note(self, runs: Runs, what: str, value: float) -> None:
        """Note a run, or fail."""
        if not self.fixed:
            raise ValueError(what)
        runs.runs.append((what, value))

    def registry(self) -> Registry:
        """Return it with a rule of each kind."""
        test = Scenario("test", title="测试", title_en="Test", description="")

        @test.hold("city.test.value", when=lambda said: said.value >= 10, for_=30 * SECOND)
        def high(said: Value, runs: Runs) -> None:
            self.note(runs, "high", said.value)

        @high.cleared
        def low(said: Value, runs: Runs) -> None:
            self.note(runs, "low", said.value)

        @test.silent("city.test.value", for_=5 * MINUTE)
        def quiet(said: Value, runs: Runs) -> None:
            self.note(runs, "quiet", said.value)

        @quiet.heard
        def back(said: Value, runs: Runs) -> None:
            self.note(runs, "back", said.value)

        @test.tumbling(
            "city.test.value", every=10 * MINUTE, of=lambda said: said.value, payload=Value
        )
        def summed(ctx: Context, window: Window, runs: Runs) -> None:
            self.note(runs, "summed", window.sum)

        return registry(test)


@pytest.fixture
def code() -> Code:
    """Return the code before it is mended."""
    return Code()


@pytest.fixture
def driver(code: Code) -> Driver:
    """Return its machine, with a device that reports each minute."""
    driver = Driver(code.registry())
    driver.at(0, card("a"))
    return driver


def runs(driver: Driver, key: str = "a") -> list[tuple[str, float]]:
    """Return what ran for a device."""
    return driver.state(Runs, f"test.Runs|{key}").runs


def letters(driver: Driver) -> list[tuple[int, str]]:
    """Return the letters that are kept: ordinal and handler."""
    kept = [raw for (table, _), raw in sorted(driver.kept.items()) if table == "letters"]
    found = [msgspec.json.decode(raw, type=DeadLetter) for raw in kept]
    return [(int(each.position.rpartition("/")[2]), each.handler) for each in found]


def redrive(driver: Driver, seconds: float, event: Event | None = None) -> None:
    """Let all letters come again, with the event that stands at their place in the log."""
    event = event or Event("tick", "/hub/ingest", TICK)
    for ordinal, handler in dict.fromkeys(letters(driver)):
        driver.at(seconds, Redrive(handler, ordinal, ordinal).mark(event))


def say(seconds: float, value: int, device: str = "a") -> Event:
    """Return a device's reading."""
    return reading(device, {"value": value}, said=seconds)


def test_what_held_is_told_although_a_tick_stands_at_its_place(driver: Driver, code: Code) -> None:
    """The timer fired at a tick: the last reading is given, the letter is gone, and only once."""
    driver.at(1, say(1, 12))
    driver.tick(40)
    assert [handler for _, handler in letters(driver)] == ["test.high"]
    assert runs(driver) == []
    code.fixed = True
    driver.restart()
    redrive(driver, 41)
    assert runs(driver) == [("high", 12)]
    assert letters(driver) == []
    assert [cell for cell in driver.kept if cell[0] == "reruns"] == []
    again = Redrive("test.high", 3, 3).mark(Event("tick", "/hub/ingest", TICK))
    driver.at(42, again)
    assert runs(driver) == [("high", 12)]
    assert driver.counter("redriven-before") == 1


def test_what_holds_no_more_is_not_told(driver: Driver, code: Code) -> None:
    """Told now, it would stand for ever: what ends it has run. It is counted."""
    driver.at(1, say(1, 12))
    driver.tick(40)
    code.fixed = True
    driver.at(50, say(50, 1))
    redrive(driver, 51)
    assert runs(driver) == [("low", 1)]
    assert driver.counter("redriven-late|handler=test.high") == 1
    assert letters(driver) == []


def test_the_end_of_what_held_is_told(driver: Driver, code: Code) -> None:
    """It failed on the reading itself: the order of the letters is the order of the runs."""
    driver.at(1, say(1, 12))
    driver.tick(40)
    driver.at(50, last := say(50, 1))
    code.fixed = True
    redrive(driver, 51, last)
    assert runs(driver) == [("low", 1)]


def test_silence_and_its_end(driver: Driver, code: Code) -> None:
    """Each as long as it is true."""
    driver.at(1, say(1, 2))
    driver.tick(302)
    code.fixed = True
    redrive(driver, 303)
    assert runs(driver) == [("quiet", 2)]
    code.fixed = False
    driver.at(304, last := say(304, 3))
    assert [handler for _, handler in letters(driver)] == ["test.back"]
    code.fixed = True
    redrive(driver, 305, last)
    assert runs(driver) == [("quiet", 2), ("back", 3)]


def test_a_window_comes_again_whole(driver: Driver, code: Code) -> None:
    """What was in it is no longer in the rule's memory."""
    for minute in range(4):
        driver.at(60 * minute, say(60 * minute, 2))
    driver.tick(601)
    code.fixed = True
    redrive(driver, 700)
    assert ("summed", 8.0) in runs(driver)


def test_all_keys_that_failed_at_one_place_come_again(driver: Driver, code: Code) -> None:
    """Two timers that fired at one tick have two letters of one handler."""
    driver.at(0, card("b"))
    driver.at(1, say(1, 12), say(1, 13, "b"))
    driver.tick(40)
    assert [handler for _, handler in letters(driver)] == ["test.high", "test.high"]
    code.fixed = True
    redrive(driver, 41)
    assert (runs(driver), runs(driver, "b")) == ([("high", 12)], [("high", 13)])
    assert driver.counter("redriven") == 2


def test_what_fails_again_is_a_letter_again(driver: Driver, code: Code) -> None:
    """At its new place, and it can come again from there."""
    driver.at(1, say(1, 12))
    driver.tick(40)
    redrive(driver, 41)
    assert letters(driver) == [(4, "test.high")]
    code.fixed = True
    redrive(driver, 42)
    assert runs(driver) == [("high", 12)]


def test_the_hub_is_not_deaf_twice(driver: Driver, code: Code) -> None:
    """The entry at which a timer fired comes again for the one that failed, and means no more."""
    driver.at(1, say(1, 12))
    driver.at(40, word := listening(hearing=False, since=39))
    driver.at(41, listening(hearing=True, since=39))
    assert [handler for _, handler in letters(driver)] == ["test.high"]
    code.fixed = True
    redrive(driver, 42, word)
    driver.at(43, say(43, 1))
    driver.at(44, say(44, 13))
    driver.tick(80)  # a deaf hub would count no seconds
    assert runs(driver) == [("high", 12), ("low", 1), ("high", 13)]
