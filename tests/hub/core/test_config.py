"""Configuration: typed, apart from code, changed by an action in the log."""

from typing import Any

import msgspec
import pytest
from msgspec import field

from hub.core.configs import Configs
from hub.core.errors import BadScenario
from hub.core.store import Store
from hub.model.action import Action, Result
from hub.model.event import ACTION, CONFIGURED, Event
from hub.model.output import Forward
from hub.sdk import Config, Context, Payload, Scenario
from hub.sdk.testing import Kit
from hub.sdk.testing.errors import KitError
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A number."""

    value: int


class Limits(Config, frozen=True):
    """When it is too much."""

    high: int = 10
    low: int = 5
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.low > self.high:
            words = f"low {self.low} is above high {self.high}"
            raise ValueError(words)


def scenario(config: type[Config] | None = Limits) -> Scenario:
    """Return a scenario that counts readings above its limit."""
    test = Scenario("test", title="测试", title_en="Test", description="", config=config)
    if config is Limits:

        @test.on("city.test.value")
        def take(ctx: Context, said: Value, limits: Limits) -> None:
            ctx.count("high" if said.value >= limits.high else "low")

    return test


def configure(key: str, values: dict[str, Any], target: str = "test") -> Event:
    """Return an operator's action."""
    action = Action(key, "configure", target, 0, "operator", "", values=values)
    return Event(key, "/hub/operator", ACTION, msgspec.json.encode(action))


def test_a_change_counts_from_its_place_in_the_log_on() -> None:
    """Also after a restart; every partition is told."""
    driver = Driver(registry(scenario()), partition="city")
    driver.at(1, reading("a", {"value": 12}, id="1"))
    driver.at(2, configure("k", {"high": 20}))
    driver.at(3, reading("a", {"value": 12}, id="2"))
    driver.restart()
    driver.at(4, reading("a", {"value": 12}, id="3"))
    driver.at(5, reading("a", {"value": 20}, id="4"))
    assert (driver.counter("test.high"), driver.counter("test.low")) == (2, 2)
    assert driver.answer("k").outcome == Result.DONE
    (told,) = [each for each in driver.of(Forward) if each.event.type == CONFIGURED]
    other = Driver(registry(scenario()), partition=told.partition)
    other.at(1, told.event, reading("a", {"value": 12}, id="1"))
    assert other.counter("test.low") == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"high": "20"}, "Expected `int`, got `str`"),
        ({"heigh": 20}, "'heigh' is none of high, low, names"),
        ({"low": 11}, "low 11 is above high 10"),
        ({"names": [1]}, "$.names"),
    ],
    ids=str,
)
def test_what_it_does_not_take_is_refused_with_the_reason(values: dict[str, Any], why: str) -> None:
    """Nothing of it counts, and nobody else is told."""
    driver = Driver(registry(scenario()), partition="city")
    driver.at(1, configure("k", values))
    outcome = driver.answer("k")
    assert outcome.outcome == Result.REFUSED
    assert why in outcome.reason
    assert driver.of(Forward) == []
    driver.at(2, reading("a", {"value": 10}))
    assert driver.counter("test.high") == 1


def test_changes_add_up() -> None:
    """Each keeps what the others changed; the stored form holds only what differs."""
    driver = Driver(registry(scenario()), partition="city")
    driver.at(1, configure("1", {"high": 30}), configure("2", {"low": 25}))
    assert driver.kept["configs", "test"] == b'{"high":30,"low":25}'
    driver.at(2, configure("3", {"high": 20}))
    assert driver.answer("3").outcome == Result.REFUSED


@pytest.mark.parametrize("target", ["nobody", "plain"])
def test_who_has_no_configuration_cannot_be_configured(target: str) -> None:
    """The answer says so."""
    plain = Scenario("plain", title="测试", title_en="Test", description="")
    driver = Driver(registry(plain), partition="city")
    driver.at(1, configure("k", {}, target))
    assert driver.answer("k").outcome == Result.REFUSED


def test_code_that_does_not_take_what_is_configured_is_refused_when_it_is_loaded() -> None:
    """The error names the scenario, the value and the remedy."""

    class Words(Config, frozen=True):
        high: str = ""

    store = Store({("configs", "test"): b'{"high":30}'})
    with pytest.raises(BadScenario, match=r"test: .*Words.*Expected `str`, got `int`"):
        Configs(store, [scenario(Words).declaration()])


def test_a_configuration_begins_with_its_defaults() -> None:
    """A field without one is told when it is declared; so is another scenario's type."""

    class Needy(Config, frozen=True):
        high: int

    class Other(Config, frozen=True):
        names: list[str] = field(default_factory=list)

    with pytest.raises(BadScenario, match="Needy cannot begin empty"):
        scenario(Needy)
    test = scenario()
    with pytest.raises(BadScenario, match="Other, the scenario's is Limits"):

        @test.on("city.test.value")
        def take(limits: Other) -> None: ...


def test_the_kit_configures() -> None:
    """At its beginning and later; what is not taken is the test's mistake."""
    kit = Kit(scenario(), config={"high": 20})
    kit.send("city/210103/test/a/value", {"value": 12})
    kit.configure(high=12)
    kit.send("city/210103/test/a/value", {"value": 12})
    assert (kit.counters["test.low"], kit.counters["test.high"]) == (1, 1)
    with pytest.raises(KitError, match="'heigh' is none of"):
        kit.configure(heigh=1)
