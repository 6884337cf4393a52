"""The registry holds all declarations to each other when they are loaded."""

from collections.abc import Callable
from typing import Any

import pytest

from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.sdk import Ack, Context, Field, Payload, Scenario, Silence, State
from tests.support.machine import Driver, card, registry


class One(Payload, frozen=True):
    """A payload."""

    value: int


def empty(name: str = "test") -> Scenario:
    """Return a scenario without anything."""
    return Scenario(name, title="测试", title_en="Test", description="")


def loaded(test: Scenario, declare: Callable[[Scenario], None]) -> Registry:
    """Return the registry of a scenario with this declaration."""
    declare(test)
    return registry(test)


def unknown_field(test: Scenario) -> None:
    """Declare a layer with a column that its data does not have."""
    test.layer("thing", "物", "Things", data=One, fields=(Field("nothing", "无", "Nothing"),))


def two_states(test: Scenario) -> None:
    """Declare two states of one name: they would share their cells."""

    def named() -> type[State]:
        class Same(State):
            count: int = 0

        return Same

    def one(memory: Any) -> None: ...

    def two(memory: Any) -> None: ...

    for function in (one, two):
        function.__annotations__["memory"] = named()
        test.on("city.test.value")(function)


def layer_twice(test: Scenario) -> None:
    """Declare a layer twice."""
    test.layer("thing", "物", "Things", data=One, fields=())
    test.layer("thing", "物", "Things", data=One, fields=())


def tile_twice(test: Scenario) -> None:
    """Declare a tile twice."""
    layer = test.layer("thing", "物", "Things", data=One, fields=(Field("value", "值", "Value"),))
    test.tile("all", "全部", "All", layer, "sum", field="value")
    test.tile("all", "全部", "All", layer, "sum", field="value")


def tile_of_unknown_field(test: Scenario) -> None:
    """Declare a tile over a field that the layer's data does not have."""
    layer = test.layer("thing", "物", "Things", data=One, fields=())
    test.tile("all", "全部", "All", layer, "sum", field="nothing")


def tile_of_unknown_level(test: Scenario) -> None:
    """Declare a tile over a level that the layer does not have."""
    layer = test.layer("thing", "物", "Things", data=One, fields=())
    test.tile("all", "全部", "All", layer, "count", levels=("nothing",))


def timer_twice(test: Scenario) -> None:
    """Declare two handlers of one timer: only one could run."""

    @test.timer("x")
    def one(ctx: Context) -> None: ...

    @test.timer("x")
    def two(ctx: Context) -> None: ...


def handler_twice(test: Scenario) -> None:
    """Declare two handlers of one name: their commands would have the same ids."""

    def same(ctx: Context) -> None: ...

    test.on("city.test.value")(same)
    test.on("city.test.value")(same)


def alert_twice(test: Scenario) -> None:
    """Declare a kind of alert twice."""
    test.alert("full", "满")
    test.alert("full", "满位")


@pytest.mark.parametrize(
    "declare",
    [
        unknown_field, two_states, layer_twice, tile_twice, tile_of_unknown_field,
        tile_of_unknown_level, timer_twice, handler_twice, alert_twice,
    ],
    ids=lambda declare: declare.__name__,
)  # fmt: skip
def test_what_does_not_fit_is_refused_when_it_is_loaded(
    declare: Callable[[Scenario], None],
) -> None:
    """The error says where, what, and what to do; nothing of it waits for the first event."""
    test = empty()
    with pytest.raises(BadScenario) as caught:
        loaded(test, declare)
    assert "test" in caught.value.where
    assert caught.value.problem
    assert caught.value.remedy
    assert (
        str(caught.value) == f"{caught.value.where}: {caught.value.problem}. {caught.value.remedy}"
    )


def two_names() -> list[Scenario]:
    """Return two scenarios of one name."""
    return [empty(), empty()]


@pytest.mark.parametrize("scenarios", [two_names(), [empty("hub")], [empty("tile")]])
def test_a_name_is_taken_once(scenarios: list[Scenario]) -> None:
    """The hub's own names and another scenario's are refused."""
    with pytest.raises(BadScenario, match="taken"):
        registry(*scenarios)


def test_the_order_of_loading_does_not_matter() -> None:
    """Handlers run in order of scenario name, then of writing."""
    first, second = empty("first"), empty("second")
    for scenario in (first, second):
        for name in ("z", "a"):

            def function(ctx: Context) -> None: ...

            function.__name__ = name
            scenario.on("city.test.value")(function)
    orders = [
        [handler.title for handler in registry(*pair).on("city.test.value")]
        for pair in ((first, second), (second, first))
    ]
    assert orders[0] == orders[1] == ["first.z", "first.a", "second.z", "second.a"]


def card_as_payload(test: Scenario) -> None:
    """Read cards as something else."""

    @test.on_card("Thing")
    def found(said: One) -> None: ...


def silence_as_answer(test: Scenario) -> None:
    """Read a silence as an answer."""

    @test.on_stale("Thing")
    def silent(said: Ack) -> None: ...


def answer_as_silence(test: Scenario) -> None:
    """Read an answer as a silence."""

    @test.on_answer
    def answered(said: Silence) -> None: ...


def timer_with_payload(test: Scenario) -> None:
    """Give a timer a payload: it has none."""

    @test.timer("x")
    def over(said: One) -> None: ...


def hub_event(test: Scenario) -> None:
    """Read the hub's own events with a schema of one's own."""

    @test.on("hub.device.status")
    def status(said: One) -> None: ...


@pytest.mark.parametrize(
    "declare",
    [card_as_payload, silence_as_answer, answer_as_silence, timer_with_payload, hub_event],
    ids=lambda declare: declare.__name__,
)
def test_a_wrong_payload_for_the_hubs_own_events_is_refused(
    declare: Callable[[Scenario], None],
) -> None:
    """One scenario's mistake must not make all cards, silences or answers unreadable."""
    test = empty()
    with pytest.raises(BadScenario):
        loaded(test, declare)


def test_a_wrong_payload_does_not_cost_the_city_its_cards() -> None:
    """Whatever a scenario declares, devices are registered by their cards."""
    test = empty()
    try:
        card_as_payload(test)
        driver = Driver(registry(test))
    except BadScenario:
        driver = Driver(Registry([]))
    driver.at(1, card("a"))
    assert driver.device("/test/a").registered


def test_an_unchanged_card_runs_no_handler() -> None:
    """Retained cards come again with each start of ingest: `on_card` runs on what is new."""
    test = empty()

    counted: list[str] = []

    @test.on_card("Thing")
    def found(ctx: Context) -> None:
        counted.append(ctx.key)

    driver = Driver(registry(test))
    driver.at(1, card("a"))
    driver.at(2, card("a"))
    driver.at(3, card("a", period=30))
    assert counted == ["a", "a"]
    assert driver.counter("cards") == 2
