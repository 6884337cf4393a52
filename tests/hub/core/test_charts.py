"""Charts: means of what was shown, in a bounded number of points."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.charts import POINTS, Trace
from hub.core.errors import BadScenario
from hub.model.event import CARD, Event
from hub.sdk import HOUR, SECOND, Chart, Context, Field, Payload, Scenario
from tests.support.machine import Driver, card, reading, registry
from tests.support.stepping import second

SPAN = 96 * 60
"""A minute a point."""


class View(Payload, frozen=True):
    """What is shown."""

    a: float | None = None
    b: int = 0
    word: str = ""


def scenario(*charts: Chart) -> Scenario:
    """Return a scenario that shows its readings as they are."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer(
        "thing", "物", "Things", data=View, fields=(Field("b", "数", "Number"),), charts=charts
    )

    @test.on("city.test.value")
    def show(ctx: Context, said: View) -> None:
        if said.word == "hide":
            ctx.hide(layer, ctx.key)
        else:
            ctx.show(layer, ctx.key, ctx.key, said, stale=said.word == "stale")

    return test


DAY_CHART = Chart("day", "一日", "A day", fields=("a", "b"), span=SPAN * SECOND)


def trace(driver: Driver) -> dict[str, list[tuple[int, float]]]:
    """Return the lines of entity `a`: (second, mean)."""
    raw = driver.kept.get(("charts", "test.thing/a"))
    lines = {} if raw is None else msgspec.msgpack.decode(raw, type=Trace).lines
    return {name: [(second(p.start), p.mean) for p in line] for name, line in lines.items()}


@settings(deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 3_000), st.none() | st.integers(-9, 9)), min_size=1, max_size=25
    ),
    restarts=st.booleans(),
)
def test_a_line_is_the_means_of_what_was_shown(
    steps: list[tuple[int, int | None]],
    restarts: bool,  # noqa: FBT001 hypothesis gives arguments by name
) -> None:
    """Against a list of all that was shown; what is unknown is no point."""
    driver = Driver(registry(scenario(DAY_CHART)))
    now, said = 0, list[tuple[int, int]]()
    for number, (gap, value) in enumerate(steps):
        now += gap
        driver.at(now, reading("a", {"a": value}, id=str(number)))
        if value is not None:
            said.append((now, value))
        if restarts:
            driver.restart()
    newest = max((at for at, _ in said), default=0)
    points: dict[int, list[int]] = {}
    for at, value in said:
        if at - at % 60 >= newest - SPAN - 60:
            points.setdefault(at - at % 60, []).append(value)
    expected = [(start, sum(values) / len(values)) for start, values in sorted(points.items())]
    assert trace(driver).get("day.a", []) == expected


def test_what_an_entity_costs_is_bounded() -> None:
    """However long it is shown."""
    driver = Driver(registry(scenario(DAY_CHART)))
    for number in range(3 * POINTS):
        driver.at(60 * number, reading("a", {"a": 1.5, "b": 2}, id=str(number)))
    assert {len(line) for line in trace(driver).values()} == {POINTS + 2}


def test_what_is_hidden_or_gone_has_no_chart() -> None:
    """And what is stale by itself adds no point."""
    driver = Driver(registry(scenario(DAY_CHART)))
    driver.at(0, card("a"))
    driver.at(1, reading("a", {"a": 1}, id="1"))
    driver.at(61, reading("a", {"a": 2, "word": "stale"}, id="2"))
    assert trace(driver)["day.a"] == [(0, 1)]
    driver.at(70, reading("a", {"word": "hide"}, id="3"))
    assert trace(driver) == {}
    driver.at(80, reading("a", {"a": 1}, id="4"))
    driver.at(90, Event("gone", "/test/a", CARD, district="210103"))
    assert trace(driver) == {}


def test_a_layer_without_charts_keeps_none() -> None:
    """It pays nothing."""
    driver = Driver(registry(scenario()))
    driver.at(1, reading("a", {"a": 1}))
    assert trace(driver) == {}


BAD = [
    Chart("x", "图", "Chart", fields=()),
    Chart("x", "图", "Chart", fields=("nothing",)),
    Chart("x", "图", "Chart", fields=("word",)),
    Chart("x", "图", "Chart", fields=("a", "b", "a", "b", "a")),
    Chart("x", "图", "Chart", fields=("a",), span=SECOND),
    Chart("x", "图", "Chart", fields=("a",), span=24 * 32 * HOUR),
]


@pytest.mark.parametrize("chart", BAD)
def test_a_chart_that_cannot_be_drawn_is_refused(chart: Chart) -> None:
    """The error names layer, chart and remedy."""
    with pytest.raises(BadScenario, match=r"test\.thing") as caught:
        registry(scenario(chart))
    assert "'x'" in caught.value.problem
    assert caught.value.remedy


def test_two_charts_have_two_names() -> None:
    """Their lines would be mixed."""
    with pytest.raises(BadScenario, match="declared twice"):
        registry(scenario(DAY_CHART, DAY_CHART))
