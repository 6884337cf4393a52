"""Every kind of fault does what it says, to readings alone, and the same for the same seed."""

import json
from collections import Counter
from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.archive.errors import BadFaults
from hub.archive.faults.file import parse_faults
from hub.archive.faults.inject import Injection
from hub.archive.faults.kinds import Kind
from hub.model.event import CARD, REJECTED, Logged
from hub.model.instant import MINUTE, SECOND
from hub.model.partition import Partitioning
from tests.hub.archive.recordings import START, morning

KINDS = [kind.__struct_config__.tag for kind in get_args(Kind)]
EVERY = {
    "flapping": 'field="occupiedSpotNumber"\nlow=1\nhigh=99',
    "out-of-range": 'field="occupiedSpotNumber"\nvalue=-5',
    "counter-reset": 'field="occupiedSpotNumber"',
    "missing-field": 'field="occupiedSpotNumber"',
    "unit-switch": 'field="occupiedSpotNumber"\nfactor=0.1',
}
"""Keys that a kind cannot do without."""
CARDS, READINGS = morning(60, lots=3)


def entry(kind: str, *lines: str) -> str:
    """Return the text of one fault."""
    return "\n".join(["[[fault]]", f'kind = "{kind}"', EVERY.get(kind, ""), *lines])


def damage(text: str, seed: int = 1, readings: list[Logged] = READINGS) -> list[Logged]:
    """Return the log of three lots, damaged."""
    injection = Injection(parse_faults(text, "f.toml"), seed, Partitioning())
    return list(injection.inject([*CARDS, *readings]))


def of(log: list[Logged], lot: str = "lot-1") -> list[Logged]:
    """Return the readings of one lot."""
    return [e for e in log if e.event.source == f"/parking/{lot}" and e.event.type != CARD]


def used(log: list[Logged], lot: str = "lot-1") -> list[Any]:  # Any: faults change types
    """Return what a lot said."""
    return [json.loads(each.event.data).get("occupiedSpotNumber") for each in of(log, lot)]


CLEAN = used(READINGS)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), share=st.floats(0, 1), probability=st.floats(0, 1))
def test_every_kind_keeps_the_log_a_log(
    kind: str, seed: int, share: float, probability: float
) -> None:
    """Same seed, same damage; log time never falls; ordinals are 1, 2, 3…; cards come first."""
    text = entry(kind, f"share = {share!r}", f"probability = {probability!r}")
    log = damage(text, seed)
    assert log == damage(text, seed)
    assert [each.position.ordinal for each in log] == list(range(1, len(log) + 1))
    assert [each.time for each in log] == sorted(each.time for each in log)
    assert [each.event for each in log[:3]] == [each.event for each in CARDS]
    assert not any(each.event.type == CARD for each in log[3:])
    if share == 0 or probability == 0:
        assert log == [*CARDS, *READINGS]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_strikes(kind: str) -> None:
    """At its strongest each kind changes the log, and counts what it struck."""
    text = entry(kind, "probability = 1.0", "share = 1.0")
    injection = Injection(parse_faults(text, "f.toml"), 1, Partitioning())
    assert list(injection.inject([*CARDS, *READINGS])) != [*CARDS, *READINGS]
    assert injection.struck == {1: 180}


def test_one_device_more_changes_nothing_for_the_others() -> None:
    """Each device has its own chances."""
    text = entry("drop", "probability = 0.3")
    without = [each for each in READINGS if each.event.source != "/parking/lot-2"]
    assert used(damage(text)) == used(damage(text, readings=without))


