"""Quarantine: who fails again and again is not called; what it missed comes again, once."""

import msgspec
import pytest
from msgspec import field

from hub.core import quarantine
from hub.core.quarantine import Standing
from hub.core.registry import Registry
from hub.model.control import Release
from hub.model.event import ALERT, RELEASE, Event
from hub.model.output import Forward
from hub.model.redrive import Redrive
from hub.sdk import SECOND, Context, Payload, Scenario, State
from tests.support.machine import Driver, card, reading, registry


class Value(Payload, frozen=True):
    """A reading's number; from 100 on the bad handler fails."""

    value: int


class Seen(State):
    """What a scenario has worked, in order."""

    values: list[int] = field(default_factory=list)
    fired: int = 0


FIXED = {"now": False}
"""Whether the bad handler was mended: what a reload brings."""


def scenarios() -> Registry:
    """Return a scenario that fails on large values, and one that takes all."""
    bad = Scenario("bad", title="坏", title_en="Bad", description="")
    good = Scenario("good", title="好", title_en="Good", description="")

    @bad.on("city.test.value")
    def picky(ctx: Context, said: Value, seen: Seen) -> None:
        if said.value >= 100 and not FIXED["now"]:
            raise ValueError("too large")
        seen.values.append(said.value)
        ctx.start("later", 30 * SECOND)

    @bad.on("city.test.value", late=True, key=lambda _: "late")
    def history(said: Value, seen: Seen) -> None:
        seen.values.append(said.value)

    @bad.timer("later")
    def later(seen: Seen) -> None:
        seen.fired += 1

    @bad.on_stale("Thing")
    def silent(ctx: Context, seen: Seen) -> None:
        seen.values.append(-1)

    @good.on("city.test.value")
    def takes(said: Value, seen: Seen) -> None:
        seen.values.append(said.value)

    return registry(bad, good)


@pytest.fixture
def driver() -> Driver:
    """Return a machine with both."""
    FIXED["now"] = False
    return Driver(scenarios())


def say(number: float, value: int, device: str = "a") -> Event:
    """Return a device's reading."""
    return reading(device, {"value": value}, id=f"{device}-{number}", said=number)


def seen(driver: Driver, scenario: str, key: str = "a") -> Seen:
    """Return what a scenario has seen."""
    raw = driver.kept.get(("state", f"{scenario}.Seen|{key}"))
    return Seen() if raw is None else msgspec.msgpack.decode(raw, type=Seen)


def standing(driver: Driver) -> Standing:
    """Return how the bad scenario fares."""
    return msgspec.msgpack.decode(driver.kept["quarantine", "bad"], type=Standing)


def fail(driver: Driver, times: int = 5, *, apart: float = 1) -> None:
    """Make the bad scenario fail so often."""
    for number in range(1, times + 1):
        driver.at(number * apart, say(number, 100 + number))


def release(driver: Driver, seconds: float, forget: int = 0) -> None:
    """End the quarantine."""
    data = msgspec.json.encode(Release("bad", forget))
    driver.at(seconds, Event(f"release-{seconds}", "/hub/serve", RELEASE, data))


def test_five_failures_within_a_minute_quarantine_the_scenario_alone(driver: Driver) -> None:
    """Its handlers are not called any more, the others' are; the last handler is named."""
    fail(driver)
    driver.at(6, say(6, 1))
    assert standing(driver).since is not None
    assert standing(driver).handler == "bad.picky"
    assert seen(driver, "bad").values == []
    assert seen(driver, "good").values == [101, 102, 103, 104, 105, 1]
    assert len(driver.letters()) == 5


@pytest.mark.parametrize(("times", "apart"), [(4, 1), (50, 15.1)])
def test_fewer_or_rarer_failures_do_not(driver: Driver, times: int, apart: float) -> None:
    """Four, or five that are spread over more than a minute."""
    fail(driver, times, apart=apart)
    assert standing(driver).since is None
    assert standing(driver).failures == times


def test_it_is_an_alert_and_a_row_that_name_the_handler(driver: Driver) -> None:
    """An operator sees who failed and how; both go when it is released."""
    fail(driver)
    (raised,) = [e.event for e in driver.of(Forward) if e.event.type == ALERT]
    assert raised.subject == "hub/quarantine/bad"
    assert "bad.picky" in raised.data.decode()
    row = driver.shown("hub.quarantine/bad@d1")
    assert b"bad.picky" in bytes(row.data)
    release(driver, 9)
    cleared = [e.event for e in driver.of(Forward) if e.event.type == ALERT][1]
    assert b'"active":false' in cleared.data
    assert driver.entity("hub.quarantine/bad@d1") is None


def test_what_is_missed_is_remembered_exactly(driver: Driver) -> None:
    """Positions as spans; a repeat falls out of them, and a late reading is marked."""
    fail(driver)
    driver.at(6, say(6, 1), say(7, 2))
    driver.at(7, say(7, 2))  # a repeat: ordinal 8
    driver.at(8, card("b"), say(8, 3))  # a card is nothing to it
    driver.at(9, say(5.5, 4))  # late: only `history` would have had it
    assert [msgspec.to_builtins(span) for span in standing(driver).missed] == [
        [6, 7, 2, False], [10, 10, 1, False], [11, 11, 1, True],
    ]  # fmt: skip


