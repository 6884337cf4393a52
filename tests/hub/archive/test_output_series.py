"""What was put out, as files: each begins with the whole screen, and goes on after a crash."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.archive.errors import NotARecording
from hub.archive.output_recording import OutputReader, last_time, read_alerts
from hub.archive.output_series import OutputSeries
from hub.archive.rolling import Bounds
from hub.archive.segments import segments
from hub.log.outputs import Page
from hub.model.instant import HOUR, MILLISECOND
from hub.model.output import Downlink, Forward, Letter, Output
from hub.serve.screen import Screen
from tests.hub.archive.logs import START, incident, page, reading, shown

SMALL = Bounds(bytes=10**9, span=HOUR, messages=100)


def commits(count: int, partition: str = "city") -> list[Page]:
    """Return commits that show ten car parks and raise an alert now and then."""
    found, out = [], 0
    for offset in range(1, count + 1):
        time = START + offset * MILLISECOND
        outputs: list[Output] = [shown(f"lot-{offset % 10}", offset, time)]
        if offset % 30 == 0:
            outputs.append(incident(f"area-{offset}", time))
            out += 1
        found.append(page(offset, out, *outputs))
    return found


def screens(folder: Path) -> list[dict[str, int]]:
    """Return the values shown in each file's keyframe."""
    found = []
    for segment in segments(folder):
        reader = OutputReader(segment.path)
        decoded = [msgspec.json.decode(raw) for raw in reader.keyframe.entities]
        found.append({each["id"]: each["v"] for each in decoded})
        reader.close()
    return found


def test_each_file_begins_with_the_screen(tmp_path: Path) -> None:
    """A seek needs one file: its keyframe is the fold of all commits before it."""
    series = OutputSeries(tmp_path, "city", {}, SMALL)
    log = commits(250)
    series.write(log)
    series.close()
    assert [each.first for each in segments(tmp_path)] == [1, 101, 201]
    screen, expected = Screen(), []
    for index, each in enumerate(log):
        if index % 100 == 0:
            rows = screen.rows.values()
            expected.append({row.id: msgspec.json.decode(row.json)["v"] for row in rows})
        screen.apply(each, "city")
    assert screens(tmp_path) == expected
    assert len(expected[2]) == 10


def test_commits_come_back(tmp_path: Path) -> None:
    """Entities, removals and incidents are read as they were put out, with their ordinals."""
    log = [
        page(1, 1, shown("a", 1, START), incident("x", START)),
        page(2, 1, msgspec.structs.replace(shown("a", 1, START), json=None)),
        page(3, 2, incident("x", START, cleared=True)),
    ]
    series = OutputSeries(tmp_path, "city", {})
    series.write(log)
    series.close()
    reader = OutputReader(segments(tmp_path)[0].path)
    assert list(reader.pages()) == log
    assert reader.whole
    reader.close()


def test_every_kind_of_output_is_kept(tmp_path: Path) -> None:
    """Commands, forwards and letters are in the file as JSON; a screen passes over them."""
    outputs: list[Output] = [
        Downlink("c1", "city/210103/parking/sign-1/$cmd/guide", 5, b'{"id":"c1"}'),
        Forward("city", reading(1).event),
        Letter("d1/1", "schema", b'{"reason":"schema"}'),
    ]
    series = OutputSeries(tmp_path, "d1", {})
    series.write([page(1, 3, *outputs)])
    series.sync()
    path = segments(tmp_path)[0].path
    reader = OutputReader(path)
    assert [each.outputs for each in reader.pages()] == [[]]
    reader.close()
    series.close()
    content = _messages(path)
    assert [each["kind"] for each in content[0]["outputs"]] == ["downlink", "forward", "letter"]
    assert [each["ordinal"] for each in content[0]["outputs"]] == [1, 2, 3]
    assert content[0]["outputs"][0]["body"] == {"id": "c1"}
    assert content[0]["outputs"][1]["event"]["data"] == {"n": 1}


def _messages(path: Path) -> Any:  # JSON
    from mcap.reader import make_reader  # noqa: PLC0415 only here

    with path.open("rb") as file:
        found = make_reader(file, validate_crcs=True).iter_messages()
        return [msgspec.json.decode(message.data) for _, _, message in found]


def test_a_growing_file_is_read_on(tmp_path: Path) -> None:
    """A reader takes what is there, and later the rest; nothing twice."""
    log = commits(60)
    series = OutputSeries(tmp_path, "city", {})
    series.write(log[:20])
    series.sync()
    path = segments(tmp_path)[0].path
    reader = OutputReader(path)
    assert list(reader.pages()) == log[:20]
    assert list(reader.pages()) == []
    series.write(log[20:])
    assert not reader.whole
    series.sync()
    assert list(reader.pages()) == log[20:]
    assert last_time(path) == log[-1].time
    assert len(read_alerts(path)) == 2
    series.close()
    assert len(read_alerts(path)) == 2
    assert last_time(path) == log[-1].time
    reader.close()


@pytest.mark.parametrize(("lost", "left"), [(0, 130), (1, 130), (700, 100)])
def test_a_crash_goes_on_from_what_is_durable(tmp_path: Path, lost: int, left: int) -> None:
    """After a crash the cursor stands at the last whole commit, and the screen with it."""
    log = commits(150)
    series = OutputSeries(tmp_path, "city", {}, SMALL)
    series.write(log[:130])
    series.sync()
    series.drop()
    newest = segments(tmp_path)[-1]
    with newest.path.open("r+b") as file:
        file.truncate(newest.bytes - lost)
    again = OutputSeries(tmp_path, "city", {}, SMALL)
    assert any("mended" in done for done in again.resume())
    assert again.cursor is not None
    done = int(again.cursor.partition("-")[2])
    assert done == left
    again.write(log[done:])
    again.close()
    expected = Screen()
    for each in log:
        expected.apply(each, "city")
    final = OutputSeries(tmp_path, "city", {}, SMALL)
    final.resume()
    assert final.screen.rows == expected.rows
    assert final.screen.alerts == expected.alerts


def test_an_empty_file_is_none(tmp_path: Path) -> None:
    """A file that ends before its keyframe is refused."""
    path = tmp_path / "x.mcap"
    path.write_bytes(b"")
    with pytest.raises(NotARecording):
        OutputReader(path)
