"""Handlers: what one does counts as a whole or not at all, and the others never notice."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import field

from hub.core.changes import Cell
from hub.core.declaration import Layer
from hub.model.alert import Level
from hub.model.output import Downlink, Forward, Letter, Shown
from hub.sdk import SECOND, Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry

ROOT = Path(__file__).resolve().parents[3]


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Sum(State):
    """What a handler counts."""

    total: int = 0
    items: list[int] = field(default_factory=list)
    anything: Any = None


class View(Payload, frozen=True):
    """What is shown."""

    value: Any


Act = Callable[[Context, Sum, Layer], None]


def scenario(act: Act, key: Callable[[Value], Any] | None = None) -> Scenario:
    """Return a scenario of two handlers: a first that does ``act``, and a good one after it."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer("thing", "物", "Things", data=View, fields=())
    test.alert("full", "满")

    @test.on("city.test.value", key=key)
    def first(ctx: Context, said: Value, state: Sum) -> None:
        state.total += said.value
        state.items.append(said.value)
        act(ctx, state, layer)

    @test.on("city.test.value", key=lambda _: "good")
    def second(ctx: Context, said: Value, state: Sum) -> None:
        state.total += said.value
        ctx.show(layer, "good", "good", View(state.total))

    return test


def total(driver: Driver, key: str) -> int | None:
    """Return the total under a key; None when there is no state."""
    raw = driver.kept.get(("state", f"test.Sum|{key}"))
    return None if raw is None else msgspec.msgpack.decode(raw, type=Sum).total


def everything_then_raise(ctx: Context, state: Sum, layer: Layer) -> None:
    """Do all that a handler can do, then fail on values above 1."""
    ctx.start("later", 5 * SECOND)
    ctx.show(layer, "first", "first", View(state.total))
    ctx.raise_alert("full", "here", Level.RED, "full")
    ctx.emit("test.other", View(1))
    ctx.command("do", district="210103", domain="test", device="a", data=View(1), expires=SECOND)
    if state.items[-1] > 1:
        raise KeyError("nothing there")


def made(driver: Driver) -> dict[Cell, bytes]:
    """Return the states and timers of the first handler."""
    return {
        (table, name): raw
        for (table, name), raw in driver.kept.items()
        if table == "timers" or name == "test.Sum|a"
    }


def test_a_handler_that_raises_is_rolled_back_completely() -> None:
    """State, timers, entities, alerts, derived events and commands: nothing of it remains."""
    driver = Driver(registry(scenario(everything_then_raise)))
    driver.at(1, reading("a", {"value": 1}))
    before = made(driver)
    outputs = driver.at(2, reading("a", {"value": 2}, id="2"))
    assert total(driver, "a") == 1
    assert total(driver, "good") == 3
    after = made(driver)
    assert after == before
    assert [type(output) for output in outputs] == [Letter, Shown]


def test_the_next_event_finds_the_state_as_it_was() -> None:
    """A mutated object of a failed handler is not seen again, not even without a restart."""
    driver = Driver(registry(scenario(everything_then_raise)))
    for number, value in enumerate((1, 5, 1, 7, 1)):
        driver.at(number, reading("a", {"value": value}, id=str(number)))
    assert total(driver, "a") == 3
    assert total(driver, "good") == 15
    assert len(driver.letters()) == 2


def test_a_failure_is_a_dead_letter_with_its_trace() -> None:
    """Handler, reason, original and the traceback; no path of the machine in it."""
    driver = Driver(registry(scenario(everything_then_raise)))
    driver.at(1, reading("a", {"value": 2}))
    (letter,) = driver.letters()
    assert (letter.reason, letter.handler) == ("handler-error", "test.first")
    assert letter.topic == "city/210103/test/a/value"
    assert msgspec.json.decode(letter.original) == {"value": 2}
    assert letter.detail.startswith("KeyError: 'nothing there'")
    assert "core/test_handlers.py:" in letter.detail
    assert "in everything_then_raise" in letter.detail
    assert str(ROOT) not in letter.detail
    assert " /" not in letter.detail
    assert driver.counter("rejected|reason=handler-error") == 1


def test_data_that_does_not_fit_its_schema_is_a_dead_letter() -> None:
    """The schema of the data is checked once, before any handler; the reason says where."""
    driver = Driver(registry(scenario(lambda *_: None)))
    wrong: list[object] = [{"value": "x"}, {}, [], 7, None, {"value": 1.5}]
    for number, data in enumerate(wrong):
        driver.at(number, reading("a", data, id=str(number)))
    assert [letter.reason for letter in driver.letters()] == ["schema"] * 6
    assert "$.value" in driver.letters()[0].detail
    assert total(driver, "a") is None
    driver.at(9, reading("a", {"value": 1, "unknown": 2}, id="9"))
    assert total(driver, "a") == 1


class Nasty(Exception):
    """An error that cannot even be written."""

    def __str__(self) -> str:
        raise ValueError("no words")


def fail_without_words(*_: object) -> None:
    """Raise an error whose text cannot be had."""
    raise Nasty


def fail_at_length(*_: object) -> None:
    """Raise an error with a very long text."""
    raise ValueError("x" * 10_000_000)


def endless(*_: object) -> None:
    """Call itself for ever."""
    endless()


def rubbish_state(_: Context, state: Sum, __: Layer) -> None:
    """Leave in the state what cannot be stored."""
    state.anything = object()


def huge_state(_: Context, state: Sum, __: Layer) -> None:
    """Leave in the state a number that msgpack does not know."""
    state.total = 2**80


def rubbish_view(ctx: Context, _: Sum, layer: Layer) -> None:
    """Show what cannot be written as JSON."""
    ctx.show(layer, "x", "x", View(object()))


