"""Duplicates, reversals and resends leave the city as the clean run does (R14)."""

import msgspec
import pytest

from hub.archive.faults.file import parse_faults
from hub.archive.faults.inject import Injection
from hub.core.city import City
from hub.model.event import Logged
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.hub.archive.recordings import morning

DUPLICATES = '[[fault]]\nkind = "duplicate"\nprobability = 0.5\ncopies = 3\nwithin = 20\n'
REVERSALS = '[[fault]]\nkind = "reorder"\nprobability = 0.4\nwindow = 130\nbefore = 3300\n'
RESENDS = (
    '[[fault]]\nkind = "backfill"\nprobability = 0.05\nseconds = 300\nby = 70\nbefore = 2400\n'
)
FAULTS = {"duplicates": DUPLICATES, "reversals": REVERSALS, "resends": RESENDS}
CARDS, READINGS = morning(60, lots=3)
SCREEN_FIELDS = ("id", "level", "title", "at", "district", "stale", "quality", "data")


def final(log: list[Logged]) -> tuple[dict[str, object], int]:
    """Return what a person finds at the end, and how many repeats were dropped.

    That is the screen without the number of its changes, the alerts that stand, and what the
    devices said last.
    """
    city = City(load_all("scenarios/parking"), lambda _partition, _output: None)
    city.feed(log)
    city.advance(READINGS[-1].time)
    found: dict[str, object] = {}
    repeats = 0
    for partition in city.partitioning.names:
        for (table, name), raw in city.machine(partition).cells():
            if table == "entities":
                entity = msgspec.json.decode(raw)
                found[name] = [entity[field] for field in SCREEN_FIELDS]
            elif table == "alerts":
                alert = msgspec.json.decode(raw)
                found[name] = (alert["level"], alert["cleared"] is None)
            elif table == "devices":
                device = msgspec.msgpack.decode(raw)
                found[name] = (device["said"], device.get("sequence"), device.get("missing", 0))
            elif (table, name) == ("counters", "duplicates"):
                repeats = int(raw)
    return found, repeats


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("kinds", [["duplicates"], ["reversals"], ["resends"], list(FAULTS)])
def test_the_state_equals_that_of_the_clean_run(kinds: list[str], seed: int) -> None:
    """Screen, standing alerts and the devices' last words; the repeats were there and counted."""
    text = "".join(FAULTS[kind] for kind in kinds)
    injection = Injection(parse_faults(text, "f.toml"), seed, Partitioning())
    log = list(injection.inject([*CARDS, *READINGS]))
    assert all(injection.struck.values()), "each fault struck"
    clean, none = final([*CARDS, *READINGS])
    damaged, repeats = final(log)
    assert damaged == clean
    assert none == 0
    assert (repeats > 0) == ("duplicates" in kinds)
