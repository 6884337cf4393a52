"""The stories of the simulated city, as 应急 tells them from the first reading to the last."""

import msgspec

from hub.model.alert import Level
from scenarios.emergency.messages import RoadClosed, Surroundings
from tests.scenarios.stories import played


def test_gas_leak_reaches_the_surroundings_and_returns() -> None:
    """Link 6: blue, yellow by the rise, orange with 周边分析 beside the hospital, and back."""
    told, _ = played("gas-leak")
    assert told.levels("gas", "space-002") == [
        Level.BLUE, Level.YELLOW, Level.ORANGE, Level.YELLOW, Level.BLUE, None,
    ]  # fmt: skip
    said = told.heard("emergency.surroundings")
    heard = [msgspec.json.decode(each.data, type=Surroundings) for each in said]
    assert [each.active for each in heard] == [True, False]
    found = heard[0]
    assert found.lots
    assert found.schools
    assert found.lifts
    assert [near.name for near in found.hospitals] == ["盛京医院南湖"]
    assert None not in (found.fire, found.medical, found.gas)
    assert all(alert.cleared for alert in told.last())


def test_rainstorm_closes_roads_and_garages_and_opens_them() -> None:
    """Links 1 and 2: rain to red, roads closed by command and opened again, garages advised."""
    told, _ = played("rainstorm")
    said = told.heard("emergency.road-closed")
    closures = [msgspec.json.decode(each.data, type=RoadClosed) for each in said]
    kinds = {(alert.kind, alert.level) for alert in told.alerts}
    assert {
        ("rain", Level.RED), ("ponding", Level.RED),
        ("garage", Level.RED), ("garage", Level.ORANGE),
    } <= kinds  # fmt: skip
    closed = {each.road for each in closures if each.closed}
    assert closed
    assert {each.road for each in closures if not each.closed} == closed
    sent = [msgspec.json.decode(command.json)["name"] for command in told.commands]
    assert sent.count("close") == sent.count("open") == len(closures) / 2
    still = {alert.kind for alert in told.last() if not alert.cleared}
    assert still == {"rain"}, "the 6-hour window still holds its rain when the story ends"


def test_match_day_fills_the_venue_and_empties_it() -> None:
    """Link 5: the stadium's lots fill, guidance and the metro are advised, all is over."""
    told, _ = played("match-day")
    assert told.levels("venue", "aoti") == [Level.YELLOW, None]
    assert told.levels("saturated", "aoti") == [Level.YELLOW, Level.ORANGE, Level.YELLOW, None]
