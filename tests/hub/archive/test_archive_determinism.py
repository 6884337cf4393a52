"""docs/determinism.md of the archive: its log, worked again, gives the outputs it holds."""

from pathlib import Path

import pytest

from hub.archive.event_series import EventSeries
from hub.archive.output_recording import OutputReader
from hub.archive.output_series import OutputSeries
from hub.archive.recording import read_recording
from hub.archive.rolling import Bounds
from hub.archive.segments import segments
from hub.core.changes import Changes
from hub.core.machine import Machine
from hub.log.outputs import Emitted, Page
from hub.model.event import Logged
from hub.model.instant import HOUR, SECOND
from hub.model.output import Incident, Shown
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.support.recorded import Logs, simulated

FILES = Bounds(bytes=10**9, span=10 * SECOND, messages=10**9)


@pytest.fixture(scope="module")
def logs() -> Logs:
    """A few minutes of a small city with heavy faults."""
    return simulated(2_000)


def page(changes: Changes) -> Page:
    """Return a commit as Redis would give it back."""
    outputs = changes.coalesced()
    ordinal = changes.out - sum(not isinstance(each, Shown) for each in outputs)
    emitted = []
    for each in outputs:
        ordinal += not isinstance(each, Shown)
        emitted.append(Emitted(0 if isinstance(each, Shown) else ordinal, each))
    return Page(f"{changes.out}-{changes.end}", changes.end, changes.time, emitted)


def worked(partition: str, log: list[Logged], batch: int) -> tuple[list[Page], Machine]:
    """Work a log in batches; return the commits."""
    machine = Machine(partition, load_all(""), Partitioning())
    commits = []
    for first in range(0, len(log), batch):
        for logged in log[first : first + batch]:
            machine.apply(logged)
        changes = machine.take()
        if changes.outputs:
            commits.append(page(changes))
    return commits, machine


def incidents(commits: list[Page]) -> list[tuple[int, bytes]]:
    """Return the changes of alerts with their ordinals."""
    return [
        (each.ordinal, each.output.json)
        for commit in commits
        for each in commit.outputs
        if isinstance(each.output, Incident)
    ]


@pytest.mark.parametrize("partition", ["city", "d1"])
def test_the_archived_log_gives_the_archived_outputs(
    tmp_path: Path, logs: Logs, partition: str
) -> None:
    """Replayed in other batches, the files of the log give the incidents and the screen on file."""
    events = EventSeries(tmp_path / "events", {}, FILES)
    puts = OutputSeries(tmp_path / "outputs", partition, {}, FILES)
    events.write(logs[partition])
    puts.write(worked(partition, logs[partition], 100)[0])
    events.close()
    puts.close()
    read = [
        logged
        for segment in segments(tmp_path / "events")
        for logged in read_recording(segment.path)
        if logged.position.ordinal >= segment.first
    ]
    assert read == logs[partition]
    assert len(segments(tmp_path / "outputs")) > 1
    again, machine = worked(partition, read, 7)
    on_file = [
        commit for segment in segments(tmp_path / "outputs") for commit in _commits(segment.path)
    ]
    assert incidents(on_file) == incidents(again)
    final = OutputSeries(tmp_path / "outputs", partition, {})
    final.resume()
    shown = {name: value for (table, name), value in machine.cells() if table == "entities"}
    assert {name: row.json for name, row in final.screen.rows.items()} == shown
    assert bool(shown) or partition == "city"


def _commits(path: Path) -> list[Page]:
    reader = OutputReader(path)
    try:
        return list(reader.pages())
    finally:
        reader.close()


def test_the_same_log_gives_the_same_files(tmp_path: Path, logs: Logs) -> None:
    """No clock and no machine enters a file: whole files of the same log are the same bytes."""
    found = []
    for name in ("one", "two"):
        series = EventSeries(tmp_path / name, {}, Bounds(10**9, HOUR, 500))
        for first in range(0, len(logs["d1"]), 300 if name == "one" else 77):
            series.write(logs["d1"][first : first + (300 if name == "one" else 77)])
            series.sync()
        series.close()
        found.append(
            [(each.path.name, each.path.read_bytes()) for each in segments(tmp_path / name)]
        )
    assert found[0] == found[1]
    assert len(found[0]) > 3
