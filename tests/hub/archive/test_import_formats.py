"""Every format gives the same readings from the same facts; what is wrong is counted, not fatal."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from mcap.writer import CompressionType, Writer
from pyarrow import parquet

from hub.archive.errors import BadFeed
from hub.archive.importer import import_feed, import_feeds
from hub.archive.mapping_file import parse_mapping
from hub.archive.recording import read_recording
from hub.archive.report import ImportReport
from hub.model.event import CARD, Event
from hub.model.instant import text

HEAD = """
name = "air"
[event]
domain = "air"
event = "quality"
district = "210103"
device = { column = "%s", lower = true, prefix = "st-" }
[cards]
kind = "AirQualityStation"
"""
FACTS = [("A", 0, 35.5, 41), ("B", 0, 12.0, 8), ("A", 60, 36.0, 40), ("B", 60, 12.5, 9)]
"""Station, seconds after the first, PM2.5, NO2."""
BEGIN = 1_795_392_000
"""2026-11-23T00:00:00Z."""


def mapping(form: str, device: str, time: str, pm25: str, no2: str, *, unix: bool = True) -> str:
    """Return a mapping of a format with these columns."""
    formats = '["unix"]' if unix else '["iso"]'
    return f"""{HEAD % device}
[time]
column = "{time}"
formats = {formats}
[data.pm25]
column = "{pm25}"
[data.no2]
type = "integer"
column = "{no2}"
optional = true
""".replace('name = "air"', f'name = "air"\nformat = "{form}"')


def run(tmp_path: Path, content: bytes, toml: str) -> tuple[ImportReport, list[Event]]:
    """Import a feed; return the report and the readings."""
    feed, output = tmp_path / "feed", tmp_path / "out.mcap"
    feed.write_bytes(content)
    report = import_feed(feed, parse_mapping(toml, "m.toml"), output, lambda _done, _size: None)
    assert report.rows == report.events + report.joined + report.bad + report.duplicates
    events = [logged.event for logged in read_recording(output) if logged.event.type != CARD]
    return report, events


def told(events: Iterable[Event]) -> list[tuple[str, int, Any, Any]]:  # Any: a reading's values
    """Return what readings say, as FACTS are written."""
    found = []
    for event in events:
        data = json.loads(event.data)
        station = event.source.removeprefix("/air/st-").upper()
        seconds = (event.time or 0) // 1_000_000 - BEGIN
        found.append((station, seconds, data.get("pm25"), data.get("no2")))
    return found


def test_jsonl(tmp_path: Path) -> None:
    """One object a line, nested paths, and a line that is none."""
    lines = [
        json.dumps({"id": s, "at": BEGIN + t, "values": {"pm25": p, "no2": [n]}})
        for s, t, p, n in FACTS
    ]
    bad = ["{", "[1]", '{"id":"A"}', '"' + "x" * 100, "\udcff"]
    content = "\n".join([*lines, *bad]).encode("utf-8", "surrogateescape")
    report, events = run(
        tmp_path, content, mapping("jsonl", "id", "at", "values.pm25", "values.no2.0")
    )
    assert told(events) == FACTS
    assert (report.rows, report.bad, report.terminated) == (9, 5, False)
    assert report.bad_by_reason == {"not-json": 3, "not-an-object": 1, "missing": 1}


def test_json_array(tmp_path: Path) -> None:
    """A whole file that is one array."""
    rows = [{"id": s, "at": BEGIN + t, "pm25": p, "no2": n} for s, t, p, n in FACTS]
    toml = mapping("json", "id", "at", "pm25", "no2")
    report, events = run(tmp_path, json.dumps([*rows, 7]).encode(), toml)
    assert told(events) == FACTS
    assert report.bad_by_reason == {"not-an-object": 1}
    with pytest.raises(BadFeed, match="no JSON"):
        run(tmp_path, b"[1", toml)


def test_mosquitto_sub_as_json(tmp_path: Path) -> None:
    """`-F %J`: the payload as JSON or as a text that is JSON; levels of the topic are columns."""
    lines = []
    for index, (s, t, p, n) in enumerate(FACTS):
        payload: object = {"pm25": p, "no2": n}
        if index % 2:
            payload = json.dumps(payload)
        said = {"tst": "2026-11-23T00:00:00Z", "topic": f"site/{s}/air", "qos": 1}
        lines.append(json.dumps(said | {"payload": payload, "t": BEGIN + t}))
    report, events = run(
        tmp_path,
        "\n".join(lines).encode(),
        mapping("mosquitto", "levels.1", "t", "payload.pm25", "payload.no2"),
    )
    assert told(events) == FACTS
    assert report.bad == 0


def test_mosquitto_sub_verbose(tmp_path: Path) -> None:
    """`-v`: topic, blank, payload; what is no topic and payload is a bad row."""
    lines = [
        f"site/{s}/air " + json.dumps({"t": BEGIN + t, "pm25": p, "no2": n}) for s, t, p, n in FACTS
    ]
    report, events = run(
        tmp_path,
        "\n".join([*lines, "site/A/air plain text", "lonely"]).encode(),
        mapping("mosquitto", "levels.1", "payload.t", "payload.pm25", "payload.no2"),
    )
    assert told(events) == FACTS
    assert report.bad_by_reason == {"missing": 2}


def test_senml_is_a_long_table(tmp_path: Path) -> None:
    """Packs with base name, base time and base value (RFC 8428 §4.1, §5.1); a quantity a record."""
    packs = []
    for s, t, p, n in FACTS:
        packs.append(
            json.dumps(
                [
                    {"bn": s, "bt": BEGIN, "t": t, "n": ":pm25", "u": "ug/m3", "v": p},
                    {"t": t, "n": ":no2", "v": n},
                ]
            )
        )
    toml = """
