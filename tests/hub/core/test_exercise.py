"""An exercise (演练): what is played is marked wherever it goes, and moves nothing real."""

from msgspec import Struct
from msgspec.structs import replace

from hub.model.event import EXERCISE, FRESH, STALE, Event
from hub.model.output import Downlink, Forward
from hub.sdk import MINUTE, SECOND, Context, Level, Payload, Scenario
from tests.support.machine import Driver, card, reading, registry

PLAYED = (EXERCISE,)


class Value(Payload, frozen=True):
    """One number."""

    value: int


class Order(Struct, frozen=True):
    """What a command says."""

    value: int


def barrier() -> Scenario:
    """Return a scenario that does all that a scenario can do when a value is above 10."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    test.alert("full", "满")
    layer = test.layer("thing", "物", "Things", data=Order, fields=())

    @test.on("city.test.value")
    def value(ctx: Context, said: Value) -> None:
        ctx.show(layer, ctx.key, ctx.key, Order(said.value))
        if said.value <= 10:
            ctx.clear_alert("full", "here")
            return
        ctx.raise_alert("full", "here", Level.RED, "full")
        ctx.command(
            "stop", district="210103", domain="test", device="b", data=Order(1), expires=MINUTE
        )
        ctx.emit("test.derived", Value(said.value))
        ctx.start("again", 30 * SECOND)

    @test.timer("again")
    def again(ctx: Context) -> None:
        ctx.command(
            "go", district="210103", domain="test", device="b", data=Order(2), expires=MINUTE
        )

    return test


def played(device: str, value: int, said: float) -> Event:
    """Return a reading that is an exercise."""
    return reading(device, {"value": value}, said=said, flags=PLAYED)


def test_all_that_follows_from_an_exercise_is_one() -> None:
    """Screen, alert, derived events, commands, and what a timer does later, over a restart."""
    city = Driver(registry(barrier()))
    city.at(0, played("a", 20, 0))
    city.restart()
    city.tick(60)
    assert city.shown("test.thing/a").quality == (EXERCISE,)
    commands = city.of(Downlink)
    assert [command.exercise for command in commands] == [True, True]
    forwards = city.of(Forward)
    assert len(forwards) == 2
    assert all(forward.event.exercise for forward in forwards)


def test_what_is_real_is_not_marked() -> None:
    """The same readings without the flag: not one mark."""
    city = Driver(registry(barrier()))
    city.at(0, reading("a", {"value": 20}, said=0))
    city.tick(60)
    assert city.shown("test.thing/a").quality == ()
    assert [command.exercise for command in city.of(Downlink)] == [False, False]
    assert not any(forward.event.exercise for forward in city.of(Forward))


def test_an_exercise_has_its_own_alert() -> None:
    """A played alert stands beside a real one of the same place, and neither clears the other."""
    city, desk = Driver(registry(barrier())), Driver(registry(), "city")

    def pass_on(seconds: float, event: Event) -> None:
        outputs = city.at(seconds, event)
        desk.at(seconds, *(o.event for o in outputs if isinstance(o, Forward)))

    pass_on(0, reading("a", {"value": 20}, said=0))
    pass_on(1, played("x", 20, 1))
    pass_on(2, played("x", 5, 2))
    real, exercise = desk.alert("test/full/here#1"), desk.alert("test/full/here~exercise#1")
    assert (real.exercise, real.cleared) == (False, None)
    assert exercise.exercise
    assert exercise.cleared is not None


def test_a_real_clear_ends_the_exercise_too() -> None:
    """What was played is over when the place is really calm: nothing stays behind."""
    city, desk = Driver(registry(barrier())), Driver(registry(), "city")
    for seconds, event in ((0, played("x", 20, 0)), (9, reading("a", {"value": 1}, said=9))):
        outputs = city.at(seconds, event)
        desk.at(seconds, *(o.event for o in outputs if isinstance(o, Forward)))
    assert desk.alert("test/full/here~exercise#1").cleared is not None


def test_the_silence_of_a_played_device_is_an_exercise() -> None:
    """A device that stops playing goes stale as an exercise; a real reading makes it real again."""
    seen: list[tuple[str, bool]] = []
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on_stale("Thing")
    def stale(ctx: Context) -> None:
        seen.append((STALE, ctx.event.exercise))

    @test.on_fresh("Thing")
    def fresh(ctx: Context) -> None:
        seen.append((FRESH, ctx.event.exercise))

    city = Driver(registry(test))
    city.at(0, replace(card("a", period=10), flags=PLAYED), played("a", 1, 0))
    city.tick(100)
    city.at(101, reading("a", {"value": 1}, said=101))
    assert seen == [(STALE, True), (FRESH, False)]
    assert not city.device("/test/a").exercise


def test_a_gap_of_an_exercise_asks_no_real_device() -> None:
    """The request to send again goes the way of every played command."""
    city = Driver()
    for sequence in (1, 5):
        city.at(sequence, reading("a", said=sequence, sequence=sequence, flags=PLAYED))
    assert [command.exercise for command in city.of(Downlink)] == [True]
