"""Reasons: each change of an alert is kept with what it was made of, the last eight."""

import msgspec
import pytest

from hub.core import reasons
from hub.model.alert import Level
from hub.model.event import Event
from hub.model.reason import Reason
from hub.sdk import MINUTE, Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Sum(State):
    """What was added up."""

    total: int = 0


def driver() -> Driver:
    """Return a machine with a scenario that warns of a sum above 10 and clears at 0."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    test.alert("full", "满")

    @test.on("city.test.value")
    def add(ctx: Context, said: Value, state: Sum) -> None:
        state.total += said.value
        ctx.start("look", MINUTE)
        if state.total > 10:
            level = Level.RED if state.total > 100 else Level.YELLOW
            ctx.raise_alert("full", ctx.key, level, "full", text=str(state.total // 1_000))
        elif state.total == 0:
            ctx.clear_alert("full", ctx.key)

    @test.timer("look")
    def look(ctx: Context) -> None:
        ctx.clear_alert("full", ctx.key)

    return Driver(registry(test))


def say(number: int, value: int) -> Event:
    """Return a reading."""
    return reading("a", {"value": value}, id=f"v{number}", said=number)


def kept(driver: Driver, identity: str = "test/full/a") -> list[Reason]:
    """Return the reasons of an alert."""
    raw = driver.kept.get(("reasons", identity))
    return [] if raw is None else msgspec.json.decode(raw, type=list[Reason])


def test_a_raise_tells_event_handler_state_and_timers() -> None:
    """All that an operator needs to follow it."""
    machine = driver()
    machine.at(1, say(1, 7))
    machine.at(2, say(2, 8))
    (reason,) = kept(machine)
    assert (reason.position, reason.handler, reason.key) == ("d1/2", "test.add", "a")
    assert (reason.active, reason.level, reason.title) == (True, Level.YELLOW, "full")
    assert (reason.event.id, reason.event.source) == ("v2", "/test/a")
    assert msgspec.json.decode(reason.event.data) == {"value": 8}
    assert msgspec.json.decode(reason.before) == {"total": 7}
    assert msgspec.json.decode(reason.after) == {"total": 15}
    assert [(each.name, each.due) for each in reason.timers] == [
        ("look", "2026-11-23T00:01:02.000Z")
    ]


def test_only_changes_are_kept_and_a_timer_may_be_the_cause() -> None:
    """The same words again are no change; the clear is one, and names the timer."""
    machine = driver()
    for number in range(1, 5):
        machine.at(number, say(number, 11))
    machine.tick(100)
    assert [each.active for each in kept(machine)] == [True, False]
    cleared = kept(machine)[1]
    assert (cleared.handler, cleared.event.type) == ("test.look", "timer.look")
    assert cleared.level is None


def test_the_last_eight_are_kept() -> None:
    """An alert that flaps does not fill the store."""
    machine = driver()
    for number in range(1, 15):
        machine.at(number, say(2 * number, 200), say(2 * number + 1, -200))
    assert len(kept(machine)) == reasons.KEPT
    machine.restart()
    machine.at(40, say(40, 200))
    assert kept(machine)[-1].position == "d1/29"


def test_identities_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that was first heard of goes first."""
    monkeypatch.setattr(reasons, "ALERTS_CLOSED", 2)
    machine = driver()
    for device in ("a", "b", "c"):
        machine.at(1, reading(device, {"value": 50}, id=device))
    assert sorted(name for table, name in machine.kept if table == "reasons") == [
        "test/full/b", "test/full/c",
    ]  # fmt: skip


def test_a_state_too_large_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reason has a bound, whatever a scenario remembers."""
    monkeypatch.setattr(reasons, "STATE_BYTES", 3)
    machine = driver()
    machine.at(1, say(1, 50))
    assert bytes(kept(machine)[0].after) == b"null"
