"""Injection by annotation, and each mistake told when the scenario is loaded."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.core.errors import BadScenario
from hub.core.handler import Role
from hub.sdk import Ack, Context, Payload, Scenario, Silence, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A payload."""

    value: int


class Memory(State):
    """A state."""

    count: int = 0


class Needy(State):
    """A state that cannot begin empty."""

    count: int


@pytest.fixture
def test() -> Scenario:
    """Return an empty scenario."""
    return Scenario("test", title="测试", title_en="Test", description="")


ORDERS: list[tuple[Callable[..., None], tuple[Role, ...]]] = []


def _order(*roles: Role) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def note(function: Callable[..., None]) -> Callable[..., None]:
        ORDERS.append((function, roles))
        return function

    return note


@_order(Role.CONTEXT, Role.PAYLOAD, Role.STATE)
def _all(ctx: Context, said: Value, memory: Memory) -> None: ...


@_order(Role.STATE, Role.PAYLOAD, Role.CONTEXT)
def _reversed(a: Memory, b: Value, c: Context) -> None: ...


@_order(Role.STATE)
def _state_only(anything: Memory) -> None: ...


@_order()
def _nothing() -> None: ...


@_order(Role.PAYLOAD)
def _ack(said: Ack) -> None: ...


@_order(Role.PAYLOAD)
def _silence(said: Silence) -> None: ...


@_order(Role.CONTEXT)
def _text(ctx: "Context") -> None: ...


@pytest.mark.parametrize(("function", "roles"), ORDERS, ids=lambda x: getattr(x, "__name__", ""))
def test_annotations_decide_what_a_function_is_given(
    test: Scenario, function: Callable[..., None], roles: tuple[Role, ...]
) -> None:
    """By type, in any order, whatever the names; annotations may be strings."""
    test.on("city.test.value")(function)
    assert test.declaration().handlers[0].roles == roles


def test_each_parameter_gets_its_own(test: Scenario) -> None:
    """The payload is the checked message, the state the key's own, the context of this event."""
    seen: list[object] = []

    @test.on("city.test.value")
    def handler(memory: Memory, said: Value, ctx: Context) -> None:
        memory.count += said.value
        seen.extend([memory.count, said, ctx.key, ctx.district])

    driver = Driver(registry(test))
    driver.at(1, reading("a", {"value": 2}, id="1"), reading("a", {"value": 3}, id="2"))
    assert seen == [2, Value(2), "a", "210103", 5, Value(3), "a", "210103"]


def unannotated(ctx, said: Value) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001, D103
def wrong_type(count: int) -> None: ...  # noqa: D103
def struct_class(said: Payload | None) -> None: ...  # noqa: D103
def needy(state: Needy) -> None: ...  # noqa: D103
def two_payloads(one: Value, two: Ack) -> None: ...  # noqa: D103
def two_contexts(one: Context, two: Context) -> None: ...  # noqa: D103
def any_type(said: Any) -> None: ...  # noqa: D103
def starred(*said: Value) -> None: ...  # noqa: D103
def unknown_name(said: "Nowhere") -> None: ...  # type: ignore[name-defined]  # noqa: D103, F821
async def asynchronous(ctx: Context) -> None: ...  # noqa: D103


def generator(ctx: Context) -> Any:  # noqa: D103
    yield ctx


MISTAKES: list[tuple[Callable[..., Any], str]] = [
    (unannotated, "'ctx'"),
    (wrong_type, "'count'"),
    (struct_class, "'said'"),
    (needy, "Needy"),
    (two_payloads, "payload"),
    (two_contexts, "context"),
    (any_type, "'said'"),
    (starred, "said"),
    (unknown_name, "Nowhere"),
    (asynchronous, "async"),
    (generator, "generator"),
]


@pytest.mark.parametrize(("function", "named"), MISTAKES, ids=lambda x: getattr(x, "__name__", ""))
def test_a_mistake_names_file_handler_and_remedy(
    test: Scenario, function: Callable[..., Any], named: str
) -> None:
    """Found when it is loaded, not when the first event comes."""
    with pytest.raises(BadScenario) as caught:
        test.on("city.test.value")(function)
    assert f"test.{function.__name__}" in caught.value.where
    assert "test_scenario.py" in caught.value.where
    assert named in caught.value.problem
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("name", ["", "Parking", "1a", "a b", "a.b", "停车", "a" * 33, "a|b"])
def test_a_name_is_a_name(name: str) -> None:
    """It stands in ids, topics and keys."""
    with pytest.raises(BadScenario):
        Scenario(name, title="", title_en="", description="")


def test_the_declaration_describes_itself(test: Scenario) -> None:
    """As `/api/scenarios` shows it: handlers with what starts them, layers, tiles."""
    layer = test.layer("thing", "物", "Things", data=Value, fields=())
    test.tile("all", "全部", "All", layer, "share", levels=())

    @test.on("city.test.value")
    def take(said: Value) -> None: ...

    @test.timer("later")
    def later(ctx: Context) -> None: ...

    shown = test.declaration().describe()
    assert shown["handlers"] == [
        {"name": "take", "on": "city.test.value"},
        {"name": "later", "on": "timer later"},
    ]
    assert shown["layers"] == [
        {"name": "test.thing", "title": "物", "title_en": "Things", "geometry": "point",
         "symbol": "dot", "levels": [], "fields": [], "charts": []}
    ]  # fmt: skip
    assert shown["tiles"] == [
        {"name": "test.all", "title": "全部", "title_en": "All", "unit": "", "layer": "test.thing",
         "format": "percent", "above": None, "below": None}
    ]  # fmt: skip
