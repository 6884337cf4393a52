"""`tumbling` and `sliding`: against a list of all readings."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct

from hub.core.errors import BadScenario
from hub.model.instant import CITY_ZONE, Instant, parse, to_datetime
from hub.sdk import DAY, HOUR, MINUTE, SECOND, Context, Payload, Scenario, State, Window
from tests.support.machine import Driver, card, reading, registry
from tests.support.stepping import second

EVERY = 60
LATENESS = 20


class Value(Payload, frozen=True):
    """Two numbers; one may be missing."""

    a: int
    b: int | None = None


class Line(Struct, frozen=True, array_like=True):
    """One field of a window that ran."""

    at: int
    start: int
    end: int
    field: str
    figures: tuple[float, ...]


class Runs(State):
    """What ran."""

    lines: list[Line] = []  # noqa: RUF012 msgspec copies it
    late: list[int] = []  # noqa: RUF012


def scenario(buckets: int = 1) -> Scenario:
    """Return a scenario that notes its windows, of as many buckets."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.sliding(
        "city.test.value",
        span=buckets * EVERY * SECOND,
        every=EVERY * SECOND,
        lateness=LATENESS * SECOND,
        of=lambda said: {"a": said.a, "b": said.b},
        payload=Value,
    )
    def closed(ctx: Context, window: Window, runs: Runs) -> None:
        for field in window.fields:
            stats = window[field]
            figures = (stats.count, stats.sum, stats.mean, stats.min, stats.max, stats.first,
                       stats.last)  # fmt: skip
            times = (second(ctx.now), second(window.start), second(window.end))
            runs.lines.append(Line(*times, field, figures))

    @closed.late
    def too_late(said: Value, runs: Runs) -> None:
        runs.late.append(said.a)

    return test


class Said(Struct, frozen=True):
    """A reading: received in a second, of an earlier time, with its numbers."""

    second: int
    time: int
    a: int
    b: int | None