def again(driver: Driver, seconds: float, events: dict[int, Event], what: list[Redrive]) -> None:
    """Let events come again."""
    driver.at(seconds, *[each.mark(events[each.last]) for each in what])


def test_redriven_while_quarantined_it_keeps_the_order(driver: Driver) -> None:
    """Run by it alone, although it is quarantined; then released, nothing is missing or twice."""
    fail(driver)
    events = {n: say(n, 100 + n) for n in range(1, 6)} | {6: say(6, 1), 7: say(7, 2)}
    driver.at(6, events[6], events[7])
    FIXED["now"] = True
    letters = [Redrive("bad.picky", n, n) for n in range(1, 6)]
    again(driver, 10, events, [*letters, Redrive("bad", 6, 6), Redrive("bad", 7, 7)])
    release(driver, 11)
    driver.at(12, say(12, 3))
    assert seen(driver, "bad").values == [101, 102, 103, 104, 105, 1, 2, 3]
    assert seen(driver, "bad", "late").values == [101, 102, 103, 104, 105, 1, 2, 3]
    assert seen(driver, "good").values == [101, 102, 103, 104, 105, 1, 2, 3]
    assert driver.letters() == []
    assert standing(driver).missed == []


def test_what_comes_again_twice_runs_once(driver: Driver) -> None:
    """Two operators redrive at the same time: the letter or the place is there only once."""
    fail(driver)
    events = {1: say(1, 101), 6: say(6, 1)}
    driver.at(6, events[6])
    FIXED["now"] = True
    what = [Redrive("bad.picky", 1, 1), Redrive("bad", 6, 6)]
    again(driver, 10, events, what)
    before = seen(driver, "bad").values
    again(driver, 11, events, what)
    assert seen(driver, "bad").values == before == [101, 1]
    assert driver.counter("redriven-before") == 2


def test_a_late_one_is_run_by_those_who_take_late_ones(driver: Driver) -> None:
    """A newer reading of its device was worked: it is no current value any more, and counted."""
    fail(driver, 1)
    driver.at(2, say(2, 1))
    FIXED["now"] = True
    again(driver, 3, {1: say(1, 101)}, [Redrive("bad.picky", 1, 1, late=True)])
    assert seen(driver, "bad").values == [1]
    assert driver.counter("redriven-late|handler=bad.picky") == 1


def test_the_devices_record_is_left_alone(driver: Driver) -> None:
    """It was heard when the event first came."""
    fail(driver)
    driver.at(6, event := say(6, 1))
    before = driver.device("/test/a")
    again(driver, 7, {6: event}, [Redrive("bad", 6, 6)])
    assert driver.device("/test/a") == before


def test_timers_wait_for_the_release(driver: Driver) -> None:
    """Due in quarantine they fire when it ends, not before and not never; also over a restart."""
    driver.at(0, say(0, 1))
    fail(driver)
    driver.tick(100)
    driver.restart()
    assert seen(driver, "bad").fired == 0
    release(driver, 200)
    driver.tick(200)
    assert seen(driver, "bad").fired == 1


def test_a_derived_event_is_appended_so_that_it_has_a_position(driver: Driver) -> None:
    """That a device fell silent is in no log: it is forwarded to this one, and missed there."""
    driver.at(0, card("a", period=10))
    fail(driver)
    driver.tick(60)
    (told,) = [e for e in driver.of(Forward) if Redrive.of(e.event) is not None]
    assert told.partition == "d1"
    driver.at(61, told.event)
    ordinal = standing(driver).missed[-1].last
    release(driver, 62)
    again(driver, 63, {ordinal: told.event}, [Redrive("bad", ordinal, ordinal)])
    assert seen(driver, "bad").values == [-1]


def test_the_spans_are_bounded(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten, and counted as such."""
    monkeypatch.setattr(quarantine, "SPANS", 2)
    fail(driver)
    for number in range(6, 12):
        driver.at(number, say(number, 1), say(number, 1))
    assert len(standing(driver).missed) == 2
    assert standing(driver).forgotten == 4


def test_released_with_what_the_log_holds_no_more(driver: Driver) -> None:
    """What was trimmed away cannot come again: it is given up aloud."""
    fail(driver)
    driver.at(6, say(6, 1), say(7, 2), say(7, 2), say(8, 3))
    release(driver, 9, forget=7)
    assert [(span.first, span.last) for span in standing(driver).missed] == [(9, 9)]


def test_a_restart_changes_nothing() -> None:
    """Whatever is killed at whatever event: the same state and the same outputs."""
    runs = []
    for restarts in (False, True):
        FIXED["now"] = False
        driver = Driver(scenarios())
        steps = [(n, say(n, 100 + n)) for n in range(1, 6)]
        steps += [(n, say(n, n)) for n in range(6, 10)]
        for second, event in steps:
            driver.at(second, event)
            if restarts:
                driver.restart()
        again(driver, 20, {6: say(6, 6)}, [Redrive("bad", 6, 6)])
        if restarts:
            driver.restart()
        release(driver, 21)
        driver.at(22, say(22, 1))
        runs.append((driver.outputs, driver.kept))
    assert runs[0] == runs[1]
