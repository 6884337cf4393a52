"""Screen entities: versions that grow, staleness that follows the device, removal."""

import msgspec
import pytest

from hub.model.output import Shown
from hub.sdk import SECOND, Context, Payload, Scenario
from tests.support.machine import Driver, card, reading, registry
from tests.support.things import say, things


class Value(Payload, frozen=True):
    """A reading's number; 0 takes the thing off the screen."""

    value: int


def hiding() -> Scenario:
    """Return a scenario that shows or hides a thing, and shows it again from a timer."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer("thing", "物", "Things", data=Value, fields=())

    @test.on("city.test.value")
    def show(ctx: Context, said: Value) -> None:
        if said.value:
            ctx.show(layer, ctx.key, ctx.key, said, at=(123.4, 41.8), level="free")
        else:
            ctx.hide(layer, ctx.key)
        ctx.start("again", 300 * SECOND)

    @test.timer("again")
    def again(ctx: Context) -> None:
        ctx.show(layer, ctx.key, ctx.key, Value(9))

    return test


@pytest.fixture
def driver() -> Driver:
    """Return a machine with that scenario and the card of device `a` (60 s)."""
    driver = Driver(registry(hiding()))
    driver.at(0, card("a"))
    return driver


def test_v_grows_with_each_change_also_over_a_restart(driver: Driver) -> None:
    """A screen that has seen v knows what is newer."""
    for number in range(1, 6):
        driver.at(number, reading("a", {"value": number}, id=str(number)))
        driver.restart()
    versions = [msgspec.json.decode(each.json or b"")["v"] for each in driver.of(Shown)]
    assert len(versions) == 5
    assert versions == sorted(set(versions))


def test_an_entity_carries_what_was_shown(driver: Driver) -> None:
    """Place, district, level, title, the data's time, and data as the layer declares."""
    driver.at(5, reading("a", {"value": 3}, said=4))
    entity = driver.shown("test.thing/a")
    assert (entity.layer, entity.at, entity.district) == ("test.thing", (123.4, 41.8), "210103")
    assert (entity.level, entity.title, entity.stale) == ("free", "a", False)
    assert entity.time == "2026-11-23T00:00:04.000Z"
    assert msgspec.json.decode(entity.data) == {"value": 3}


def test_the_output_is_the_cell(driver: Driver) -> None:
    """What the screen receives is what a starting screen reads, byte for byte."""
    (shown,) = driver.at(5, reading("a", {"value": 3}))
    assert isinstance(shown, Shown)
    assert shown.json == driver.kept["entities", "test.thing/a"]
    assert (shown.layer, shown.district, shown.at) == ("test.thing", "210103", (123.4, 41.8))


def test_hidden_is_gone(driver: Driver) -> None:
    """Removal is told once; hiding what is not there is nothing."""
    driver.at(1, reading("a", {"value": 3}, id="1"))
    (shown,) = driver.at(2, reading("a", {"value": 0}, id="2"))
    assert isinstance(shown, Shown)
    assert shown.json is None
    assert driver.entity("test.thing/a") is None
    assert driver.at(3, reading("a", {"value": 0}, id="3")) == []


def test_v_grows_over_a_removal(driver: Driver) -> None:
    """Hidden and shown again, be it at one log time: the screen must not take it for older."""
    driver.at(1, reading("a", {"value": 1}, id="1"), reading("a", {"value": 2}, id="2"))
    before = driver.shown("test.thing/a").v
    driver.at(1, reading("a", {"value": 0}, id="3"), reading("a", {"value": 3}, id="4"))
    assert driver.shown("test.thing/a").v > before


def test_stale_follows_the_device() -> None:
    """The entity turns stale and fresh with its device, each a change with a new version."""
    driver = Driver(things())
    driver.at(0, card("a"))
    driver.at(1, say(1))
    driver.tick(181)
    stale = driver.shown("test.thing/a")
    assert stale.stale
    driver.restart()
    driver.at(200, say(2))
    fresh = driver.shown("test.thing/a")
    assert not fresh.stale
    assert fresh.v > stale.v


def test_an_entity_stays_stale_when_a_timer_shows_it(driver: Driver) -> None:
    """A thing once shown from its device's reading lives by that device, whoever shows it."""
    driver.at(1, reading("a", {"value": 1}))
    driver.tick(200)
    assert driver.shown("test.thing/a").stale
    driver.tick(400)
    entity = driver.shown("test.thing/a")
    assert msgspec.json.decode(entity.data) == {"value": 9}
    assert entity.stale


def test_a_late_reading_does_not_make_an_old_value_fresh() -> None:
    """A sign of life that brings no current value: the old number is not shown as new."""
    driver = Driver(things())
    driver.at(0, card("a"))
    driver.at(160, say(5, said=160))
    driver.tick(400)
    driver.at(401, say(4, said=150))
    assert driver.shown("test.thing/a").stale
