"""Views: each handler reads of an event what it needs; what fits no view is no reading."""

import pytest

from hub.core.route import Route
from hub.sdk import Context, Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A number."""

    value: int


class Word(Payload, frozen=True):
    """A word of the same reading."""

    word: str


class Last(State):
    """What a handler saw last."""

    seen: str = ""


def scenario(name: str) -> Scenario:
    """Return an empty scenario."""
    return Scenario(name, title="测试", title_en="Test", description="")


@pytest.fixture
def driver() -> Driver:
    """Return a machine of two scenarios that read one type in two ways, and one that reads none."""
    numbers, words = scenario("numbers"), scenario("words")

    @numbers.on("city.test.value")
    def number(said: Value, last: Last) -> None:
        last.seen += f"{said.value};"

    @words.on("city.test.value")
    def word(said: Word, last: Last) -> None:
        last.seen += f"{said.word};"

    @words.on("city.test.value")
    def any_of_it(ctx: Context) -> None:
        ctx.count("seen")

    return Driver(registry(numbers, words))


def seen(driver: Driver, scenario: str) -> str:
    """Return what a scenario's handler saw."""
    return driver.kept.get(("state", f"{scenario}.Last|a"), b"").decode("latin-1")


def test_two_scenarios_read_one_type_each_in_its_view(driver: Driver) -> None:
    """Each gets its own fields; the others of the data are not its business."""
    driver.at(1, reading("a", {"value": 7, "word": "seven"}))
    assert "7;" in seen(driver, "numbers")
    assert "seven;" in seen(driver, "words")
    assert driver.counter("words.seen") == 1
    assert driver.letters() == []


def test_a_view_that_does_not_fit_costs_only_its_handlers(driver: Driver) -> None:
    """The others run; the dead letter names the handler and the place."""
    driver.at(1, reading("a", {"value": "x", "word": "seven"}))
    assert seen(driver, "numbers") == ""
    assert "seven;" in seen(driver, "words")
    (letter,) = driver.letters()
    assert (letter.reason, letter.handler) == ("schema", "numbers.number")
    assert "$.value" in letter.detail
    assert driver.device("/test/a").accepted == 1


def test_what_fits_no_view_is_no_reading(driver: Driver) -> None:
    """Nothing runs, the device was not heard; one letter, of no handler."""
    driver.at(1, reading("a", {"value": "x", "word": 7}))
    (letter,) = driver.letters()
    assert (letter.reason, letter.handler) == ("schema", "")
    assert driver.counter("words.seen") == 0
    assert driver.counter("readings") == 0


def test_one_view_is_decoded_once(driver: Driver) -> None:
    """Handlers with the same payload are given the same object."""
    given: list[Value] = []
    test = scenario("test")

    @test.on("city.test.value")
    def one(said: Value) -> None:
        given.append(said)

    @test.on("city.test.value")
    def two(said: Value) -> None:
        given.append(said)

    Driver(registry(test)).at(1, reading("a", {"value": 1}))
    assert given[0] is given[1]
    route = registry(test).route("city.test.value")
    assert route is not None
    assert len(route.views) == len(route.decoders) == 1
    assert Route().handlers == []
