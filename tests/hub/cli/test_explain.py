"""`cityhub explain` on a real Redis, with an alert that the machine itself raised."""

import json

import pytest

from hub.cli.errors import CommandFailed
from hub.core.registry import Registry
from hub.model.alert import Level
from hub.model.event import ALERT
from hub.sdk import MINUTE, Context, Payload, Scenario, State
from tests.hub.cli.conftest import CityLog, Invoke
from tests.support.machine import Driver, after, reading, registry

pytestmark = pytest.mark.contract


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Sum(State):
    """What was added up."""

    total: int = 0


def scenarios() -> Registry:
    """Return a scenario that warns of a large sum."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    test.alert("full", "满")

    @test.on("city.test.value")
    def add(ctx: Context, said: Value, state: Sum) -> None:
        state.total += said.value
        ctx.start("look", MINUTE)
        if state.total > 10:
            ctx.raise_alert("full", ctx.key, Level.YELLOW, "area is full")

    @test.timer("look")
    def look(ctx: Context) -> None:
        ctx.clear_alert("full", ctx.key)

    return registry(test)


@pytest.fixture
def alert(log: CityLog) -> str:
    """Return the id of an alert that two readings raised."""
    events = [reading("a", {"value": number}, id=f"v{number}") for number in (7, 8)]
    log.append("d1", after(1), *events)
    log.work("d1", scenarios())
    driver = Driver(scenarios())
    driver.at(1, *events)
    raised = [each.event for each in driver.outputs if hasattr(each, "event")]
    log.append("city", after(2), *[each for each in raised if each.type == ALERT])
    log.work("city", scenarios())
    return "test/full/a#1"


def test_the_tree_tells_event_handler_state_and_timer(alert: str, invoke: Invoke) -> None:
    """What changed in the state is shown as old → new."""
    said = invoke("explain", alert)
    assert said.exit_code == 0, said.output
    for part in (
        alert, "area is full", "by test.add for a", "city.test.value at d1/2",
        "from /test/a, id v8", '{"value":8}', "total: 7 → 15", "timer look due",
    ):  # fmt: skip
        assert part in said.stdout, said.stdout


def test_as_json(alert: str, invoke: Invoke) -> None:
    """The alert and its reasons, as the API gives them."""
    said = json.loads(invoke("explain", alert, "--json").stdout)
    assert said["alert"]["id"] == alert
    (reason,) = said["reasons"]
    assert (reason["handler"], reason["after"]) == ("test.add", {"total": 15})


def test_an_unknown_alert_is_said_so(log: CityLog, invoke: Invoke) -> None:
    """With the remedy, and a status."""
    answer = invoke("explain", "nothing#1")
    assert isinstance(answer.exception, CommandFailed)
    assert "nothing#1" in answer.exception.problem
