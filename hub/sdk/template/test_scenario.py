"""The tests of 示例. `cityhub scenario test example` runs them, and plain pytest does."""

from hub.sdk import MINUTE
from hub.sdk.testing import Kit

METER = "city/210102/example/meter-1"


def test_too_high_for_ten_minutes_alerts(kit: Kit) -> None:
    """Not at once, but when it has lasted; and it is cleared below 65."""
    kit.send(f"{METER}/level", {"value": 80})
    assert kit.alert("high", "meter-1") is None
    kit.advance(10 * MINUTE)
    assert kit.alert("high", "meter-1") is not None
    kit.send(f"{METER}/level", {"value": 60})
    assert kit.alert("high", "meter-1") is None


def test_a_short_peak_does_not(kit: Kit) -> None:
    """It fell before the ten minutes were over, and a restart changes nothing."""
    kit.send(f"{METER}/level", {"value": 80})
    kit.restart()
    kit.send(f"{METER}/level", {"value": 50})
    kit.advance(20 * MINUTE)
    assert kit.changes == []
    assert kit.screen["example.meter/meter-1"].data == {"value": 50, "highest": 80}


def test_the_feed_leads_to_the_golden_outputs(kit: Kit) -> None:
    """`CITYHUB_GOLDEN=write` writes them anew: read the difference."""
    kit.feed("feed.jsonl")
    kit.matches("golden/feed.jsonl")
