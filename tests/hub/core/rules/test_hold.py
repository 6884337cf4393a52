"""`hold`: once true for so long, until told otherwise; against a list of all that was said."""

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.model.event import CARD, Event
from hub.model.instant import Instant
from hub.sdk import MINUTE, SECOND, Config, Context, Payload, Scenario, State
from tests.support.machine import Driver, card, reading, registry
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
HIGH, LOW = 2, 1
END = 10_000


class Value(Payload, frozen=True):
    """A reading's number: HIGH begins it, below LOW ends it."""

    value: int


class Runs(State):
    """What ran, when, and on what value."""

    runs: list[tuple[str, Instant, int]] = []  # noqa: RUF012 msgspec copies it


def scenario() -> Scenario:
    """Return a scenario that notes what the rule runs."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.hold(
        "city.test.value",
        when=lambda said: said.value >= HIGH,
        until=lambda said: said.value < LOW,
        for_=FOR * SECOND,
    )
    def full(ctx: Context, said: Value, state: Runs) -> None:
        state.runs.append(("full", ctx.now, said.value))

    @full.cleared
    def relieved(ctx: Context, said: Value, state: Runs) -> None:
        state.runs.append(("relieved", ctx.now, said.value))

    return test


def runs(driver: Driver, key: str = "a") -> list[tuple[str, int, int]]:
    """Return what ran for a key: what, in which second, on what value."""
    state = driver.state(Runs, f"test.Runs|{key}")
    return [(what, second(now), value) for what, now, value in state.runs]


def reference(timed: list[Timed]) -> list[tuple[str, int, int]]:
    """Return what must run, looked up each second in the list of all that happened so far."""
    found: list[tuple[str, int, int]] = []
    happened: list[Timed] = []
    holds, deaf = False, False
    heard = 0
    clock: dict[int, int] = {}
    for now in range(timed[-1].second + 2 * FOR if timed else 0):
        heard += not deaf
        clock[now] = heard
        run = [] if holds else _run(happened)
        if run and not deaf and clock[now] - clock[run[0].second] >= FOR:
            holds = True
            found.append(("full", now, int(run[-1].what)))
        for each in timed:
            if each.second != now:
                continue
            deaf = each.what == DEAF or (deaf and each.what != HEAR)
            if isinstance(each.what, int) and holds and each.what < LOW:
                holds = False
                found.append(("relieved", now, each.what))
                happened.clear()
            else:
                happened.append(each)
    return found


def _run(happened: list[Timed]) -> list[Timed]:
    """Return the last readings that all said HIGH, without a loss of the device."""
    run: list[Timed] = []
    for each in happened:
        if each.what == OFF or (isinstance(each.what, int) and each.what < HIGH):
            run = []
        elif isinstance(each.what, int):
            run.append(each)
    return run


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(1, 45),
        st.sampled_from([0, 1, 2, 2, 2, 3, OFF, ON, DEAF, HEAR, TICK]),
        st.booleans(),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(steps=STEPS)
def test_it_runs_as_a_list_of_all_readings_says(steps: list[Step]) -> None:
    """Losses of the device and of hearing in between, restarts anywhere."""
    timed = timeline(steps)
    driver = drive(scenario(), timed, period=None, end=END)
    assert runs(driver) == reference(timed)
    assert not [name for table, name in driver.kept if table == "timers"]


def feed(driver: Driver, *values: tuple[float, int], device: str = "a") -> None:
    """Send readings (second, value)."""
    for at, value in values:
        driver.at(at, reading(device, {"value": value}, id=f"{device}{at}"))


def test_the_rule_runs_in_a_silent_city_at_its_due_time() -> None:
    """The timer's due time is now; the last reading is given, with its card."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=None))
    feed(driver, (10, 2), (30, 5))
    driver.tick(500)
    assert runs(driver) == [("full", 70, 5)]


def test_a_stale_device_cancels_what_is_pending_and_keeps_what_holds() -> None:
    """Three periods without a reading, or offline: nobody knows whether it is still so."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=10))
    feed(driver, (10, 2))
    driver.tick(200)
    assert runs(driver) == []
    feed(driver, *((300 + 10 * n, 2) for n in range(10)))
    driver.tick(600)
    feed(driver, (700, 0))
    assert runs(driver) == [("full", 360, 2), ("relieved", 700, 0)]


def test_a_silence_in_between_begins_it_anew() -> None:
    """Stale and back before it was due: the time counts from the return."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=10))
    feed(driver, (10, 2), (50, 2), (70, 2), (90, 2), (105, 2))
    driver.tick(120)
    assert runs(driver) == [("full", 110, 2)]


