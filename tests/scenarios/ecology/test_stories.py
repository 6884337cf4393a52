"""The story of heavy pollution, from the smoke to the schools and the emergency departments."""

import msgspec

from hub.model.alert import Level
from tests.scenarios.stories import played


def test_heavy_pollution_comes_and_goes() -> None:
    """Every grade up and down; schools and hospitals are told, and told it is over."""
    told, _ = played("heavy-pollution")
    assert told.levels("air", "city") == [
        Level.BLUE, Level.YELLOW, Level.ORANGE, Level.RED, Level.ORANGE, Level.YELLOW, Level.BLUE,
        None,
    ]  # fmt: skip
    heavy = [msgspec.json.decode(each.data) for each in told.heard("ecology.heavy")]
    begun = {each["district"] for each in heavy if each["active"]}
    assert len(begun) == 9
    assert {each["district"] for each in heavy if not each["active"]} == begun
    eds = [each for each in told.last() if each.scenario == "hospital"]
    assert len(eds) == 5
    assert all(each.cleared for each in eds)
    assert {each["primary"] for each in heavy} == {"PM2.5"}
