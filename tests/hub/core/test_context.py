"""What a handler does beyond its own key: other subjects, other keys' timers, forgetting."""

from hub.model.event import Event
from hub.sdk import SECOND, Context, Field, Payload, Scenario, State
from tests.support.machine import Driver, card, reading, registry


class Word(Payload, frozen=True):
    """What to do."""

    do: str


class Memory(State):
    """What is remembered."""

    count: int = 0


class View(Payload, frozen=True):
    """What is shown."""

    count: int


def scenario() -> Scenario:
    """Return a scenario that does as its readings say."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    things = test.layer("thing", "物", "Things", data=View, fields=(Field("count", "数", "Count"),))

    @test.on("city.test.value", cooldown=SECOND)
    def act(ctx: Context, said: Word, memory: Memory) -> None:
        memory.count += 1
        ctx.show(things, ctx.key, ctx.key, View(memory.count), stale=said.do == "stale")
        match said.do:
            case "start":
                ctx.start("later", SECOND)
            case "start other":
                ctx.start("later", 5 * SECOND, key="other")
            case "stop other":
                ctx.stop("later", key="other")
            case "emit":
                ctx.emit("test.told", said, subject="other")
            case "forget":
                ctx.forget()

    @test.on("test.told")
    def told(ctx: Context, memory: Memory) -> None:
        memory.count += 100

    @test.timer("later")
    def later(ctx: Context, memory: Memory) -> None:
        memory.count += 10

    return test


def do(driver: Driver, second: float, word: str) -> None:
    """Have device `a` do something."""
    driver.at(second, reading("a", {"do": word}, id=f"{second}"))


def count(driver: Driver, key: str) -> int | None:
    """Return what is remembered of a key."""
    raw = driver.kept.get(("state", f"test.Memory|{key}"))
    return None if raw is None else raw[-1]


def test_an_event_may_be_about_another_subject() -> None:
    """Its reader's key is the subject."""
    driver = Driver(registry(scenario()), partition="city")
    do(driver, 1, "emit")
    assert (count(driver, "a"), count(driver, "other")) == (1, 100)


def test_a_timer_may_be_another_keys() -> None:
    """Started and stopped from here, it runs there."""
    driver = Driver(registry(scenario()))
    do(driver, 1, "start other")
    driver.tick(10)
    assert (count(driver, "a"), count(driver, "other")) == (1, 10)
    do(driver, 11, "start other")
    do(driver, 12, "stop other")
    driver.tick(20)
    assert count(driver, "other") == 10


def test_forgetting_leaves_nothing_of_a_key() -> None:
    """State, timers and what the rules remember; other keys keep theirs."""
    driver = Driver(registry(scenario()))
    driver.at(0, reading("b", {"do": ""}))
    do(driver, 1, "start")
    do(driver, 1.5, "forget")
    assert count(driver, "a") == 1, "within the cooldown nothing runs"
    do(driver, 2, "forget")
    kept = {name for table, name in driver.kept if table in ("state", "memories", "timers")}
    assert kept == {"test.Memory|b", "test.act|b"}
    driver.restart()
    do(driver, 2.5, "")
    assert count(driver, "a") == 1


def test_an_entity_may_be_stale_by_itself() -> None:
    """Its device is not, and it is fresh when it is shown again."""
    driver = Driver(registry(scenario()))
    driver.at(0, card("a"))
    do(driver, 1, "stale")
    assert driver.shown("test.thing/a").stale
    do(driver, 3, "")
    assert not driver.shown("test.thing/a").stale


def test_a_scenario_counts_under_its_own_name() -> None:
    """Its counters stand beside the hub's; a name too many counts as another."""
    test = Scenario("test", title="测试", title_en="Test", description="")

    @test.on("city.test.value")
    def act(ctx: Context, said: Word) -> None:
        ctx.count(said.do)

    driver = Driver(registry(test))
    events: list[Event] = [
        reading("a", {"do": f"n{number}"}, id=str(number)) for number in range(150)
    ]
    driver.at(1, *events)
    assert driver.counter("test.n0") == 1
    assert driver.counter("test.other") == 50