def test_when_and_where() -> None:
    """`after`, `before` (seconds since the first event) and `topics` narrow a fault."""
    text = entry("drop", "probability = 1.0", "after = 600", "before = 1200")
    log = damage(entry("drop", "probability = 1.0", 'topics = ["city/+/parking/lot-0/#"]'))
    assert (len(of(log, "lot-0")), len(of(log, "lot-1"))) == (0, 60)
    kept = [(each.time - START) // MINUTE for each in of(damage(text))]
    assert kept == [*range(10), *range(20, 60)]


def test_drop() -> None:
    """About the share that was asked for; the rest untouched."""
    log = damage(entry("drop", "probability = 0.3"))
    assert 30 < len(of(log)) < 55
    assert set(used(log)) <= set(CLEAN)


def test_burst_drop() -> None:
    """A run of readings in a row."""
    log = of(damage(entry("burst-drop", "probability = 0.05", "seconds = 600")))
    numbers = [int(each.event.sequence) for each in log]
    gaps = {b - a for a, b in pairwise(numbers)} - {1}
    assert gaps
    assert all((gap - 1) % 10 == 0 for gap in gaps), "ten minutes are ten readings, or a multiple"


def test_duplicate() -> None:
    """Same id again, within the time that was asked for."""
    log = of(damage(entry("duplicate", "probability = 1.0", "copies = 2", "within = 3")))
    ids = Counter(each.event.id for each in log)
    assert set(ids.values()) == {3}
    for each in log:
        assert each.event.time is not None
        assert 0 <= each.time - each.event.time <= 3 * SECOND


def test_reorder() -> None:
    """Overtaken by later ones, never by more than the window."""
    log = of(damage(entry("reorder", "probability = 0.5", "window = 150")))
    numbers = [int(each.event.sequence) for each in log]
    assert numbers != sorted(numbers)
    assert sorted(numbers) == list(range(1, 61))
    assert all(0 <= each.time - (each.event.time or 0) <= 150 * SECOND for each in log)


def test_delay() -> None:
    """All later by so much, in their order."""
    log = of(damage(entry("delay", "by = 90")))
    assert {each.time - (each.event.time or 0) for each in log} == {90 * SECOND}
    assert used(log) == CLEAN


def test_backfill() -> None:
    """What was kept while the line was down comes in one go, after newer readings."""
    log = of(damage(entry("backfill", "probability = 0.03", "seconds = 600", "by = 150")))
    numbers = [int(each.event.sequence) for each in log]
    assert sorted(numbers) == list(range(1, 61))
    assert numbers != sorted(numbers)
    times = Counter(each.time for each in log)
    assert max(times.values()) == 10


def test_clock_offset() -> None:
    """The device's word is off, log time is not."""
    log = of(damage(entry("clock-offset", "by = -3600")))
    assert {each.time - (each.event.time or 0) for each in log} == {3600 * SECOND}


def test_clock_drift() -> None:
    """It gains so much an hour."""
    log = of(damage(entry("clock-drift", "rate = 60")))
    gained = [(each.event.time or 0) - each.time for each in log]
    assert gained[0] == 0
    assert gained[30] == 30 * SECOND
    assert gained == sorted(gained)


def test_stuck() -> None:
    """The same for a while, then what is true."""
    text = entry("stuck", "probability = 1.0", "seconds = 1200", "before = 600")
    assert used(damage(text)) == [CLEAN[0]] * 20 + CLEAN[20:]
    text = entry("stuck", "seconds = 1200", "probability = 1.0", 'field = "availableSpotNumber"')
    assert used(damage(text)) == CLEAN


def test_flapping() -> None:
    """It jumps with every reading."""
    assert used(damage(entry("flapping"))) == [99, 1] * 30


def test_out_of_range_and_missing() -> None:
    """A value that cannot be, and a field that is not there."""
    assert set(used(damage(entry("out-of-range", "probability = 1.0")))) == {-5}
    assert set(used(damage(entry("missing-field", "probability = 1.0")))) == {None}


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [("truncated", {"not-json", "missing-field", "empty"}), ("invalid-utf8", {"not-utf8"})],
)
def test_unreadable_messages_become_what_ingest_makes_of_them(kind: str, reasons: set[str]) -> None:
    """A rejected message with its topic and its bytes."""
    log = damage(entry(kind, "probability = 1.0"))[3:]
    assert {each.event.type for each in log} == {REJECTED}
    told = [json.loads(each.event.data) for each in log]
    assert {what["reason"] for what in told} <= reasons
    assert {what["topic"].split("/")[3] for what in told} == {"lot-0", "lot-1", "lot-2"}


def test_unit_switch() -> None:
    """From some moment on, for ever, in the other unit."""
    said = used(damage(entry("unit-switch", "probability = 0.1", "plus = 1000")))
    first = next(i for i, (a, b) in enumerate(zip(said, CLEAN, strict=True)) if a != b)
    assert 0 < first < 60
    assert said[first:] == [number * 0.1 + 1000 for number in CLEAN[first:]]


def test_new_and_vanished_devices() -> None:
    """A device without a card speaks; another is never heard again."""
    log = damage(entry("new-device", "share = 1.0"))
    assert used(log, "lot-1-new") == used(log) == CLEAN
    left = used(damage(entry("vanished-device", "probability = 0.05")))
    assert 0 < len(left) < 60
    assert left == CLEAN[: len(left)]


def test_counter_reset() -> None:
    """The sequence begins at 1 again, and the counting field at 0."""
    log = of(damage(entry("counter-reset", "probability = 0.05")))
    numbers = [int(each.event.sequence) for each in log]
    first = next(i for i in range(1, 60) if numbers[i] == 1)
    assert numbers == [*range(1, first + 1), *range(1, 61 - first)]
    assert used(log)[first] == 0


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "fault"),
        ("fault = []", "no fault"),
        ("x", "no TOML"),
        (entry("magic"), "fault 1"),
        (entry("drop") + "\n" + entry("drop", "probabilty = 1"), "fault 2"),
        (entry("drop", "probability = 1.5"), "probability"),
        (entry("drop", "share = nan"), "share"),
        (entry("delay", "by = -1"), "by"),
        (entry("delay", "by = inf"), "by"),
        (entry("reorder", "window = 1e9"), "window"),
        (entry("duplicate", "copies = 0"), "copies"),
        (entry("new-device", 'suffix = "/x"'), "suffix"),
        (entry("drop", 'topics = ["a/#/b"]'), "topics"),
        ('[[fault]]\nkind = "flapping"', "fault 1"),
    ],
)
def test_a_bad_file_names_entry_and_remedy(text: str, word: str) -> None:
    """Which fault, which key, and what to write instead."""
    with pytest.raises(BadFaults, match=word):
        parse_faults(text, "f.toml")
