"""The deadline: what runs too long is stopped and rolled back; the verdict is in the log."""

import sys
import time
from collections.abc import Callable, Iterator

import msgspec
import pytest

from hub.core.guard import Recorded, verdicts
from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.model.event import VERDICT
from hub.model.output import Forward
from hub.model.verdict import Verdict
from hub.sdk import Context, Scenario
from hub.work.board import Board
from hub.work.deadline import Deadline
from hub.work.deaths import Death
from tests.support.bad import FAILING, STOPPED, loops, nests
from tests.support.machine import Driver, reading, registry
from tests.support.things import Memory, Value, View

pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"
)
"""A signal that comes in a collector's callback is swallowed there; the next look repeats it."""

Act = Callable[[], None]


def scenarios(act: Act) -> Registry:
    """Return a scenario that misbehaves on the value 13, and a good one after it."""
    bad = Scenario("bad", title="坏", title_en="Bad", description="")
    good = Scenario("good", title="好", title_en="Good", description="")
    layer = good.layer("thing", "物", "Things", data=View, fields=())

    @bad.on("city.test.value")
    def wild(ctx: Context, said: Value, memory: Memory) -> None:
        memory.every.append(said.value)
        ctx.emit("bad.other", said)
        if said.value == 13:
            act()

    @good.on("city.test.value")
    def tame(ctx: Context, said: Value, memory: Memory) -> None:
        memory.every.append(said.value)
        ctx.show(layer, ctx.key, ctx.key, View(said.value))

    return registry(bad, good)


@pytest.fixture
def deadline() -> Iterator[Deadline]:
    """Yield a deadline that looks, as it does while a batch is applied."""
    found = Deadline(Board.create())
    with found.armed("d1"):
        yield found


def feed(driver: Driver) -> None:
    """Send values of which the second makes the handler misbehave."""
    for number, value in enumerate((1, 13, 2), start=1):
        driver.at(number, reading("a", {"value": value}, id=str(number)))


def remembered(driver: Driver, scenario: str) -> list[int]:
    """Return what a scenario remembers."""
    raw = driver.kept["state", f"{scenario}.Memory|a"]
    return msgspec.msgpack.decode(raw, type=Memory).every


@pytest.mark.parametrize("act", [*STOPPED, *FAILING], ids=lambda act: act.__name__)
def test_whatever_a_handler_does_it_alone_is_rolled_back(act: Act, deadline: Deadline) -> None:
    """State and effects are as if the call had not been; a letter says where it was."""
    driver = Driver(scenarios(act), guard=deadline)
    started = time.thread_time()
    feed(driver)
    assert remembered(driver, "bad") == [1, 2]
    assert remembered(driver, "good") == [1, 13, 2]
    (letter,) = driver.letters()
    assert (letter.position, letter.handler) == ("d1/2", "bad.wild")
    assert letter.reason == ("deadline" if act in STOPPED else "handler-error")
    assert "support/bad.py:" in letter.detail
    assert msgspec.json.decode(letter.original) == {"value": 13}
    assert time.thread_time() - started < 2


