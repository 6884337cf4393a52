"""`silent`: no reading of a type for so long; against a list of all that was said."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.errors import BadScenario
from hub.model.event import CARD, Event
from hub.model.instant import Instant
from hub.sdk import MINUTE, SECOND, Context, Payload, Scenario, State
from tests.support.machine import Driver, card, reading, registry, status
from tests.support.stepping import (
    DEAF,
    HEAR,
    OFF,
    ON,
    TICK,
    Step,
    Timed,
    drive,
    second,
    timeline,
)

FOR = 60
END = 10_000


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Runs(State):
    """What ran, when, and on what value."""

    runs: list[tuple[str, Instant, int]] = []  # noqa: RUF012 msgspec copies it


def scenario() -> Scenario:
    """Return a scenario that notes what the rule runs."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.silent("city.test.value", for_=FOR * SECOND)
    def quiet(ctx: Context, said: Value, state: Runs) -> None:
        state.runs.append(("quiet", ctx.now, said.value))

    @quiet.heard
    def back(ctx: Context, said: Value, state: Runs) -> None:
        state.runs.append(("back", ctx.now, said.value))

    return test


def runs(driver: Driver) -> list[tuple[str, int, int]]:
    """Return what ran: what, in which second, on what value."""
    state = driver.state(Runs, "test.Runs|a")
    return [(what, second(now), value) for what, now, value in state.runs]


def reference(timed: list[Timed], end: int, *, periodic: bool) -> list[tuple[str, int, int]]:
    """Return what must run, looked up each second in the list of all readings so far."""
    found: list[tuple[str, int, int]] = []
    readings: list[tuple[int, int]] = []
    quiet, deaf, offline = False, False, False
    heard = 0
    clock: dict[int, int] = {}

    def look(now: int) -> None:
        nonlocal quiet
        due = bool(readings) and clock[now] - clock[readings[-1][0]] >= FOR
        if due and not deaf and not quiet and (periodic or offline):
            quiet = True
            found.append(("quiet", now, readings[-1][1]))

    for now in range(end):
        heard += not deaf
        clock[now] = heard
        look(now)
        for what in [each.what for each in timed if each.second == now]:
            deaf = what == DEAF or (deaf and what != HEAR)
            offline = what == OFF or (offline and what in {TICK, DEAF, HEAR})
            if isinstance(what, int):
                readings.append((now, what))
            if quiet and (isinstance(what, int) or (what == ON and not periodic)):
                quiet = False
                found.append(("back", now, readings[-1][1]))
            look(now)
    return found


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(1, 90),
        st.sampled_from([0, 1, 2, OFF, ON, DEAF, HEAR, TICK]),
        st.booleans(),
    ),
    max_size=30,
)


@settings(deadline=None)
@given(steps=STEPS, period=st.sampled_from([None, 10.0, 600.0]))
def test_it_runs_as_a_list_of_all_readings_says(steps: list[Step], period: float | None) -> None:
    """Periodic and on-change devices, losses of hearing, restarts anywhere."""
    timed = timeline(steps)
    end = (timed[-1].second if timed else 0) + 3 * FOR
    driver = drive(scenario(), timed, period=period, end=end)
    assert runs(driver) == reference(timed, end + 1, periodic=period is not None)


def test_a_periodic_device_is_silent_from_its_last_reading() -> None:
    """At its due time, once, in a silent city; heard with the next reading."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=10))
    driver.at(10, reading("a", {"value": 1}))
    driver.tick(500)
    driver.at(600, reading("a", {"value": 2}, id="2"))
    driver.at(610, reading("a", {"value": 3}, id="3"))
    assert runs(driver) == [("quiet", 70, 1), ("back", 600, 2)]


def test_an_on_change_device_is_silent_only_offline() -> None:
    """It has nothing to say while nothing changes; back online it is heard without a reading."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=None))
    driver.at(10, reading("a", {"value": 1}))
    driver.at(5_000, status("a", "offline", "test"))
    driver.at(5_100, status("a", "online", "test"))
    assert runs(driver) == [("quiet", 5_000, 1), ("back", 5_100, 1)]


def test_each_type_is_watched_by_itself() -> None:
    """A device that reports something else is silent in this."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=10))
    driver.at(10, reading("a", {"value": 1}))
    for number in range(20):
        driver.at(20 + 10 * number, reading("a", {}, type="city.test.other", id=f"o{number}"))
    assert runs(driver) == [("quiet", 70, 1)]


def test_a_device_that_is_gone_is_not_silent() -> None:
    """Its card was withdrawn: nobody waits for it, and nothing of it is kept."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=10))
    driver.at(10, reading("a", {"value": 1}))
    driver.at(20, Event("gone", "/test/a", CARD, district="210103"))
    driver.tick(500)
    assert runs(driver) == []
    assert [cell for cell in driver.kept if cell[0] in ("memories", "timers")] == []


@pytest.mark.parametrize(("type_", "duration"), [("parking.lot", MINUTE), ("city.test.value", 1)])
def test_a_silence_nobody_can_keep_is_refused(type_: str, duration: int) -> None:
    """Only devices are due to report; less than a second means nothing."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    with pytest.raises(BadScenario, match=r"test\.quiet"):

        @test.silent(type_, for_=duration)
        def quiet(ctx: Context) -> None: ...
