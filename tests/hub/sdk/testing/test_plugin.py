"""The pytest plugin: a test is three lines."""

import pytest

from hub.sdk.loading import BUILT_IN
from hub.sdk.testing import Kit


@pytest.mark.scenario("parking")
def test_the_mark_says_which_scenario(kit: Kit) -> None:
    """By folder, or by the name of one that comes with the hub."""
    kit.send("city/210102/parking/a/occupancy", {
        "totalSpotNumber": 10, "occupiedSpotNumber": 10, "availableSpotNumber": 0,
    })  # fmt: skip
    assert "parking.lot/a" in kit.screen
    assert kit.folder == BUILT_IN / "parking"


@pytest.mark.scenario("parking", "hospital", batch=1, start="2026-11-23T20:00:00+08:00")
def test_the_mark_gives_options(kit: Kit) -> None:
    """Several scenarios, another beginning."""
    assert kit.now == kit.start
    assert {name.partition(".")[0] for name in kit.tiles} == {"parking", "hospital"}
