"""Killed at any place of a feed and restored, the city raises the same alerts."""

from collections import Counter

import pytest

from hub.sdk import Context, Payload, Scenario
from hub.sdk.loading import BUILT_IN
from hub.sdk.testing import Diverged, Kit
from hub.sdk.testing.feed import Line
from hub.sdk.testing.survival import survives
from tests.support.mixed import mixed

EVENTS = 1_000
SEEDS = (1, 2)
SCENARIOS = sorted(path.parent for path in BUILT_IN.glob("*/scenario.py"))


def all_of_them(batch: int = 1_000) -> Kit:
    """Return a city with every scenario that comes with the hub."""
    return Kit(*SCENARIOS, batch=batch)


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_after_each_event_the_alerts_are_the_same(seed: int) -> None:
    """1,000 events: begun again from its tables after each, or crashed within batches of 16.

    Being killed after event i alone is a part of it: by then the restarted city was the plain one,
    and what it does from there on is a function of its tables and of the events.
    """
    kit = survives(all_of_them, mixed(EVENTS, seed))
    kinds = Counter(alert.scenario for alert in kit.changes)
    assert set(kinds) >= {"ecology", "emergency", "hospital", "parking"}, kinds
    assert sum(alert.cleared is not None for alert in kit.changes) > 5
    reasons = {letter.reason for letter in kit.letters}
    assert reasons == {"schema"}
    assert kit.counters["late"] > 5
    assert kit.counters["stale"] > 5
    assert len(kit.commands) > 1


@pytest.mark.parametrize("at", [0, 3, 7])
def test_what_does_not_survive_is_found(at: int) -> None:
    """The check does tell: one handler that counts in a list, wherever it begins to matter."""
    seen: dict[int, list[int]] = {}

    def city(batch: int = 1_000) -> Kit:
        mine = seen.setdefault(len(seen), [])
        bad = Scenario("bad", title="", title_en="", description="")

        @bad.on("city.test.value")
        def value(ctx: Context) -> None:
            mine.append(1)
            if len(mine) > at:
                ctx.emit("bad.said", Said(len(mine)))

        return Kit(bad, batch=batch)

    lines = [Line("city/210102/test/a/value", {}, time) for time in range(20)]
    with pytest.raises(Diverged):
        survives(city, lines)


class Said(Payload, frozen=True):
    """How often."""

    count: int