def reference(said: list[Said], buckets: int, end: int) -> tuple[list[Line], list[int]]:
    """Return the windows that must run and the readings that are too late for any."""
    lines: list[Line] = []
    span = buckets * EVERY
    for close in range(0, end + 1, EVERY):
        now = close + LATENESS
        inside = [each for each in said if close - span <= each.time < close and each.second < now]
        for field in ("a", "b"):
            values = [(e.time, i, getattr(e, field)) for i, e in enumerate(inside)]
            values = [each for each in values if each[2] is not None]
            if values and now <= end:
                numbers = [float(value) for _, _, value in values]
                first = min(values, key=lambda each: (each[0], each[1]))[2]
                last = max(values, key=lambda each: (each[0], each[1]))[2]
                total = sum(numbers)
                figures = (float(len(numbers)), total, total / len(numbers), min(numbers),
                           max(numbers), float(first), float(last))  # fmt: skip
                lines.append(Line(now, close - span, close, field, figures))
    late = [e.a for e in said if e.second >= (e.time // EVERY) * EVERY + span + LATENESS]
    return lines, late


STEPS = st.lists(
    st.tuples(
        st.integers(0, 70),
        st.sampled_from([0, 0, 0, 5, 30, 60, 100, 200, 290]),
        st.integers(-8, 8),
        st.none() | st.integers(-8, 8),
    ),
    max_size=30,
)


def readings(steps: list[tuple[int, int, int, int | None]]) -> list[Said]:
    """Return the readings of a feed: gap, how much earlier its time is, numbers."""
    now, found = 0, []
    for gap, back, a, b in steps:
        now += gap
        found.append(Said(now, now - back, a, b))
    return found


@settings(deadline=None)
@given(steps=STEPS, buckets=st.sampled_from([1, 2, 5]), restarts=st.booleans())
def test_it_runs_as_a_list_of_all_readings_says(
    steps: list[tuple[int, int, int, int | None]],
    buckets: int,
    restarts: bool,  # noqa: FBT001 hypothesis gives arguments by name
) -> None:
    """Readings out of order and too late, windows of one and of several buckets, restarts."""
    said = readings(steps)
    end = (said[-1].second if said else 0) + (buckets + 2) * EVERY + LATENESS
    driver = Driver(registry(scenario(buckets)))
    driver.at(0, card("a", period=None))
    for number, each in enumerate(said):
        data = {"a": each.a} if each.b is None else {"a": each.a, "b": each.b}
        driver.at(each.second, reading("a", data, id=str(number), said=each.time))
        if restarts:
            driver.restart()
    driver.tick(end)
    state = driver.state(Runs, "test.Runs|a")
    lines, late = reference(said, buckets, end)
    assert sorted(state.lines, key=_order) == sorted(lines, key=_order)
    assert state.late == late
    assert driver.counter("window-late|handler=test.closed") == len(late)
    assert [cell for cell in driver.kept if cell[0] in ("memories", "timers")] == []


def _order(line: Line) -> tuple[int, str]:
    return line.at, line.field


def test_windows_begin_at_midnight_in_the_city() -> None:
    """A day is China Standard Time's; the window runs at its due time in a silent city."""
    seen: list[tuple[Instant, Instant, Instant]] = []
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.tumbling("city.test.value", every=DAY, of=lambda said: said.a, payload=Value)
    def daily(ctx: Context, window: Window) -> None:
        seen.append((ctx.now, window.start, window.end))

    driver = Driver(registry(test))
    driver.at(0, reading("a", {"a": 1}))
    driver.tick(3 * 86_400)
    ((now, start, end),) = seen
    assert (start, end) == (
        parse("2026-11-23T00:00:00+08:00"),
        parse("2026-11-24T00:00:00+08:00"),
    )
    assert now == end
    assert to_datetime(start).astimezone(CITY_ZONE).hour == 0


def test_a_plain_number_is_the_windows_own() -> None:
    """Without names the window itself has the figures."""
    seen: list[tuple[float, ...]] = []
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.tumbling("city.test.value", every=MINUTE, of=lambda said: said.b, payload=Value)
    def minutely(window: Window) -> None:
        seen.append((window.count, window.sum, window.mean, window.min, window.max,
                     window.first, window.last))  # fmt: skip
        assert "b" not in window

    driver = Driver(registry(test))
    feed: list[tuple[int, int, int | None]] = [(1, 1, 4), (2, 1, None), (3, 1, 2), (4, 1, 3)]
    for at, a, b in feed:
        driver.at(at, reading("a", {"a": a, "b": b}, id=str(at), said=at))
    driver.tick(100)
    assert seen == [(3, 9, 3, 2, 4, 4, 3)]


def test_a_window_knows_where_its_readings_came_from() -> None:
    """The card of the last reading's device is at hand, also when several share a key."""
    names: list[str] = []
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.tumbling(
        "city.test.value", every=MINUTE, of=lambda said: said.a, payload=Value, key=lambda _: "all"
    )
    def minutely(ctx: Context, window: Window) -> None:
        assert ctx.card is not None
        names.append(f"{ctx.key} {ctx.card.name} {ctx.district} {window.count}")

    driver = Driver(registry(test))
    driver.at(0, card("a", name="A"), card("b", name="B"))
    driver.at(1, reading("a", {"a": 1}), reading("b", {"a": 1}))
    driver.tick(100)
    assert names == ["all B 210103 2"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "1", [1.0], {"x": "1"}, {1: 1.0}])
def test_what_is_no_number_is_a_dead_letter(value: Any) -> None:
    """It names the rule; the window goes on without it."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.tumbling("city.test.value", every=MINUTE, of=lambda _: value, payload=Value)
    def minutely(window: Window) -> None: ...

    driver = Driver(registry(test))
    driver.at(1, reading("a", {"a": 1}))
    (letter,) = driver.letters()
    assert letter.handler == "test.minutely:take"
    assert "finite numbers" in letter.detail
    assert [cell for cell in driver.kept if cell[0] in ("memories", "timers")] == []


def test_what_a_key_costs_is_bounded() -> None:
    """A window of too many fields is refused, whatever `of` returns."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.tumbling(
        "city.test.value",
        every=MINUTE,
        of=lambda said: {f"{said.a}.{number}": 1.0 for number in range(20)},
        payload=Value,
    )
    def minutely(window: Window) -> None: ...

    driver = Driver(registry(test))
    for number in range(5):
        driver.at(1, reading("a", {"a": number}, id=str(number)))
    assert len(driver.letters()) == 4
    assert "more than 32 fields" in driver.letters()[0].detail
    assert len(driver.kept["memories", "test.minutely|a"]) < 1_500


BAD: list[dict[str, Any]] = [
    {"every": 7 * HOUR},
    {"every": 2 * DAY},
    {"every": 1},
    {"every": HOUR, "lateness": -1},
    {"every": MINUTE, "lateness": 8 * DAY},
    {"every": SECOND, "lateness": HOUR},
]


@pytest.mark.parametrize("times", BAD, ids=str)
def test_a_window_that_cannot_be_kept_is_refused(times: dict[str, Any]) -> None:
    """The error names file and handler and says what would do."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    with pytest.raises(BadScenario, match=r"test\.closed .*test_windows\.py") as caught:

        @test.tumbling("city.test.value", of=lambda _: 1.0, payload=Value, **times)
        def closed(window: Window) -> None: ...

    assert caught.value.remedy


@pytest.mark.parametrize("span", [90 * SECOND, 0, 1_000 * MINUTE])
def test_a_span_is_some_buckets(span: int) -> None:
    """A whole number of them, not without bound."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    with pytest.raises(BadScenario, match="span="):

        @test.sliding("city.test.value", span=span, every=MINUTE, of=lambda _: 1.0, payload=Value)
        def closed(window: Window) -> None: ...