name = "air"
format = "senml"
[event]
domain = "air"
event = "quality"
district = "210103"
device = { column = "name", values = { "A:pm25" = "st-a", "B:pm25" = "st-b" } }
[time]
column = "time"
formats = ["unix"]
[data.value]
column = "value"
"""
    report, events = run(tmp_path, "\n".join(packs).encode(), toml)
    assert report.rows == report.events == 8
    # What the mapping does not translate is the device by its resolved name.
    sources = {"/air/st-a", "/air/st-b", "/air/A:no2", "/air/B:no2"}
    assert {event.source for event in events} == sources
    bad = [
        '[{"n":"x","t":5,"v":1}]',
        '[{"n":"x","t":1795392000,"v":"y"}]',
        "{}",
        '[{"n":"x"}]',
    ]
    report, _ = run(tmp_path, "\n".join([*bad, packs[0]]).encode(), toml)
    reasons = {"missing": 1, "not-a-record": 1, "not-a-pack": 1, "no-value": 1}
    assert report.bad_by_reason == reasons


def test_csv_long(tmp_path: Path) -> None:
    """One row a quantity: rows in a row of one station and time are one reading."""
    rows = ["station,when,quantity,value"]
    for s, t, p, n in FACTS:
        rows += [f"{s},{BEGIN + t},PM2.5,{p}", f"{s},{BEGIN + t},NO2,{n}"]
    rows += ["A,1795392120,O3,5", "A,1795392120,PM2.5,", "A,1795392120,NO2,7"]
    toml = mapping("csv", "station", "when", "PM2.5", "NO2") + (
        '[long]\nname = "quantity"\nvalue = "value"\n'
    )
    report, events = run(tmp_path, "\n".join(rows).encode(), toml)
    assert told(events) == FACTS
    assert (report.rows, report.joined, report.bad) == (11, 5, 2)
    assert report.bad_by_reason == {"unknown-quantity": 1, "missing": 1}
    with pytest.raises(BadFeed, match="quantity"):
        run(tmp_path, b"station,when,value\nA,1,2\n", toml)


def test_parquet(tmp_path: Path) -> None:
    """Typed columns, timestamps among them; a file that is none is one clear error."""
    columns = {
        "id": [s for s, *_ in FACTS],
        "at": pa.array([(BEGIN + t) * 1_000_000 for _, t, *_ in FACTS], pa.timestamp("us", "UTC")),
        "pm25": [p for _, _, p, _ in FACTS],
        "no2": [n for *_, n in FACTS],
    }
    path = tmp_path / "table"
    parquet.write_table(pa.table(columns), path)
    toml = mapping("parquet", "id", "at", "pm25", "no2", unix=False)
    report, events = run(tmp_path, path.read_bytes(), toml)
    assert told(events) == FACTS
    assert report.bad == 0
    with pytest.raises(BadFeed, match="no Parquet"):
        run(tmp_path, b"PAR1 but not really", toml)


def test_mcap_of_another_tool(tmp_path: Path) -> None:
    """Messages in JSON of any channel; one in another encoding is a bad row."""
    path = tmp_path / "other.mcap"
    with path.open("wb") as stream:
        writer = Writer(stream, compression=CompressionType.ZSTD)
        writer.start("x", "other")
        schema = writer.register_schema("s", "jsonschema", b"{}")
        channels = {s: writer.register_channel(f"/{s}", "json", schema) for s in ("A", "B")}
        foreign = writer.register_channel("/c", "cdr", schema)
        for s, t, p, n in FACTS:
            body = json.dumps({"id": s, "pm25": p, "no2": n}).encode()
            at = (BEGIN + t) * 1_000_000_000
            writer.add_message(channels[s], at, body, at)
        writer.add_message(foreign, 1, b"\0", 1)
        writer.finish()  # type: ignore[no-untyped-call]  # mcap
    toml = mapping("mcap", "payload.id", "log_time", "payload.pm25", "payload.no2")
    report, events = run(tmp_path, path.read_bytes(), toml)
    assert told(events) == FACTS
    assert report.bad_by_reason == {"not-json": 1}
    with pytest.raises(BadFeed, match="cut off"):
        run(tmp_path, path.read_bytes()[:200], toml)


def test_several_files_are_one_recording_in_order(tmp_path: Path) -> None:
    """Merged by time; the file's name is the column `@file`."""
    feeds = []
    for name, offset in (("north", 0), ("south", 30)):
        feed = tmp_path / f"{name}.csv"
        feed.write_text("t,v\n" + "".join(f"{BEGIN + 60 * n + offset},{n}\n" for n in range(5)))
        feeds.append(feed)
    toml = (HEAD % "@file") + (
        '[time]\ncolumn = "t"\nformats = ["unix"]\n[data.pm25]\ncolumn = "v"\n'
    )
    output = tmp_path / "out.mcap"
    report = import_feeds(feeds, parse_mapping(toml, "m"), output, lambda _done, _size: None)
    log = list(read_recording(output))
    assert report.rows == report.events == len(log) == 10
    assert report.out_of_order == 0
    assert [each.event.source for each in log[:4]] == ["/air/st-north", "/air/st-south"] * 2
    assert [text(each.time) for each in log] == sorted(text(each.time) for each in log)


@pytest.mark.parametrize("form", ["jsonl", "json", "mosquitto", "senml", "parquet", "mcap", "csv"])
@pytest.mark.parametrize("content", [b"", b"\0" * 5000, b"\xff\xfe" * 99, b"[" * 100_000])
def test_hostile_feeds_are_one_clear_error(tmp_path: Path, form: str, content: bytes) -> None:
    """Empty, zeros, no UTF-8, nested without end: BadFeed, whatever the format."""
    toml = mapping(form, "id", "at", "pm25", "no2")
    with pytest.raises(BadFeed):
        run(tmp_path, content, toml)
    assert not (tmp_path / "out.mcap").exists()
