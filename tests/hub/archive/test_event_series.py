"""The log as files: bounded, resumed after any crash without a gap or a repeat."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.archive.event_series import EventSeries
from hub.archive.recording import read_facts, read_recording, read_retained
from hub.archive.rolling import Bounds
from hub.archive.segments import segments
from hub.model.event import Logged
from hub.model.instant import HOUR, SECOND
from tests.hub.archive.logs import card, reading

SMALL = Bounds(bytes=20_000, span=HOUR, messages=400)
FACTS = {"epoch": "e"}


def ordinals(series: Path) -> list[int]:
    """Return the ordinals of all events of a series, in the order of its files."""
    return [
        logged.position.ordinal
        for segment in segments(series)
        for logged in read_recording(segment.path)
        if logged.position.ordinal >= segment.first
    ]


def test_files_are_bounded_and_whole(tmp_path: Path) -> None:
    """A series is cut into files that each say how much they hold and what was retained."""
    series = EventSeries(tmp_path, FACTS, SMALL)
    series.write([card(1), card(2), *(reading(n) for n in range(3, 1_501))])
    series.close()
    found = segments(tmp_path)
    assert len(found) == 4
    assert [each.first for each in found] == [1, 401, 801, 1201]
    assert [read_facts(each.path).events for each in found] == [400, 400, 400, 300]
    assert list(read_retained(found[0].path)) == []
    assert list(read_retained(found[-1].path)) == [card(1), card(2)]
    assert ordinals(tmp_path) == list(range(1, 1_501))


def test_a_file_ends_with_its_time(tmp_path: Path) -> None:
    """Log time bounds a file too, so that a quiet city has files of an hour."""
    series = EventSeries(tmp_path, FACTS, Bounds(10**9, SECOND, 10**9))
    series.write([reading(n) for n in range(1, 3_001)])
    series.close()
    assert [each.first for each in segments(tmp_path)] == [1, 1_001, 2_001]


LIVES = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(1, 300), st.booleans()), min_size=1, max_size=4),
        st.floats(0, 1),
    ),
    max_size=4,
)
"""Lives of a process: batches (how many events, whether synced after), and where the file is cut
between what was synced last and what was written."""


@settings(max_examples=60, deadline=None)
@given(lives=LIVES)
def test_a_crash_leaves_no_gap_and_no_repeat(
    tmp_path_factory: pytest.TempPathFactory, lives: list[tuple[list[tuple[int, bool]], float]]
) -> None:
    """Whatever a crash takes of what was not synced: the series goes on from what is left."""
    folder = tmp_path_factory.mktemp("series")
    log = [card(1), *(reading(n) for n in range(2, 901))]
    for batches, cut in lives:
        _live(folder, log, batches, cut)
    series = EventSeries(folder, FACTS, SMALL)
    series.resume()
    series.write(log)
    series.close()
    assert series.missed == 0
    assert ordinals(folder) == list(range(1, 901))


def _live(folder: Path, log: list[Logged], batches: list[tuple[int, bool]], cut: float) -> None:
    """Append from where the series is, and crash."""
    series = EventSeries(folder, FACTS, SMALL)
    series.resume()
    durable, synced, before = series.last, 0, segments(folder)
    for count, sync in batches:
        files = len(segments(folder))
        series.write(log[series.last : series.last + count])
        synced = synced if len(segments(folder)) == files else 0
        if sync:
            durable = series.sync()
            synced = segments(folder)[-1].bytes if durable else 0
    series.drop()
    for segment in segments(folder)[len(before) :][-1:]:
        with segment.path.open("r+b") as file:
            file.truncate(synced + round(cut * (segment.bytes - synced)))
    again = EventSeries(folder, FACTS, SMALL)
    again.resume()
    assert again.last >= durable
