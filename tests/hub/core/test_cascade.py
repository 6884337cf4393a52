"""Derived events run to completion within a partition, and a loop of them ends."""

import msgspec
import pytest

from hub.model.limits import CASCADE
from hub.sdk import Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Count(Payload, frozen=True):
    """How many more."""

    left: int


class Seen(State):
    """What was seen."""

    count: int = 0


def chain() -> Scenario:
    """Return a scenario in which each event derives the next, until none is left."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value")
    def begin(ctx: Context, said: Count) -> None:
        ctx.emit("test.next", said, district="210103")

    @test.on("test.next", key=lambda _: "all")
    def go_on(ctx: Context, said: Count, seen: Seen) -> None:
        seen.count += 1
        if said.left != 0:
            ctx.emit("test.next", Count(said.left - 1), district="210103")

    return test


def seen(driver: Driver) -> int:
    """Return how many derived events were handled."""
    raw = driver.kept.get(("state", "test.Seen|all"))
    return 0 if raw is None else msgspec.msgpack.decode(raw, type=Seen).count


@pytest.mark.parametrize(("left", "letters"), [(CASCADE - 2, 0), (CASCADE - 1, 1), (-1, 1)])
def test_a_loop_of_derived_events_ends(left: int, letters: int) -> None:
    """At most so many events come of one cause; the rest is one dead letter that says so."""
    driver = Driver(registry(chain()))
    driver.at(1, reading("a", {"left": left}))
    assert seen(driver) == CASCADE - 1
    assert [letter.reason for letter in driver.letters()] == ["cascade"] * letters


def test_the_next_cause_begins_anew() -> None:
    """What is left of a loop does not run on within the next event."""
    driver = Driver(registry(chain()))
    driver.at(1, reading("a", {"left": -1}, id="1"))
    driver.at(2, reading("a", {"left": 2}, id="2"))
    assert seen(driver) == CASCADE - 1 + 3


def test_what_a_cascade_drops_is_counted() -> None:
    """Every event that was derived and not run is told."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value")
    def many(ctx: Context, _: Count) -> None:
        for number in range(CASCADE + 9):
            ctx.emit("test.next", Count(number), district="210103")

    driver = Driver(registry(test))
    driver.at(1, reading("a", {"left": 1}))
    dropped = 10
    assert max(driver.counter("rejected|reason=cascade"), driver.counter("cascaded")) == dropped
