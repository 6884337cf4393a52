"""Importing feeds with the warts that real ones carry."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.archive.errors import BadFeed
from hub.archive.importer import import_feed
from hub.archive.mapping import Mapping
from hub.archive.mapping_file import parse_mapping
from hub.archive.recording import read_recording, read_retained
from hub.archive.report import ImportReport
from hub.model.device import Card
from hub.model.event import CARD, Logged
from hub.model.instant import parse

WriteFeed = Callable[..., Path]


def _run(feed: Path, mapping: Mapping) -> tuple[ImportReport, list[Logged]]:
    output = feed.with_suffix(".mcap")
    report = import_feed(feed, mapping, output, lambda _done, _size: None)
    events = [logged for logged in read_recording(output) if logged.event.type != CARD]
    assert report.rows == report.events + report.bad + report.duplicates
    assert report.events == len(events)
    assert sum(report.bad_by_reason.values()) == report.bad
    return report, events


def test_a_row_becomes_a_reading(write_feed: WriteFeed, small: Mapping) -> None:
    """Columns become topic, type, time, sequence and data, arithmetic included."""
    feed = write_feed("2024-03-01 08:00:00,A,100,130", "2024-03-01 08:30:00,A,100,20")
    report, events = _run(feed, small)
    first = events[0].event
    assert first.topic == "city/210103/parking/t-a/occupancy"
    assert first.data == b'{"total":100,"used":130,"free":-30}'
    assert first.time == parse("2024-03-01T08:00:00Z") == events[0].time
    assert (first.id, first.sequence) == ("t-a-0000000001", "0000000001")
    assert report.checks == {"over": 1, "negative": 0}
    assert (report.first, report.last) == ("2024-03-01T08:00:00.000Z", "2024-03-01T08:30:00.000Z")


def test_cards_stand_at_the_start(write_feed: WriteFeed, small: Mapping) -> None:
    """Every listed device has a card in the retained state, a silent one too."""
    feed = write_feed("2024-03-01 08:00:00,A,100,1")
    report, events = _run(feed, small)
    retained = read_retained(feed.with_suffix(".mcap"))
    assert [logged.event.source for logged in retained] == ["/parking/t-a", "/parking/t-b"]
    card = msgspec.json.decode(retained[0].event.data, type=Card)
    assert (card.name, card.kind, card.reporting.period) == ("A lot", "OffStreetParking", 1800)
    assert [logged.position.ordinal for logged in [*retained, *events]] == [1, 2, 3]
    assert [(s.device, s.last) for s in report.silent] == [("t-b", None)]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2024-03-01 08:01:00,A,100", "columns"),
        ("2024-03-01 08:01:00,A,100,1,9", "columns"),
        ("2024-03-01 08:01:00,A,100,NA", "missing"),
        ("2024-03-01 08:01:00,,100,1", "missing"),
        (",A,100,1", "missing"),
        ("2024-03-01 08:01:00,A,100,many", "value"),
        ("2024-03-01 08:01:00,A,100,1.5", "value"),
        ("2024-03-01 08:01:00,A,100,inf", "value"),
        ("2024-03-01 08:01:00,A,100," + "9" * 30, "value"),
        ("2024-03-01 08:01:00,A,100," + "9" * 5000, "value"),
        ("yesterday,A,100,1", "time"),
        ("1969-12-31 23:59:59,A,100,1", "time"),
        ("2024-03-01 08:01:00,../x,100,1", "device"),
        ("2024-03-01 08:01:00,A\udcff,100,1", "encoding"),
        ("when,lot,total,used", "header-again"),
        ("2024-03-01 08:01:00,A,100," + "1" * 70_000, "line-too-long"),
    ],
)
def test_bad_rows_are_counted_and_stop_nothing(
    write_feed: WriteFeed, small: Mapping, row: str, reason: str
) -> None:
    """Each bad row is reported with its line and a reason; its neighbours are imported."""
    feed = write_feed("2024-03-01 08:00:00,A,100,1", row, "2024-03-01 08:30:00,A,100,2")
    report, events = _run(feed, small)
    assert report.bad_by_reason == {reason: 1}
    assert [(bad.line, bad.reason) for bad in report.bad_first] == [(3, reason)]
    assert len(events) == 2


def test_truncated_last_line(write_feed: WriteFeed, small: Mapping) -> None:
    """A last line without an end is a bad row when cells are gone, and always mentioned."""
    report, events = _run(write_feed("2024-03-01 08:00:00,A,100,1", "2024-03-0", end=""), small)
    assert (report.bad_by_reason, report.terminated, len(events)) == ({"columns": 1}, False, 1)


def test_negative_counts_are_readings(write_feed: WriteFeed, small: Mapping) -> None:
    """What the sensor said is kept, and counted by its check."""
    report, events = _run(write_feed("2024-03-01 08:00:00,A,100,-3"), small)
    assert (len(events), report.checks["negative"]) == (1, 1)


def test_duplicates_are_dropped_and_conflicts_kept(write_feed: WriteFeed, small: Mapping) -> None:
    """The same words of the same time are one reading; other words of that time are another."""
    row, other = "2024-03-01 08:00:00,A,100,1", "2024-03-01 08:00:00,A,100,2"
    report, events = _run(write_feed(row, row, other, row, "2024-03-01 08:00:00,B,100,1"), small)
    assert (report.duplicates, report.conflicts, len(events)) == (2, 1, 3)


def test_gaps_stuck_and_silent(write_feed: WriteFeed, small: Mapping) -> None:
    """Gaps per device and of the whole feed, runs of the same words, and who fell silent."""
    rows = [
        f"2024-03-{day:02d} {hour:02d}:{minute}:00,A,100,7"
        for day in (1, 2)
        for hour in range(24)
        for minute in ("00", "30")
    ]
    report, _ = _run(
        write_feed("2024-03-01 00:00:00,B,100,1", *rows, "2024-03-05 00:00:00,A,100,8"), small
    )
    assert (report.gaps.devices, report.gaps.feed, report.gaps.feed_over) == (1, 1, 7200)
    assert report.gaps.longest is not None
    assert report.gaps.longest.seconds == 48.5 * 3600
    assert [(s.device, s.readings) for s in report.stuck_first] == [("t-a", 96)]
    assert [(s.device, s.last) for s in report.silent] == [("t-b", "2024-03-01T00:00:00.000Z")]


def test_out_of_order_is_put_right(write_feed: WriteFeed, small: Mapping) -> None:
    """Rows out of order within the window stand in the log by time; the report counts them."""
    feed = write_feed("2024-03-01 08:30:00,A,100,2", "2024-03-01 08:00:00,A,100,1")
    report, events = _run(feed, small)
    assert [logged.event.time for logged in events] == sorted(logged.time for logged in events)
    assert (report.out_of_order, report.late, report.worst_disorder) == (1, 0, 1800)


def test_importing_twice_gives_the_same_bytes(write_feed: WriteFeed, small: Mapping) -> None:
    """A recording depends on the feed and the mapping alone."""
    feed = write_feed("2024-03-01 08:00:00,A,100,1", "2024-03-01 08:30:00,B,100,1")
    contents = []
    for name in ("one.mcap", "two.mcap"):
        output = feed.with_name(name)
        import_feed(feed, small, output, lambda _done, _size: None)
        contents.append(output.read_bytes())
    assert contents[0] == contents[1]


def test_another_dialect(write_feed: WriteFeed, small_text: str) -> None:
    """Semicolons, decimal commas, Latin-1 and a text field."""
    text = small_text + '[csv]\nencoding = "latin-1"\ndelimiter = ";"\ndecimal = ","\n'
    text += '[data.note]\ntype = "text"\ncolumn = "note"\noptional = true\n'
    text += '[data.share]\nquotient = ["used", "total"]\n'
    feed = write_feed(header="when;lot;total;used;note")
    feed.write_bytes(feed.read_bytes() + "2024-03-01 08:00;A;100,0;25;N\xf8rre\n".encode("latin-1"))
    _, events = _run(feed, parse_mapping(text, "m"))
    data = msgspec.json.decode(events[0].event.data)
    assert data == {"total": 100, "used": 25, "free": 75, "note": "N\xf8rre", "share": 0.25}


def test_division_by_zero_is_a_bad_row(write_feed: WriteFeed, small_text: str) -> None:
    """A quotient without a result is that row's fault alone."""
    text = small_text + '[data.share]\nquotient = ["used", "total"]\n'
    feed = write_feed("2024-03-01 08:00:00,A,0,1", "2024-03-01 08:30:00,A,100,1")
    report, _ = _run(feed, parse_mapping(text, "m"))
    assert report.bad_by_reason == {"value": 1}


