"""A scenario whose code is not there when a worker begins: told, left out, taken in again."""

from collections.abc import Mapping

import msgspec

from hub.core.guard import Guard, Recorded, verdicts
from hub.core.misfits import misfits
from hub.core.registry import Registry
from hub.model.action import Action, Result
from hub.model.control import Reload
from hub.model.event import ACTION, VERDICT, Event
from hub.model.output import Forward
from hub.sdk import SECOND, Config, Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Sum(State):
    """What a scenario counted."""

    total: int = 0
    fired: int = 0


class Limits(Config, frozen=True):
    """A configuration."""

    most: int = 1


def scenarios() -> Registry:
    """Return two scenarios that count; the first with a timer."""
    bad = Scenario("bad", title="坏", title_en="Bad", description="", config=Limits)
    good = Scenario("good", title="好", title_en="Good", description="")

    @bad.on("city.test.value")
    def counts(ctx: Context, said: Value, seen: Sum) -> None:
        seen.total += said.value
        ctx.start("later", 30 * SECOND)

    @bad.timer("later")
    def later(seen: Sum) -> None:
        seen.fired += 1

    @bad.on("city.test.other")
    def other(said: Value, seen: Sum) -> None:
        seen.total += said.value

    @good.on("city.test.value")
    def takes(said: Value, seen: Sum) -> None:
        seen.total += said.value

    return registry(bad, good)


class Begins(Guard):
    """Tells at the first event who is away; a reload brings the whole code."""

    def __init__(self, away: Mapping[str, str]) -> None:
        self._away: Mapping[str, str] | None = away

    def at(self, _partition: str, _ordinal: int) -> Mapping[str, str] | None:
        """Return it once."""
        away, self._away = self._away, None
        return away

    def reload(self, _what: Reload) -> Registry | None:
        """Return the code: it was mended."""
        return scenarios()


WHY = "bad/scenario.py:7: SyntaxError: no. Correct it."


def say(number: int, type_: str = "city.test.value") -> Event:
    """Return a reading of the value 1."""
    return reading("a", {"value": 1}, id=str(number), type=type_)


def act(name: str, target: str = "bad") -> Event:
    """Return the operator's action."""
    data = msgspec.json.encode(Action(name, name, target, 0, "operator", ""))
    return Event(name, "/hub/serve", ACTION, data)


def total(driver: Driver, scenario: str) -> Sum:
    """Return what a scenario counted."""
    return msgspec.msgpack.decode(driver.kept["state", f"{scenario}.Sum|a"], type=Sum)


def begun(events: list[tuple[float, Event]]) -> Driver:
    """Return a machine that is without `bad` from the second event on."""
    driver = Driver(scenarios(), "city", guard=Begins({}))
    driver.at(*events[0])
    driver._guard = Begins({"bad": WHY})
    driver.begin_again(scenarios().without({"bad"}))
    for second, event in events[1:]:
        driver.at(second, event)
    return driver


EVENTS = [
    (1.0, say(1)),
    (2.0, say(2)),
    (3.0, say(3, "city.test.other")),
    (50.0, act("release")),
    (60.0, act("reload")),
    (61.0, say(4)),
]


def test_it_is_told_and_the_others_run() -> None:
    """An alert and a row with file, line and reason; other scenarios work every event."""
    driver = begun(EVENTS[:3])
    assert total(driver, "good").total == 2
    assert total(driver, "bad").total == 1
    alert = driver.alert("hub/quarantine/bad#1")
    assert alert.cleared is None
    assert WHY in alert.text
    assert b"scenario.py:7" in bytes(driver.shown("hub.quarantine/bad@city").data)


def test_a_release_without_code_is_refused() -> None:
    """There is nothing to release: the reason says what is wrong with the code."""
    driver = begun(EVENTS[:4])
    outcome = driver.answer("release")
    assert outcome.outcome == Result.REFUSED
    assert WHY in outcome.reason


def test_a_reload_takes_it_in_with_its_state_and_timers() -> None:
    """What it counted before is there, and the timer that was due meanwhile fires now."""
    driver = begun(EVENTS)
    assert driver.answer("reload").outcome == Result.DONE
    assert (total(driver, "bad").total, total(driver, "bad").fired) == (2, 1)
    assert driver.alert("hub/quarantine/bad#1").cleared is not None


def test_a_worker_that_begins_with_mended_code_takes_it_in() -> None:
    """Without any reload."""
    driver = begun(EVENTS[:2])
    driver._guard = Begins({})
    driver.begin_again(scenarios())
    driver.at(70, say(9))
    assert total(driver, "bad").total == 2
    assert driver.alert("hub/quarantine/bad#1").cleared is not None


def test_a_replay_with_the_code_gives_the_same() -> None:
    """The verdicts in the log say from which event on it was not there, and until which."""
    driver = begun(EVENTS)
    told = [each.event for each in driver.of(Forward) if each.event.type == VERDICT]
    replayed = Driver(scenarios(), "city", guard=Recorded(verdicts(told)))
    for second, event in EVENTS:
        replayed.at(second, event)
    assert replayed.outputs == driver.outputs
    assert replayed.kept == driver.kept


def test_what_cannot_read_its_state_is_a_misfit() -> None:
    """The state's name and the field are told; the other scenario fits."""
    driver = begun(EVENTS[:1])
    broken = dict(driver.kept)
    broken["state", "bad.Sum|a"] = msgspec.msgpack.encode({"total": "many"})
    del broken["schemas", "bad.Sum"]
    found = misfits(scenarios(), broken)
    assert list(found) == ["bad"]
    assert "bad.Sum|a" in found["bad"]


def test_what_does_not_take_its_configuration_is_a_misfit() -> None:
    """It was configured to what its code no longer takes."""
    found = misfits(scenarios(), {("configs", "bad"): b'{"most":"many"}'})
    assert "Limits" in found["bad"]
    assert misfits(scenarios(), {}) == {}
