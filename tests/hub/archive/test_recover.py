"""Recovering: whatever was cut or damaged, a whole file of all that can be read, byte for byte."""

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader

from hub.archive.errors import BadRecording, NotARecording
from hub.archive.recording import read_facts, read_recording
from hub.archive.recover import recover
from hub.archive.writer import RecordingWriter
from hub.model.event import Logged
from tests.hub.archive.logs import card, reading

EVENTS = 3_000


@pytest.fixture(scope="module")
def content() -> bytes:
    """A recording written as the archive does: a chunk closed every hundred events."""
    stream = BytesIO()
    with RecordingWriter(stream, {"source": "test"}, [card(1)]) as writer:
        for ordinal in range(2, EVENTS + 2):
            writer.write(reading(ordinal))
            if ordinal % 100 == 0:
                writer.flush()
    return stream.getvalue()


def recovered(folder: Path, content: bytes) -> tuple[Path, str]:
    """Recover a content; return the whole file and what was wrong."""
    source, target = folder / "source.mcap", folder / "target.mcap"
    source.write_bytes(content)
    with target.open("wb") as stream:
        found = recover(source, stream)
    return target, found.problem


def readable(folder: Path, content: bytes) -> list[Logged]:
    """Return what can be read of a content."""
    path = folder / "readable.mcap"
    path.write_bytes(content)
    found: list[Logged] = []
    try:
        for logged in read_recording(path):
            found.append(logged)  # noqa: PERF402 what was read before the error counts
    except BadRecording:
        pass
    return found


def test_a_whole_file_is_packed(tmp_path: Path, content: bytes) -> None:
    """Nothing is lost, and full chunks are smaller than many small ones."""
    target, problem = recovered(tmp_path, content)
    assert problem == ""
    assert list(read_recording(target)) == readable(tmp_path, content)
    assert read_facts(target).events == EVENTS
    assert read_facts(target).run["source"] == "test"
    assert target.stat().st_size < len(content)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_cut_file(tmp_path: Path, content: bytes, share: float) -> None:
    """All whole chunks come back, in a file that the `mcap` library finds sound."""
    cut = content[: round(len(content) * share)]
    target, problem = recovered(tmp_path, cut)
    assert "cut off" in problem
    expected = readable(tmp_path, cut)
    assert list(read_recording(target)) == expected
    assert read_facts(target).total == len(expected)
    with target.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        assert len(list(reader.iter_messages())) == len(expected) - 1
        assert reader.get_summary() is not None


FLIPS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=3
)
"""Where bytes change (as a share of the file), and which of their bits."""


@settings(max_examples=100, deadline=None)
@given(flips=FLIPS)
def test_damage_is_never_copied(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, flips: list[tuple[float, int]]
) -> None:
    """Whatever bytes change: a prefix of what was recorded comes back, or one clear error."""
    folder = tmp_path_factory.mktemp("damaged")
    damaged = bytearray(content)
    for share, bits in flips:
        damaged[int(share * len(content))] ^= bits
    try:
        target, _ = recovered(folder, bytes(damaged))
    except BadRecording:
        return
    got = [each for each in read_recording(target) if each.position.ordinal > 1]
    assert got == [reading(ordinal) for ordinal in range(2, len(got) + 2)]


@pytest.mark.parametrize("kept", [0, 3, 8, 30])
def test_nothing_is_left(tmp_path: Path, content: bytes, kept: int) -> None:
    """A file cut before its first fact is no recording."""
    with pytest.raises(NotARecording):
        recovered(tmp_path, content[:kept])