def test_a_structure_that_ends_in_deep_recursion_harms_nobody(
    deadline: Deadline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Freeing a million nested lists is a recursion in C: the interpreter bounds it."""
    # What is raised while they are freed has nobody to catch it; pytest's own hook would format it,
    # within the time of the call.
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    driver = Driver(scenarios(nests), guard=deadline)
    feed(driver)
    assert remembered(driver, "good") == [1, 13, 2]


@pytest.mark.parametrize("act", [loops, *FAILING[:1]], ids=lambda act: act.__name__)
def test_what_was_stopped_is_a_verdict_and_a_replay_stops_it_too(
    act: Act, deadline: Deadline
) -> None:
    """With the verdicts of the log the same outputs and the same state, with no clock at all."""
    live = Driver(scenarios(act), guard=deadline)
    feed(live)
    told = [each.event for each in live.of(Forward) if each.event.type == VERDICT]
    assert len(told) == (act is loops)
    assert all(each.partition == "d1" for each in live.of(Forward) if each.event.type == VERDICT)
    replayed = Driver(scenarios(act), guard=Recorded(verdicts(told)))
    feed(replayed)
    assert replayed.outputs == live.outputs
    assert replayed.kept == live.kept


def test_the_verdict_names_the_call(deadline: Deadline) -> None:
    """Ordinal, handler and cause: one call of one handler, and no other."""
    driver = Driver(scenarios(loops), guard=deadline)
    feed(driver)
    (event,) = [each.event for each in driver.of(Forward) if each.event.type == VERDICT]
    verdict = msgspec.json.decode(event.data, type=Verdict)
    assert (verdict.ordinal, verdict.handler, verdict.cause) == (2, "bad.wild", "d1.2.wild")
    assert verdict.detail == driver.letters()[0].detail
    driver.at(9, event)  # it comes back through the log, where nobody has to do with it
    assert len(driver.letters()) == 1


def test_a_call_that_killed_the_worker_twice_is_not_made(deadline: Deadline) -> None:
    """The letter says of what the worker died; the other handlers of the event run."""
    deadline.doomed.set("d1", [Death(2, 1, "bad.wild", 2, "it held the interpreter")])
    called: list[int] = []
    driver = Driver(scenarios(lambda: called.append(1)), guard=deadline)
    feed(driver)
    (letter,) = driver.letters()
    assert (letter.reason, letter.handler) == ("killed", "bad.wild")
    assert letter.detail == "it held the interpreter; the worker died of it 2 times"
    assert not called
    assert remembered(driver, "good") == [1, 13, 2]


@pytest.mark.parametrize(
    "death",
    [
        Death(2, 1, "bad.wild", 1, "once may be chance"),
        Death(2, 2, "bad.wild", 2, "another call"),
        Death(3, 1, "bad.other", 2, "another handler"),
    ],
)
def test_another_call_is_made(death: Death, deadline: Deadline) -> None:
    """One death, another call of the event, another handler: nothing is skipped."""
    deadline.doomed.set("d1", [death])
    driver = Driver(scenarios(lambda: None), guard=deadline)
    feed(driver)
    assert not driver.letters()
    assert remembered(driver, "bad") == [1, 13, 2]


def test_a_key_function_is_stopped_too(deadline: Deadline) -> None:
    """Whatever of a scenario runs, it runs by the guard."""
    bad = Scenario("bad", title="坏", title_en="Bad", description="")

    def endless(_: Value) -> str:
        loops()
        return ""

    @bad.on("city.test.value", key=endless)
    def wild(ctx: Context, said: Value) -> None:
        """Never come to this."""

    driver = Driver(registry(bad), guard=deadline)
    driver.at(1, reading("a", {"value": 1}))
    assert [(each.reason, each.handler) for each in driver.letters()] == [("deadline", "bad.wild")]


def test_nothing_is_stopped_outside_of_a_handler(deadline: Deadline) -> None:
    """The core's own work is never cut, however long it takes: only handlers are looked at."""
    deadline.at("d1", 1)
    busy = time.thread_time() + 0.3
    while time.thread_time() < busy:
        deadline.run(_handler(), "d1.1.x", len, ())


def test_many_short_calls_are_no_long_one(deadline: Deadline) -> None:
    """Time is counted by the call: a burst of quick ones never adds up."""
    driver = Driver(scenarios(lambda: None), guard=deadline)
    busy, number = time.thread_time() + 0.4, 0
    while time.thread_time() < busy:
        number += 1
        driver.at(1, reading("a", {"value": 1}, id=str(number)))
        driver.kept.clear()
    assert not driver.letters()


def test_the_board_tells_the_running_call(deadline: Deadline) -> None:
    """What the watchdog reads: partition, ordinal, the how-manieth call, handler."""
    found: list[object] = []
    driver = Driver(scenarios(lambda: found.append(deadline.board.read())), guard=deadline)
    feed(driver)
    (call,) = found
    told = msgspec.to_builtins(call)
    assert {**told, "serial": 0} == {
        "serial": 0, "partition": "d1", "ordinal": 2, "number": 1, "handler": "bad.wild",
    }  # fmt: skip


def _handler() -> Handler:
    return scenarios(lambda: None).on("city.test.value")[0]