def surrogate(ctx: Context, _: Sum, layer: Layer) -> None:
    """Show a title that is no UTF-8."""
    ctx.show(layer, "x", "\ud800", View(1))


def surrogate_alert(ctx: Context, _: Sum, __: Layer) -> None:
    """Raise an alert whose title is no UTF-8."""
    ctx.raise_alert("full", "x", Level.RED, "\ud800")


def unknown_alert(ctx: Context, _: Sum, __: Layer) -> None:
    """Raise an alert of a kind that was not declared."""
    ctx.raise_alert("nothing", "x", Level.RED, "x")


RUBBISH: list[Act] = [
    fail_without_words, fail_at_length, endless, rubbish_state, huge_state, rubbish_view,
    surrogate, surrogate_alert, unknown_alert,
]  # fmt: skip


@pytest.mark.parametrize("act", RUBBISH, ids=lambda act: act.__name__)
def test_rubbish_is_rolled_back_and_told(act: Act) -> None:
    """Whatever a handler does or leaves behind, the machine goes on and the others are served."""
    driver = Driver(registry(scenario(act)))
    driver.at(1, reading("a", {"value": 1}, id="1"))
    driver.at(2, reading("a", {"value": 1}, id="2"))
    assert [(each.reason, each.handler) for each in driver.letters()] == [
        ("handler-error", "test.first")
    ] * 2
    assert total(driver, "a") is None
    assert total(driver, "good") == 2
    assert all(len(letter.detail) < 20_000 for letter in driver.letters())
    driver.restart()
    driver.at(3, reading("a", {"value": 1}, id="3"))
    assert total(driver, "good") == 3


def raising_key(_: Value) -> str:
    """Fail in naming the state."""
    raise ZeroDivisionError


@pytest.mark.parametrize("key", [raising_key, lambda _: None, lambda _: 7, lambda _: (1, None)])
def test_a_key_function_is_a_strangers_code_too(key: Callable[[Value], Any]) -> None:
    """A key that fails or is no text dead-letters the event for that handler alone."""
    driver = Driver(registry(scenario(lambda *_: None, key)))
    driver.at(1, reading("a", {"value": 1}))
    assert [(each.reason, each.handler) for each in driver.letters()] == [
        ("handler-error", "test.first")
    ]
    assert total(driver, "good") == 1


def test_a_state_that_a_changed_scenario_cannot_read_fails_that_handler_alone() -> None:
    """A field of another type than what is stored: told, and the others go on."""
    driver = Driver(registry(scenario(lambda *_: None)))
    driver.at(1, reading("a", {"value": 1}))
    driver.kept["state", "test.Sum|a"] = msgspec.msgpack.encode({"total": "many"})
    driver.restart()
    driver.at(2, reading("a", {"value": 1}, id="2"))
    assert [each.handler for each in driver.letters()] == ["test.first"]
    assert total(driver, "good") == 2


def test_a_timer_handler_that_raises_is_rolled_back_too() -> None:
    """The timer is over; its handler's failure is a dead letter."""
    test = scenario(lambda ctx, *_: ctx.start("later", 5 * SECOND))

    @test.timer("later")
    def later(state: Sum) -> None:
        state.total = 99
        raise ValueError("no")

    driver = Driver(registry(test))
    driver.at(1, reading("a", {"value": 1}))
    driver.tick(10)
    assert [each.handler for each in driver.letters()] == ["test.later"]
    assert total(driver, "a") == 1
    driver.tick(100)
    assert len(driver.letters()) == 1


def test_one_event_may_run_a_handler_for_several_keys() -> None:
    """A key function that returns a tuple: each key has its state, each run is its own."""
    driver = Driver(registry(scenario(lambda *_: None, lambda _: ("x", "y", "x"))))
    driver.at(1, reading("a", {"value": 1}))
    assert (total(driver, "x"), total(driver, "y")) == (2, 1)


def test_the_state_of_a_device_belongs_to_the_device() -> None:
    """A device cannot reach another's state by naming it as its subject."""
    driver = Driver(registry(scenario(lambda *_: None)))
    driver.at(1, reading("a", {"value": 1}, subject="b"))
    assert (total(driver, "a"), total(driver, "b")) == (1, None)


def test_derived_events_leave_by_the_outbox_or_run_here() -> None:
    """For `city` an event is forwarded from a district; in `city` it runs at once."""
    act: Act = lambda ctx, *_: ctx.emit("test.other", View(1))  # noqa: E731 one act
    district = Driver(registry(scenario(act)))
    (forward,) = [
        each for each in district.at(1, reading("a", {"value": 1})) if isinstance(each, Forward)
    ]
    assert (forward.partition, forward.event.type) == ("city", "test.other")
    assert (forward.event.source, forward.event.subject) == ("/scenario/test", "a")
    city = Driver(registry(scenario(act)), "city")
    assert not [e for e in city.at(1, reading("a", {"value": 1})) if isinstance(e, Forward)]


def test_ids_come_from_the_position_and_the_rule() -> None:
    """The same log gives the same ids; two acts of one call differ."""

    def act(ctx: Context, _: Sum, __: Layer) -> None:
        for _number in range(2):
            ctx.emit("test.other", View(1))
            ctx.command(
                "do", district="210103", domain="t", device="a", data=View(1), expires=SECOND
            )

    runs = []
    for _ in range(2):
        driver = Driver(registry(scenario(act)))
        driver.at(1, reading("a", {"value": 1}))
        ids = [each.event.id for each in driver.of(Forward)]
        runs.append(ids + [each.id for each in driver.of(Downlink)])
    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 4
    assert runs[0][2].startswith("d1.test.")
