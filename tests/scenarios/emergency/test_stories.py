"""The stories of the simulated city, from the first reading to the last effect."""

from collections.abc import Iterator

import msgspec

from hub.core.registry import Registry
from hub.model.alert import Alert, Level
from hub.sdk import Scenario
from hub.sdk.loading import load_all
from scenarios.emergency.messages import RoadClosed, Surroundings
from sensors.city.size import Size
from tests.scenarios.emergency.story import Told, played

SMALL = Size(detectors=9, zones=1, covers=1)
WET = Size(detectors=3, zones=1, covers=1, gauges=20, ponds=24)


def levels(told: Told, kind: str, place: str) -> list[Level | None]:
    """Return the levels an alert went through; None when it was cleared."""
    found: list[Level | None] = []
    for alert in told.alerts:
        if (alert.kind, alert.place) == (kind, place):
            level = None if alert.cleared else alert.level
            found += [level] if not found or found[-1] != level else []
    return found


def last(told: Told) -> Iterator[Alert]:
    """Yield the last word on each alert."""
    yield from {alert.id: alert for alert in told.alerts}.values()


def test_gas_leak_reaches_the_surroundings_and_returns() -> None:
    """Link 6: blue, yellow by the rise, orange with 周边分析 beside the hospital, and back."""
    heard: list[Surroundings] = []
    other = Scenario("neighbour", title="邻居", title_en="Neighbour", description="")

    @other.on("emergency.surroundings")
    def around(said: Surroundings) -> None:
        heard.append(said)

    known = load_all("scenarios/emergency,scenarios/parking").declarations
    told = played("gas-leak", SMALL, Registry([*known, other.declaration()]))
    assert levels(told, "gas", "space-002") == [
        Level.BLUE, Level.YELLOW, Level.ORANGE, Level.YELLOW, Level.BLUE, None,
    ]  # fmt: skip
    assert [each.active for each in heard] == [True, False]
    found = heard[0]
    assert found.lots
    assert found.schools
    assert found.lifts
    assert [near.name for near in found.hospitals] == ["盛京医院南湖"]
    assert None not in (found.fire, found.medical, found.gas)
    assert all(alert.cleared for alert in last(told))
    assert told.letters == []


def test_gas_leak_twice_is_the_same() -> None:
    """One story, one digest."""
    assert played("gas-leak", SMALL).digest() == played("gas-leak", SMALL).digest()


def test_rainstorm_closes_roads_and_garages_and_opens_them() -> None:
    """Links 1 and 2: rain to red, roads closed by command and opened again, garages advised."""
    closures: list[RoadClosed] = []
    other = Scenario("neighbour", title="邻居", title_en="Neighbour", description="")

    @other.on("emergency.road-closed")
    def road(said: RoadClosed) -> None:
        closures.append(said)

    known = load_all("scenarios/emergency,scenarios/parking").declarations
    told = played("rainstorm", WET, Registry([*known, other.declaration()]))
    kinds = {(alert.kind, alert.level) for alert in told.alerts}
    assert {
        ("rain", Level.RED), ("ponding", Level.RED),
        ("garage", Level.RED), ("garage", Level.ORANGE),
    } <= kinds  # fmt: skip
    closed = {each.road for each in closures if each.closed}
    assert closed
    assert {each.road for each in closures if not each.closed} == closed
    sent = [msgspec.json.decode(command.json, type=dict[str, object]) for command in told.commands]
    names = [each["name"] for each in sent]
    assert names.count("close") == names.count("open") == len(closures) / 2
    assert told.letters == []
    still = {alert.kind for alert in last(told) if not alert.cleared}
    assert still == {"rain"}, "the 6-hour window still holds its rain when the story ends"
