"""Replay through the core: one city, however it is run."""

from pathlib import Path

import pytest

from hub.archive.golden import Golden
from hub.archive.recording import read_recording
from hub.archive.replay_core import CHUNK, Played, Recorded, Sink, replay_core
from hub.archive.replay_golden import caused_lines, golden_lines
from hub.archive.replay_pace import Control, Pace
from hub.archive.replay_plan import Plan
from hub.model.event import LISTENING, Event, Logged, Position
from hub.model.instant import MINUTE, SECOND
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.hub.archive.recordings import START, morning, write
from tests.support.recorded import simulated

SCENARIOS = "scenarios/parking"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty lots that fill up: more events than one chunk."""
    path = tmp_path_factory.mktemp("recording") / "r.mcap"
    return write(path, *morning(60, lots=40))


def run(
    path: Path, *, speed: float | None = None, golden: Golden | None = None, single: bool = False
) -> str:
    """Return the digest of a replay."""
    control = Control()
    control.until_alert = single
    control.alerted = lambda: None  # type: ignore[method-assign]  # single events, never a pause
    sink = Sink(control, golden)
    city = Played(load_all(SCENARIOS), Partitioning(), sink)
    pace = None if speed is None else Pace(speed, control)
    log = read_recording(path)
    report = replay_core(log, city, sink, pace=pace, control=control, progress=lambda *_: None)
    assert report.events == 40 + 2400 > CHUNK
    assert not report.stopped
    return report.digest


def test_however_it_is_run_the_digest_is_the_same(recording: Path) -> None:
    """In bulk, one by one, paced, and with its golden output written."""
    once = run(recording)
    assert run(recording) == once
    assert run(recording, single=True) == once
    assert run(recording, speed=10_000.0) == once
    assert run(recording, golden=Golden(lambda _: None)) == once


def test_golden_lines_name_their_cause(recording: Path) -> None:
    """Each line's cause is the event that was worked when it came; the alert of the area is one."""
    lines = list(golden_lines(Plan(recording, setting=SCENARIOS)))
    alerts = [line for line in lines if line["kind"] == "alert"]
    assert alerts
    assert {line["partition"] for line in alerts} == {"city"}
    for logged, _ in caused_lines(Plan(recording, setting=SCENARIOS)):
        assert logged.position.partition == "d1"
    begun = {line["cause"].split(" ")[0] for line in lines}
    assert begun <= {"d1", "city", *(str(each.position) for each in read_recording(recording))}


def test_as_recorded_works_each_log_by_itself() -> None:
    """The logs of two partitions, forwarded events included, give the outputs of their workers."""
    logs = simulated(6_000, seed=3, lots=60)
    merged = sorted(
        (logged for log in logs.values() for logged in log),
        key=lambda logged: (logged.time, logged.position),
    )
    assert len(logs["city"]) > 100

    def digest(golden: Golden | None) -> str:
        sink = Sink(Control(), golden)
        city = Recorded(load_all(""), Partitioning(), sink)
        report = replay_core(
            merged, city, sink, pace=None, control=Control(), progress=lambda *_: None
        )
        assert report.events == len(merged)
        return report.digest

    lines: list[bytes] = []
    assert digest(None) == digest(Golden(lines.append))
    assert lines


def test_deafness_excuses_as_it_does_in_the_worker() -> None:
    """Of an hour in which nobody listened no device is told to be silent, however it is run.

    Also where only its end is told: ingest and its broker were back before the log was.
    """
    cards, readings = morning(5)
    deaf = b'{"hearing":true,"since":%d}' % (readings[-1].time + SECOND)
    event = Event("l", "/hub/ingest", LISTENING, deaf)
    end = readings[-1].position.ordinal + 1
    hears = Logged(Position("d1", end), START + 60 * MINUTE, event)
    digests = set()
    for way in (Played, Recorded):
        for golden in (None, Golden(lambda _: None)):
            sink = Sink(Control(), golden)
            city = way(load_all(SCENARIOS), Partitioning(), sink)
            log = [*cards, *readings, hears]
            replay_core(log, city, sink, pace=None, control=Control(), progress=lambda *_: None)
            (d1,) = [each for each in city.machines() if each.partition == "d1"]
            cells = d1.cells()
            digests.add(tuple(cells))
            assert not any(
                b'"stale":true' in raw for (table, _), raw in cells if table == "entities"
            )
    assert len(digests) == 1
