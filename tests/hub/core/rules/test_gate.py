"""`cooldown` and `dedupe`: a handler that does not run for every event."""

from itertools import accumulate
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import BadScenario
from hub.core.quarantine import FAILURES
from hub.sdk import MINUTE, SECOND, Config, Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A reading's number; below 0 its handler fails."""

    value: float


class Runs(State):
    """What the handler ran on."""

    values: list[float] = []  # noqa: RUF012 msgspec copies it


def scenario(**gate: Any) -> Scenario:
    """Return a scenario whose handler notes what it runs on, gated."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value", **gate)
    def note(ctx: Context, said: Value, runs: Runs) -> None:
        if said.value < 0:
            raise ValueError(said.value)
        runs.values.append(said.value)
        ctx.emit("test.noted", said)

    return test


def run(
    feed: list[tuple[float, float]], *, restarts: bool = False, **gate: Any
) -> tuple[list[float], Driver]:
    """Return the values a gated handler ran on, for readings (second, value) of one device."""
    driver = Driver(registry(scenario(**gate)), partition="city")
    for number, (second, value) in enumerate(feed):
        driver.at(second, reading("a", {"value": value}, id=str(number)))
        if restarts:
            driver.restart()
    raw = driver.kept.get(("state", "test.Runs|a"))
    return ([] if raw is None else msgspec.msgpack.decode(raw, type=Runs).values), driver


STEPS = st.tuples(st.integers(0, 40), st.sampled_from([-1.0, 1.0, 2.0, 3.0]))
"""Seconds since the reading before, and the value."""


def timed(steps: list[tuple[int, float]]) -> list[tuple[float, float]]:
    """Return readings with their seconds since the start; too few fail for a quarantine."""
    times = accumulate(seconds for seconds, _ in steps)
    feed = [(float(time), value) for time, (_, value) in zip(times, steps, strict=True)]
    failing = [index for index, (_, value) in enumerate(feed) if value < 0][FAILURES - 1 :]
    return [(time, abs(value) if i in failing else value) for i, (time, value) in enumerate(feed)]


FEEDS = st.lists(STEPS, max_size=30).map(timed)


@settings(deadline=None)
@given(feed=FEEDS, restarts=st.booleans())
def test_cooldown_runs_at_most_once_in_so_long(
    *, feed: list[tuple[float, float]], restarts: bool
) -> None:
    """Against a plain list of all readings; a run that fails is none; restarts change nothing."""
    expected: list[float] = []
    last: float | None = None
    for second, value in feed:
        if value > 0 and (last is None or second - last >= 60):
            expected.append(value)
            last = second
    assert run(feed, restarts=restarts, cooldown=MINUTE)[0] == expected


@settings(deadline=None)
@given(feed=FEEDS, restarts=st.booleans())
def test_dedupe_runs_when_the_value_is_another(
    *, feed: list[tuple[float, float]], restarts: bool
) -> None:
    """The value of the last run counts, not of the last reading."""
    expected: list[float] = []
    for _, value in feed:
        if value > 0 and value != (expected[-1] if expected else None):
            expected.append(value)
    assert run(feed, restarts=restarts, dedupe=lambda said: said.value)[0] == expected


def test_what_is_left_out_is_counted() -> None:
    """By handler and reason."""
    _, driver = run([(0, 1), (1, 2), (2, 2)], cooldown=MINUTE)
    assert driver.counter("cooled-down|handler=test.note") == 2
    _, driver = run([(0, 1), (1, 1), (2, 1)], dedupe=lambda said: said.value)
    assert driver.counter("repeated|handler=test.note") == 2


def test_keys_do_not_share_a_gate() -> None:
    """Each key has its own last run."""
    driver = Driver(registry(scenario(cooldown=MINUTE)))
    driver.at(1, reading("a", {"value": 1}), reading("b", {"value": 2}))
    assert driver.counter("cooled-down|handler=test.note") == 0


def test_a_long_value_is_kept_short() -> None:
    """What is kept of a key is bounded whatever the handler compares."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value", dedupe=lambda said: [said.value] * 1_000)
    def note(ctx: Context, said: Value) -> None:
        ctx.count("ran")

    driver = Driver(registry(test))
    for number, value in enumerate((1.0, 1.0, 2.0)):
        driver.at(number, reading("a", {"value": value}, id=str(number)))
    assert driver.counter("test.ran") == 2
    assert len(driver.kept["memories", "test.note|a"]) < 100


def test_a_condition_is_injected_by_annotation() -> None:
    """Payload, state, configuration and context, like a handler."""
    seen: list[object] = []

    class Limits(Config, frozen=True):
        step: int = 10

    def step(ctx: Context, said: Value, limits: Limits, runs: Runs) -> int:
        seen.append((ctx.key, len(runs.values)))
        return int(said.value // limits.step)

    test = Scenario("test", title="测试", title_en="Test", description="", config=Limits)

    @test.on("city.test.value", dedupe=step)
    def note(said: Value, runs: Runs) -> None:
        runs.values.append(said.value)

    driver = Driver(registry(test))
    for number, value in enumerate((1, 9, 11, 12, 5)):
        driver.at(number, reading("a", {"value": value}, id=str(number)))
    assert seen == [("a", 0), ("a", 1), ("a", 1), ("a", 2), ("a", 2)]
    assert driver.counter("repeated|handler=test.note") == 2


@pytest.mark.parametrize("cooldown", [0, -SECOND])
def test_a_cooldown_is_above_zero(cooldown: int) -> None:
    """Anything else is a mistake, told when it is loaded."""
    with pytest.raises(BadScenario, match="cooldown"):
        scenario(cooldown=cooldown)
