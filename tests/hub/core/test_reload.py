"""Reload: new code from one ordinal on, state kept; what cannot be used is refused aloud."""

import msgspec
import pytest

from hub.core.errors import BadScenario
from hub.core.guard import Guard, Recorded, verdicts
from hub.core.registry import Registry
from hub.model.action import Action, Result
from hub.model.control import Reload
from hub.model.event import ACTION, RELOAD, VERDICT, Event
from hub.model.output import Forward
from hub.sdk import Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


def old() -> Registry:
    """Return code that adds."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    class Sum(State):
        total: int = 0

    @test.on("city.test.value")
    def count(said: Value, state: Sum) -> None:
        state.total += said.value

    return registry(test)


def new(field: type = int) -> Registry:
    """Return code that counts a hundredfold, and remembers one thing more."""
    test = Scenario("test", title="测试二", title_en="Test", description="")
    Sum = msgspec.defstruct(  # noqa: N806 a class
        "Sum", [("total", field, 0), ("more", int, 7)], bases=(State,)
    )

    def count(said: Value, state: object) -> None:
        state.total += 100 * said.value  # type: ignore[attr-defined]  # made just above

    count.__annotations__["state"] = Sum
    test.on("city.test.value")(count)
    return registry(test)


class Edge(Guard):
    """Gives new code, or refuses it."""

    def __init__(self, given: Registry | BadScenario) -> None:
        self._given = given

    def reload(self, what: Reload) -> Registry | None:
        """Return the code, or raise."""
        assert what.scenario == "test"
        if isinstance(self._given, BadScenario):
            raise self._given
        return self._given


BROKEN = BadScenario("scenario.py:7", "SyntaxError: no", "Correct it.")


def say(number: int) -> Event:
    """Return a reading of the value 1."""
    return reading("a", {"value": 1}, id=str(number))


def act(name: str = "reload", target: str = "test") -> Event:
    """Return the operator's action."""
    data = msgspec.json.encode(Action("k1", name, target, 0, "operator", ""))
    return Event("k1", "/hub/serve", ACTION, data)


def total(driver: Driver) -> int:
    """Return what the scenario counted."""
    return int(msgspec.msgpack.decode(driver.kept["state", "test.Sum|a"])["total"])


def test_new_code_goes_on_with_the_old_state() -> None:
    """From the action's ordinal on, in `city`, and everywhere else by a forwarded event."""
    driver = Driver(old(), "city", guard=Edge(new()))
    driver.at(1, say(1), act(), say(2))
    assert total(driver) == 101
    assert driver.answer("k1").outcome == Result.DONE
    (sent,) = [each for each in driver.of(Forward) if each.event.type == RELOAD]
    assert sent.partition == "d1"
    assert driver.shown("hub.scenario/test").title == "测试二"
    district = Driver(old(), guard=Edge(new()))
    district.at(1, say(1), sent.event, say(2))
    assert total(district) == 101


def test_bad_code_is_refused_and_the_old_goes_on() -> None:
    """The operator reads file, line and remedy; a replay without the file gives the same."""
    driver = Driver(old(), "city", guard=Edge(BROKEN))
    events = (say(1), act(), say(2))
    driver.at(1, *events)
    assert total(driver) == 2
    outcome = driver.answer("k1")
    assert (outcome.outcome, outcome.reason) == (Result.REFUSED, str(BROKEN))
    told = [each.event for each in driver.of(Forward) if each.event.type == VERDICT]
    replayed = Driver(old(), "city", guard=Recorded(verdicts(told)))
    replayed.at(1, *events)
    assert replayed.outputs == driver.outputs
    assert replayed.kept == driver.kept


def test_code_that_cannot_read_the_state_is_refused() -> None:
    """Checked before anything is exchanged: the message names the state and the field."""
    driver = Driver(old(), "city", guard=Edge(new(str)))
    driver.at(1, say(1), act(), say(2))
    assert total(driver) == 2
    assert "test.Sum|a" in driver.answer("k1").reason
    assert "$.total" in driver.answer("k1").reason


def test_in_a_district_a_refusal_is_a_letter() -> None:
    """`city` loaded it and this process could not: nobody is left to answer, so it is told."""
    driver = Driver(old(), guard=Edge(BROKEN))
    data = msgspec.json.encode(Reload("test", "k1"))
    driver.at(1, say(1), Event("k1", "/hub/core", RELOAD, data), say(2))
    assert total(driver) == 2
    assert [each.reason for each in driver.letters()] == ["reload"]


@pytest.mark.parametrize("name", ["release", "redrive"])
def test_of_an_unknown_scenario_is_refused(name: str) -> None:
    """Whoever mistypes a name is told so."""
    driver = Driver(old(), "city")
    driver.at(1, act(name, "tset"))
    assert driver.answer("k1").outcome == Result.REFUSED
    assert "tset" in driver.answer("k1").reason
