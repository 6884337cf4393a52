"""Timers: due time as `now`, before later events, in one order, over restarts."""

import msgspec
import pytest
from msgspec import field

from hub.sdk import SECOND, Context, Payload, Scenario, State
from tests.support.machine import Driver, after, reading, registry


class Order(Payload, frozen=True):
    """What a device asks for: start timer ``name`` after seconds, or stop it."""

    name: str
    seconds: float | None


class Log(State):
    """What happened, in order."""

    lines: list[str] = field(default_factory=list)


class Noted(Payload, frozen=True):
    """A line for the common log."""

    line: str


def clockwork() -> Scenario:
    """Return a scenario that starts timers as told and notes in one log what fires when."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.order")
    def order(ctx: Context, said: Order) -> None:
        if said.seconds is None:
            ctx.stop(said.name)
        else:
            ctx.start(said.name, round(said.seconds * SECOND))
        ctx.emit("test.noted", Noted(f"{ctx.key} {said.name} {said.seconds}"), district="210103")

    @test.timer("x")
    def x(ctx: Context) -> None:
        ctx.emit("test.noted", Noted(f"x {ctx.key} {ctx.now}"), district="210103")

    @test.timer("y")
    def y(ctx: Context) -> None:
        ctx.emit("test.noted", Noted(f"y {ctx.key} {ctx.now}"), district="210103")

    @test.timer("again")
    def again(ctx: Context) -> None:
        ctx.emit("test.noted", Noted(f"again {ctx.key} {ctx.now}"), district="210103")
        ctx.start("again", 10 * SECOND)

    @test.on("test.noted", key=lambda _: "log")
    def note(said: Noted, log: Log) -> None:
        log.lines.append(said.line)

    return test


@pytest.fixture
def driver() -> Driver:
    """Return a machine with that scenario."""
    return Driver(registry(clockwork()))


def order(device: str, name: str, seconds: float | None) -> dict[str, object]:
    """Return the data by which a device orders a timer."""
    return {"device": device, "data": {"name": name, "seconds": seconds}}


def tell(driver: Driver, at: float, *orders: dict[str, object]) -> None:
    """Append orders at a second."""
    for index, each in enumerate(orders):
        unique = f"{at}.{index}"
        event = reading(str(each["device"]), each["data"], id=unique, type="city.test.order")
        driver.at(at, event)


def lines(driver: Driver) -> list[str]:
    """Return what fired so far."""
    raw = driver.kept.get(("state", "test.Log|log"))
    log = Log() if raw is None else msgspec.msgpack.decode(raw, type=Log)
    return [line for line in log.lines if line.split()[0] in ("x", "y", "again")]


def test_a_timer_fires_with_its_due_time_as_now(driver: Driver) -> None:
    """However late the next event comes, `now` is the instant the timer was set for."""
    tell(driver, 1, order("a", "x", 10))
    driver.tick(500)
    assert lines(driver) == [f"x a {after(11)}"]
    driver.tick(600)
    assert len(lines(driver)) == 1


def test_a_timer_fires_at_its_instant_and_not_before(driver: Driver) -> None:
    """An event of the due instant already finds it fired; one a microsecond earlier does not."""
    tell(driver, 1, order("a", "x", 10))
    driver.tick(10.999999)
    assert lines(driver) == []
    driver.tick(11)
    assert lines(driver) == [f"x a {after(11)}"]


def test_a_timer_fires_before_a_later_event(driver: Driver) -> None:
    """The log of what happened is in order of time."""
    tell(driver, 1, order("a", "x", 10))
    tell(driver, 30, order("b", "y", 5))
    raw = driver.kept["state", "test.Log|log"]
    seen = msgspec.msgpack.decode(raw, type=Log).lines
    assert seen == ["a x 10.0", f"x a {after(11)}", "b y 5.0"]


def test_ties_go_by_due_then_key_then_name(driver: Driver) -> None:
    """Not by the order in which the timers were set."""
    tell(driver, 1, order("b", "x", 10), order("a", "y", 10), order("a", "x", 10))
    tell(driver, 2, order("c", "x", 9))
    driver.tick(100)
    fired = [line.rsplit(" ", 1)[0] for line in lines(driver)]
    assert fired == ["x a", "y a", "x b", "x c"]


def test_a_timer_can_be_cancelled(driver: Driver) -> None:
    """Stopped is stopped; stopping what does not run is nothing."""
    tell(driver, 1, order("a", "x", 10), order("b", "x", 10))
    tell(driver, 5, order("a", "x", None), order("c", "x", None))
    driver.tick(100)
    assert lines(driver) == [f"x b {after(11)}"]


@pytest.mark.parametrize("moved", [3.0, 50.0])
def test_a_timer_can_be_moved(driver: Driver, moved: float) -> None:
    """Started again it fires once, at the new instant, be it earlier or later."""
    tell(driver, 1, order("a", "x", 10))
    tell(driver, 5, order("a", "x", moved))
    driver.tick(500)
    assert lines(driver) == [f"x a {after(5 + moved)}"]


def test_moved_away_and_back_fires_once(driver: Driver) -> None:
    """The instant it had before leaves nothing behind."""
    tell(driver, 1, order("a", "x", 10), order("a", "x", 20), order("a", "x", 10))
    driver.tick(500)
    assert lines(driver) == [f"x a {after(11)}"]


def test_timers_survive_a_restart(driver: Driver) -> None:
    """They are state: a new machine fires them at the same instants, in the same order."""
    tell(driver, 1, order("b", "x", 10), order("a", "x", 10), order("c", "y", 5))
    tell(driver, 2, order("c", "y", None))
    driver.restart()
    driver.tick(100)
    assert lines(driver) == [f"x a {after(11)}", f"x b {after(11)}"]
    driver.restart()
    driver.tick(200)
    assert len(lines(driver)) == 2


def test_a_timer_that_starts_itself_catches_up(driver: Driver) -> None:
    """After a silence each of its instants comes, one after the other."""
    tell(driver, 0, order("a", "again", 10))
    driver.tick(35)
    assert lines(driver) == [f"again a {after(second)}" for second in (10, 20, 30)]


def test_a_timer_runs_at_least_a_second(driver: Driver) -> None:
    """Below a tick it would mean nothing, and one that starts itself would never end."""
    tell(driver, 0, order("a", "x", 0), order("b", "x", -5))
    driver.tick(10)
    assert lines(driver) == [f"x a {after(1)}", f"x b {after(1)}"]


def test_a_timer_whose_handler_is_gone_is_counted(driver: Driver) -> None:
    """A scenario that was changed leaves timers behind: they are dropped, not fatal."""
    tell(driver, 0, order("a", "nobody", 5))
    driver.tick(10)
    assert driver.counter("timer-without-handler|name=test.nobody") == 1
    assert not [cell for cell in driver.kept if cell[0] == "timers"]


def test_a_key_may_hold_any_character(driver: Driver) -> None:
    """Also the one that parts the fields of a timer's cell."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    fired: list[str] = []

    @test.on("city.test.order", key=lambda _: "a\x1fb|c")
    def begin(ctx: Context, _: Order) -> None:
        ctx.start("x", SECOND)

    @test.timer("x")
    def over(ctx: Context) -> None:
        fired.append(ctx.key)

    driver = Driver(registry(test))
    tell(driver, 0, order("a", "x", 5))
    driver.restart()
    driver.tick(10)
    assert fired == ["a\x1fb|c"]