def test_unlisted_devices(write_feed: WriteFeed, small_text: str) -> None:
    """With `listed` an unknown device is a bad row, without it a device without a card."""
    rows = ("2024-03-01 08:00:00,A,100,1", "2024-03-01 08:00:00,Z,100,1")
    report, _ = _run(write_feed(*rows), parse_mapping(small_text, "m"))
    assert (report.devices, report.cards) == (2, 2)
    listed = parse_mapping(small_text.replace("[event]", "[event]\nlisted = true"), "m")
    report, _ = _run(write_feed(*rows), listed)
    assert report.bad_by_reason == {"unlisted-device": 1}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "empty"),
        (b"a,b\n1,2\n", "no column"),
        (b"when,lot,total,used\n", "none of its 0 rows"),
        (b"when,lot,total,used\nx,A,1,1\n", "1 time"),
        (b"\xff\xfe\x00\x00", "no header"),
    ],
)
def test_feeds_that_cannot_be_imported(
    tmp_path: Path, small: Mapping, content: bytes, problem: str
) -> None:
    """One clear error, and no file left behind."""
    feed, output = tmp_path / "feed.csv", tmp_path / "out.mcap"
    feed.write_bytes(content)
    with pytest.raises(BadFeed, match=problem):
        import_feed(feed, small, output, lambda _done, _size: None)
    assert list(tmp_path.iterdir()) == [feed]


def test_output_is_not_the_feed(write_feed: WriteFeed, small: Mapping) -> None:
    """The feed is never overwritten."""
    feed = write_feed("2024-03-01 08:00:00,A,100,1")
    with pytest.raises(BadFeed, match="output"):
        import_feed(feed, small, feed, lambda _done, _size: None)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes(tmp_path: Path, small: Mapping, lines: list[bytes]) -> None:
    """Whatever follows the header, the counts add up and nothing escapes."""
    feed = tmp_path / "any.csv"
    sound = b"2024-03-01 08:00:00,A,100,1\n"
    feed.write_bytes(b"when,lot,total,used\n" + sound + b"\n".join(lines))
    report, _ = _run(feed, small)
    assert report.events >= 1


def test_progress_reaches_the_end(write_feed: WriteFeed, small: Mapping) -> None:
    """Progress is in bytes of the feed, rises, and ends at the whole."""
    rows = [f"2024-03-01 08:00:{n % 60:02d}.{n:06d},A,100,{n}" for n in range(3000)]
    feed = write_feed(*rows)
    calls: list[tuple[int, int]] = []
    import_feed(feed, small, feed.with_suffix(".mcap"), lambda *call: calls.append(call))
    assert calls == sorted(calls)
    assert calls[-1] == (feed.stat().st_size, feed.stat().st_size)
    assert len(calls) > 2