def test_an_idle_rule_costs_no_memory() -> None:
    """What neither pends nor holds leaves nothing behind, and a held one a few bytes."""
    driver = Driver(registry(scenario()))
    feed(driver, (1, 0), (2, 2), (3, 0))
    assert [cell for cell in driver.kept if cell[0] in ("memories", "timers")] == []
    feed(driver, (4, 2))
    driver.tick(100)
    assert len(driver.kept["memories", "test.full|a"]) < 10


def test_a_device_that_is_gone_takes_its_rule_along() -> None:
    """Neither the timer nor what holds survives the withdrawal of the card."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a", period=None), card("b", period=None))
    feed(driver, (1, 2))
    feed(driver, (50, 2), device="b")
    assert {name for table, name in driver.kept if table == "memories"} == {
        "test.full|a",
        "test.full|b",
    }
    for device in ("a", "b"):
        driver.at(100, Event(device, f"/test/{device}", CARD, district="210103"))
    driver.tick(300)
    assert [cell for cell in driver.kept if cell[0] in ("memories", "timers")] == []


def test_keys_states_and_configuration_reach_the_conditions() -> None:
    """Several devices into one key; a limit that an operator sets."""

    class Limits(Config, frozen=True):
        full: int = 10

    class Area(State):
        spaces: int = 0

    def when(said: Value, limits: Limits, area: Area) -> bool:
        return area.spaces + said.value >= limits.full

    test = Scenario("test", title="测试", title_en="Test", description="", config=Limits)

    @test.on("city.test.value", key=lambda _: "area")
    def count(area: Area) -> None:
        area.spaces += 1

    @test.hold("city.test.value", when=when, for_=MINUTE, key=lambda _: "area", payload=Value)
    def full(ctx: Context) -> None:
        ctx.count("full")

    driver = Driver(registry(test))
    feed(driver, (1, 8), device="a")
    driver.tick(100)
    assert driver.counter("test.full") == 0
    feed(driver, (101, 8), device="b")
    feed(driver, (130, 8), device="c")
    driver.tick(161)
    assert driver.counter("test.full") == 1
    assert ("memories", "test.full|area") in driver.kept


def test_a_target_that_fails_is_a_dead_letter_and_runs_once() -> None:
    """The rule goes on: the letter names the function and carries the reading."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.hold("city.test.value", when=lambda said: said.value >= HIGH, for_=MINUTE)
    def full(said: Value) -> None:
        raise KeyError(said.value)

    driver = Driver(registry(test))
    feed(driver, (1, 2), (40, 2), (80, 2), (200, 2))
    driver.tick(400)
    (letter,) = driver.letters()
    assert (letter.handler, letter.original) == ("test.full", '{"value":2}')
    assert letter.topic == "city/210103/test/a/value"


def test_the_reading_that_ends_it_may_begin_it_anew() -> None:
    """The scenario's own state says when it is over: the same reading counts towards the next."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    def over(state: Runs) -> bool:
        return state.runs == []

    @test.on("city.test.value")
    def forgets(said: Value, state: Runs) -> None:
        if said.value > HIGH:
            state.runs.clear()

    @test.hold(
        "city.test.value", when=lambda said: said.value >= HIGH, until=over, for_=FOR * SECOND
    )
    def full(ctx: Context, said: Value, state: Runs) -> None:
        state.runs.append(("full", ctx.now, said.value))

    driver = Driver(registry(test))
    driver.at(0, reading("a", {"value": HIGH}, said=0))
    driver.at(100, reading("a", {"value": HIGH}, said=100))
    assert runs(driver) == [("full", FOR, HIGH)]
    driver.at(200, reading("a", {"value": HIGH + 1}, said=200))
    driver.tick(200 + FOR - 1)
    assert runs(driver) == []
    driver.tick(200 + FOR)
    assert runs(driver) == [("full", 200 + FOR, HIGH + 1)]
