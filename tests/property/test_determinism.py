"""The same log, the same city: whatever the batches, restarts, ticks, or the interpreter's mood."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.archive.importer import import_feed
from hub.archive.mapping_file import find_mapping, load_mapping
from hub.archive.recording import read_recording
from hub.core.digest import Digest
from hub.core.machine import Machine
from hub.model.event import ACK
from hub.model.output import Downlink, Forward, Incident, Shown
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.support.recorded import Logs, digest, replayed, simulated

ROOT = Path(__file__).resolve().parents[2]
FEED = ROOT.parent / "shared/feeds/parking_aarhus/aarhus_parking.csv"
MESSAGES = 24_000
BATCHES = [1, 7, 4_096]


@pytest.fixture(scope="module")
def city() -> Logs:
    """Return the logs of some 20,000 messages of a simulated city with heavy faults."""
    return simulated(MESSAGES)


@pytest.fixture(scope="module")
def once(city: Logs) -> str:
    """Return the digest of one plain run."""
    return digest(city, 1_000)


def part(logs: Logs, events: int) -> Logs:
    """Return the beginning of logs: ``events`` of each partition."""
    return {name: log[:events] for name, log in logs.items()}


def test_the_logs_are_worth_it(city: Logs) -> None:
    """They hold what could differ: gaps, late readings, silence, alerts, commands, answers."""
    kinds: Counter[type] = Counter()
    counters: Counter[str] = Counter()
    for name, log in city.items():
        machine = Machine(name, load_all(""), Partitioning())
        for logged in log:
            machine.apply(logged)
        kinds.update(type(output) for output in machine.outputs())
        for (table, counter), value in machine.cells():
            if table == "counters":
                counters[counter] += int(value)
    assert sum(len(log) for log in city.values()) > 20_000
    assert all(kinds[kind] > 10 for kind in (Shown, Downlink, Forward)), kinds
    assert kinds[Incident] > 0
    for counter in ("duplicates", "late", "gaps", "clock-off", "stale", "fresh", "acks"):
        assert counters[counter] > 0, counter
    assert any(logged.event.type == ACK for logged in city["city"])


@pytest.mark.parametrize("batch", BATCHES)
def test_batches_and_restarts_change_nothing(city: Logs, once: str, batch: int) -> None:
    """Commits of 1, 7 or 4,096 events, begun again from the committed cells: one digest."""
    assert digest(city, batch, restarts=batch) == once


def test_additional_ticks_change_nothing(city: Logs, once: str) -> None:
    """A timer's instant does not hang on when somebody looked at the clock."""
    assert digest(city, 500, ticks=1) == once


def test_another_log_is_another_city(city: Logs, once: str) -> None:
    """The digest does tell: one event less, and it differs."""
    assert digest({**city, "d1": city["d1"][:-1]}, 1_000) != once


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    batch=st.integers(1, 300),
    restarts=st.integers(0, 2**32),
    ticks=st.none() | st.integers(0, 2**32),
)
def test_any_cut_of_the_log_gives_the_same_city(
    small: tuple[Logs, str], batch: int, restarts: int, ticks: int | None
) -> None:
    """Whatever the size of the commits, the restarts between them, and the ticks."""
    logs, plain = small
    assert digest(logs, batch, restarts=restarts, ticks=ticks) == plain


@pytest.fixture(scope="module")
def small(city: Logs) -> tuple[Logs, str]:
    """Return the beginning of the city's logs, and the digest of one plain run."""
    logs = part(city, 2_500)
    return logs, digest(logs, 100)


def test_the_order_of_hashes_changes_nothing() -> None:
    """Sets and dicts of strings are iterated in another order: the log's making and its run."""
    code = (
        "from tests.support.recorded import digest, simulated\n"
        "print(digest(simulated(3_000, seed=7, lots=60), 50, restarts=3))\n"
    )
    found: dict[str, str] = {}
    for seed in ("0", "1", "4242"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        run = [sys.executable, "-c", code]
        done = subprocess.run(run, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
        found[seed] = done.stdout.strip()
    assert len(set(found.values())) == 1, found


@pytest.fixture(scope="module")
def aarhus(tmp_path_factory: pytest.TempPathFactory) -> tuple[Logs, str]:
    """Return the logs of the recording of Aarhus, and the digest of one run in one piece."""
    if not FEED.is_file():
        pytest.fail(f"the feed of Aarhus is not there: {FEED} (see README, real input)")
    output = tmp_path_factory.mktemp("aarhus") / "aarhus.mcap"
    import_feed(FEED, load_mapping(find_mapping("aarhus")), output, lambda _done, _size: None)
    return replayed(read_recording(output))


def test_all_of_aarhus_gives_one_city(aarhus: tuple[Logs, str]) -> None:
    """The whole recording, in batches of 4,096 with restarts and in one piece: one digest."""
    logs, plain = aarhus
    assert len(logs["d1"]) > 55_000
    assert digest(logs, 4_096, restarts=1) == plain


@pytest.mark.parametrize("batch", [1, 7])
def test_small_batches_of_aarhus_give_the_same_city(aarhus: tuple[Logs, str], batch: int) -> None:
    """Its first weeks in batches of 1 and 7."""
    begin = part(aarhus[0], 5_000)
    assert digest(begin, batch, restarts=batch) == digest(begin, 4_096)


def test_the_digest_is_64_hex_digits() -> None:
    """So that two runs are compared by eye, and by `cityhub replay`."""
    assert len(Digest().close([])) == 64
    assert int(Digest().close([]), 16) >= 0
