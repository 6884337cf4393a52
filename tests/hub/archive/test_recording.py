"""Recordings: what is written is read, other readers open it, bad files are told apart."""

import struct
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.reader import make_reader
from mcap.writer import MCAP0_MAGIC, Writer

from hub.archive.errors import BadRecording, Damaged, NotARecording, NotRecordable, Truncated
from hub.archive.recording import read_facts, read_recording, read_retained
from hub.archive.writer import CHANNELS, RecordingWriter
from hub.model.event import CARD, Event, Logged, Position

START = 1_700_000_000_000_000


def _card(ordinal: int) -> Logged:
    event = Event(f"c{ordinal}", f"/parking/{ordinal}", CARD, b'{"name":"x"}', district="210103")
    return Logged(Position("d1", ordinal), START, event)


def _reading(ordinal: int, kind: str = "city.parking.occupancy", partition: str = "d1") -> Logged:
    event = Event(f"e{ordinal}", "/parking/a", kind, b'{"n":%d}' % ordinal, START, "210103")
    return Logged(Position(partition, ordinal), START + ordinal, event)


def _write(path: Path, events: list[Logged], retained: list[Logged] | None = None) -> bytes:
    with (
        path.open("wb") as stream,
        RecordingWriter(stream, {"source": "test"}, retained or []) as w,
    ):
        for logged in events:
            w.write(logged)
    return path.read_bytes()


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A recording of two cards and 5,000 readings, several chunks long."""
    path = tmp_path / "whole.mcap"
    _write(path, [_reading(n) for n in range(3, 5003)], [_card(1), _card(2)])
    return path


def test_round_trip(whole: Path) -> None:
    """Retained state comes first, then every event, in order."""
    expected = [_card(1), _card(2), *(_reading(n) for n in range(3, 5003))]
    assert list(read_recording(whole)) == expected
    assert list(read_retained(whole)) == expected[:2]


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["city", "d1", "d2"]), st.binary(max_size=40))))
def test_round_trip_of_partitions(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, bytes]]
) -> None:
    """Events of several partitions keep the order in which they were written."""
    events = [
        Logged(Position(partition, 2**33 + n), START + n, Event(str(n), "/a/b", "t", data))
        for n, (partition, data) in enumerate(drawn)
    ]
    path = tmp_path_factory.mktemp("r") / "r.mcap"
    _write(path, events)
    assert list(read_recording(path)) == events


def test_same_content_same_bytes(tmp_path: Path, whole: Path) -> None:
    """No clock, machine or path enters the file."""
    again = _write(
        tmp_path / "again.mcap", [_reading(n) for n in range(3, 5003)], [_card(1), _card(2)]
    )
    assert whole.read_bytes() == again


def test_facts(whole: Path) -> None:
    """The file says what it is and how much it holds."""
    facts = read_facts(whole)
    assert facts.run == {"format": "1", "source": "test"}
    assert (facts.events, facts.total) == (5000, 5002)


def test_mcap_library_opens_it(whole: Path) -> None:
    """The `mcap` library reads channels, schemas, times, attachment and metadata; checksums hold.

    Every chunk has message indexes: without them Foxglove refuses a file that has chunk indexes.
    """
    with whole.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        messages = list(reader.iter_messages())
        summary = reader.get_summary()
        assert [a.name for a in reader.iter_attachments()] == ["retained.json"]
        assert [m.name for m in reader.iter_metadata()] == ["cityhub.recording", "cityhub.counts"]
    assert len(messages) == 5000
    schema, channel, message = messages[0]
    assert channel.topic == "d1/city.parking.occupancy"
    assert channel.message_encoding == "json"
    assert schema is not None
    assert schema.encoding == "jsonschema"
    assert (message.sequence, message.log_time) == (3, (START + 3) * 1000)
    assert message.publish_time == START * 1000
    assert summary is not None
    assert len(summary.chunk_indexes) > 1
    assert all(index.message_index_length > 0 for index in summary.chunk_indexes)


def test_channels_are_bounded(tmp_path: Path) -> None:
    """Types invented by a device do not grow the channel table without end, and none is lost."""
    events = [_reading(n, f"city.x.t{n}") for n in range(1, CHANNELS + 100)]
    path = tmp_path / "many.mcap"
    _write(path, events)
    assert list(read_recording(path)) == events


@pytest.mark.parametrize("ordinal", [4, 5])
def test_order_is_held(ordinal: int) -> None:
    """Within a partition an ordinal that does not rise is refused."""
    writer = RecordingWriter(BytesIO(), {})
    writer.write(_reading(5))
    writer.write(_reading(1, partition="city"))
    with pytest.raises(NotRecordable):
        writer.write(_reading(ordinal))


def test_log_time_does_not_fall() -> None:
    """Within a partition log time never goes back, and never before 1970."""
    writer = RecordingWriter(BytesIO(), {})
    writer.write(Logged(Position("d1", 1), START, Event("1", "/a/b", "t")))
    with pytest.raises(NotRecordable):
        writer.write(Logged(Position("d1", 2), START - 1, Event("2", "/a/b", "t")))
    with pytest.raises(NotRecordable):
        writer.write(Logged(Position("d2", 1), -1, Event("3", "/a/b", "t")))


def test_device_time_beyond_mcap(tmp_path: Path) -> None:
    """A device's clock before 1970 or after 2554 is kept in the message."""
    events = [
        Logged(Position("d1", n), START, Event(str(n), "/a/b", "t", time=time))
        for n, time in enumerate([-1, 2**55, -(2**56)], start=1)
    ]
    path = tmp_path / "odd.mcap"
    _write(path, events)
    assert list(read_recording(path)) == events


