"""States with a time to live: forgotten when nobody used them for so long."""

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import BadScenario
from hub.sdk import MINUTE, Context, Duration, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry

LIVES = 8 * MINUTE


class Value(Payload, frozen=True):
    """A number."""

    value: int


class Brief(State):
    """What is forgotten."""

    TTL: ClassVar[Duration | None] = LIVES
    count: int = 0


class Lasting(State):
    """What stays for good."""

    count: int = 0


def scenario() -> Scenario:
    """Return a scenario with a state of each sort."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value")
    def brief(said: Value, memory: Brief) -> None:
        memory.count += said.value

    @test.on("city.test.value")
    def lasting(memory: Lasting) -> None:
        memory.count += 1

    @test.on("city.test.forget")
    def forget(ctx: Context) -> None:
        ctx.forget()

    return test


def states(driver: Driver) -> set[str]:
    """Return the names of the states that are kept."""
    return {name for table, name in driver.kept if table == "state"}


@settings(deadline=None)
@given(gaps=st.lists(st.integers(1, 800), min_size=1, max_size=12), restarts=st.booleans())
def test_it_lives_from_its_last_use(
    gaps: list[int],
    restarts: bool,  # noqa: FBT001 hypothesis gives arguments by name
) -> None:
    """Never forgotten before its time, and no later than an eighth of it after."""
    driver = Driver(registry(scenario()))
    second = 0
    for number, gap in enumerate(gaps):
        begun = second
        second += gap
        if number:
            for look in range(begun, second, 20):
                driver.tick(look)
                age = look - begun
                if age < 480:
                    assert "test.Brief|a" in states(driver)
                elif age >= 540:
                    assert "test.Brief|a" not in states(driver)
        driver.at(second, reading("a", {"value": 1}, id=str(number)))
        if restarts:
            driver.restart()
    driver.tick(second + 10_000)
    assert states(driver) == {"test.Lasting|a"}
    assert [cell for cell in driver.kept if cell[0] in ("touched", "timers")] == []


def test_what_is_forgotten_is_counted_and_begins_anew() -> None:
    """By type of state; the next use finds the defaults."""
    driver = Driver(registry(scenario()))
    driver.at(0, reading("a", {"value": 5}, id="1"))
    driver.tick(1_000)
    assert driver.counter("expired|state=test.Brief") == 1
    driver.at(1_001, reading("a", {"value": 1}, id="2"))
    assert driver.state(Brief, "test.Brief|a").count == 1
    assert driver.state(Lasting, "test.Lasting|a").count == 2


def test_forgetting_by_hand_leaves_no_trace() -> None:
    """The timer finds nothing and counts nothing."""
    driver = Driver(registry(scenario()))
    driver.at(0, reading("a", {"value": 5}), reading("a", {}, type="city.test.forget", id="f"))
    driver.tick(1_000)
    assert driver.counter("expired|state=test.Brief") == 0
    assert [cell for cell in driver.kept if cell[0] in ("touched", "timers", "state")] == []


def test_a_use_costs_one_write_in_an_eighth_of_the_time() -> None:
    """A busy key is not written anew with every reading."""
    driver = Driver(registry(scenario()))
    written: set[bytes] = set()
    for number in range(60):
        driver.at(number, reading("a", {"value": 0}, id=str(number)))
        written.add(driver.kept["touched", "test.Brief|a"])
    assert len(written) == 1


def test_a_time_to_live_is_a_second_or_more() -> None:
    """Told when it is loaded."""

    class Short(State):
        TTL: ClassVar[Duration | None] = 1

    test = Scenario("test", title="测试", title_en="Test", description="")
    with pytest.raises(BadScenario, match=r"Short\.TTL is 1"):

        @test.on("city.test.value")
        def take(memory: Short) -> None: ...