def test_every_cut_is_told(tmp_path: Path, whole: Path) -> None:
    """A file cut anywhere is Truncated, and what came before is read (nothing made up)."""
    content, events = whole.read_bytes(), list(read_recording(whole))
    path = tmp_path / "cut.mcap"
    for length in [*range(8, 60), *range(60, len(content), len(content) // 40), len(content) - 1]:
        path.write_bytes(content[:length])
        got: list[Logged] = []
        with pytest.raises(Truncated) as caught:
            _collect(path, got)
        assert got == events[: len(got)]
        assert caught.value.offset <= length


def _collect(path: Path, into: list[Logged]) -> None:
    for logged in read_recording(path):
        into.append(logged)  # noqa: PERF402 what was read before the error counts


@pytest.mark.parametrize("content", [b"", b"x", b"PK\x03\x04 something else", b"\x89PNG\r\n\x1a\n"])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    """Empty files and other formats are no recordings."""
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(NotARecording):
        list(read_recording(path))
    with pytest.raises(NotARecording):
        read_facts(path)


def test_mcap_of_somebody_else(tmp_path: Path) -> None:
    """A sound MCAP file that the hub did not write is named as such."""
    stream = BytesIO()
    writer = Writer(stream)
    writer.start()
    channel = writer.register_channel("t", "json", 0)
    writer.add_message(channel, 1, b"{}", 1)
    writer.finish()  # type: ignore[no-untyped-call]  # mcap
    path = tmp_path / "foreign.mcap"
    path.write_bytes(stream.getvalue())
    with pytest.raises(NotARecording, match="not one of CityHub"):
        list(read_recording(path))
    with pytest.raises(NotARecording, match="not one of CityHub"):
        read_facts(path)


def test_newer_format(tmp_path: Path, whole: Path) -> None:
    """A file of another format version is refused, not guessed at."""
    content = whole.read_bytes().replace(b"format\x01\x00\x00\x001", b"format\x01\x00\x00\x009", 1)
    path = tmp_path / "newer.mcap"
    path.write_bytes(content)
    with pytest.raises(NotARecording, match="format '9'"):
        list(read_recording(path))


def test_huge_record_is_not_allocated(tmp_path: Path) -> None:
    """A header that claims exabytes is one clear error."""
    path = tmp_path / "huge.mcap"
    path.write_bytes(MCAP0_MAGIC + struct.pack("<BQ", 1, 2**60) + b"x")
    with pytest.raises(Damaged, match="above"):
        list(read_recording(path))


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_is_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever bytes change, reading ends or raises BadRecording; nothing else escapes."""
    path = tmp_path_factory.mktemp("d") / "d.mcap"
    content = bytearray(_write(path, [_reading(n) for n in range(2, 40)], [_card(1)]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    for read in (read_recording, read_retained, _facts):
        with suppress(BadRecording):
            list(read(path))


def _facts(path: Path) -> list[object]:
    return [read_facts(path)]
