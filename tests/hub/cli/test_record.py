"""`cityhub record`: the running city into a file, and what is made of files."""

import asyncio
import csv
import signal
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic

import msgspec
import pytest
from mcap.reader import make_reader
from redis.asyncio import Redis

from hub.archive.event_series import EventSeries
from hub.archive.output_series import OutputSeries
from hub.archive.recording import read_facts, read_recording, read_retained
from hub.archive.rolling import Bounds
from hub.archive.segments import EVENTS, OUTPUTS, folder
from hub.archive.writer import RecordingWriter
from hub.log.birth import establish
from hub.log.clock import real_now
from hub.log.connection import connect
from hub.log.keys import Keys
from hub.log.log import Log
from hub.model.device import Card, Device
from hub.model.event import CARD, STATUS, Event
from hub.model.instant import MILLISECOND, text
from hub.model.partition import Partitioning
from tests.hub.archive.logs import START, card, page, reading, shown
from tests.servers import until
from tests.system.city import COMMAND, environment, run_command


class Recording:
    """A `cityhub record` that runs in a process of its own."""

    def __init__(self, path: Path, redis_url: str, *options: str) -> None:
        self.path = path
        settings = {"CITYHUB_REDIS_URL": redis_url}
        self.process = subprocess.Popen(
            [str(COMMAND), "record", str(path), *options],
            env=environment(settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    async def begun(self) -> None:
        """Wait until it records."""
        await until(lambda: self.path.exists() and self.path.stat().st_size > 0, "it records")

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, bytes]:
        """Send a signal; return exit status and output."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, bytes]:
        """Wait for its end; return exit status and output."""
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Redis that holds a new city with two devices."""
    client = connect(redis_url)
    await establish(client, Partitioning())
    log = Log(client, "d1")
    await log.append([reading(n).event for n in range(10)], real_now())
    for name in ("a", "b"):
        device = Device(f"/parking/{name}", "210103", Card(name, "OffStreetParking"), online=True)
        raw = msgspec.msgpack.encode(device)
        await client.hset(Keys("d1").table("devices"), device.source, raw)
    yield client
    await client.aclose()


@pytest.mark.contract
async def test_the_running_city(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    """Cards and statuses first, then what comes; Ctrl-C ends it whole, with the figures."""
    recording = Recording(tmp_path / "live.mcap", redis_url, "--json")
    await recording.begun()
    log = Log(redis, "d1")
    sent = [reading(n).event for n in range(100, 300)]
    await log.append(sent, real_now())
    await asyncio.sleep(1)
    status, output = recording.end()
    assert status == 0
    figures = msgspec.json.decode(output)
    assert figures["events"] == 200
    assert read_facts(recording.path).events == 200
    kept = [(each.event.source, each.event.type) for each in read_retained(recording.path)]
    assert kept == [(f"/parking/{n}", kind) for n in "ab" for kind in (CARD, STATUS)]
    assert [each.event for each in read_recording(recording.path)][4:] == sent
    with recording.path.open("rb") as file:
        summary = make_reader(file, validate_crcs=True).get_summary()
    assert summary is not None
    assert summary.statistics is not None
    assert summary.statistics.message_count == 200


@pytest.mark.contract
async def test_filters_and_duration(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    """Only what a topic filter matches; and it ends by itself after so many seconds."""
    options = ("--topic", "city/210103/parking/a/#", "--duration", "3")
    recording = Recording(tmp_path / "a.mcap", redis_url, *options)
    await recording.begun()
    other = msgspec.structs.replace(reading(1).event, source="/parking/b")
    await Log(redis, "d1").append([reading(1).event, other], real_now())
    assert recording.ended()[0] == 0
    sources = {each.event.source for each in read_recording(recording.path)}
    assert sources == {"/parking/a"}


@pytest.mark.contract
async def test_kill_loses_at_most_a_second(redis: Redis, redis_url: str, tmp_path: Path) -> None:
    """Kill -9 at 2,000 events a second: what is older than a second is in the file, readable.

    `recover` makes a whole file of it, which has every event that the cut one gives.
    """
    recording = Recording(tmp_path / "cut.mcap", redis_url)
    await recording.begun()
    log = Log(redis, "d1")
    sent: list[tuple[float, int]] = []
    over, began = monotonic() + 6, monotonic()
    while monotonic() < over:
        batch = [
            Event(
                f"e{len(sent)}-{n}",
                "/parking/a",
                "city.parking.occupancy",
                b'{"n":1}',
                START,
                "210103",
            )
            for n in range(100)
        ]
        await log.append(batch, real_now())
        sent.append((monotonic(), len(batch)))
        await asyncio.sleep(max(0.0, began + len(sent) * 0.05 - monotonic()))
    killed = monotonic()
    recording.end(signal.SIGKILL)
    rate = sum(count for _, count in sent) / (killed - began)
    assert rate > 1_500
    older = sum(count for at, count in sent if at <= killed - 1)
    result = run_command("record", "recover", str(recording.path), "--json")
    assert result.returncode == 0, result.stderr
    figures = msgspec.json.decode(result.stdout)
    assert figures["messages"] >= older
    assert "cut off" in figures["problem"]
    whole = tmp_path / "cut-recovered.mcap"
    assert read_facts(whole).events == figures["messages"]
    assert len([*read_recording(whole)]) == figures["messages"] + len(read_retained(whole))
    assert run_command("record", "info", str(whole)).returncode == 0
    assert run_command("record", "info", str(recording.path)).returncode == 1


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive of two partitions over three files each."""
    data = tmp_path / "archive"
    for partition in ("city", "d1"):
        events = EventSeries(folder(data, "e", partition, EVENTS), {}, Bounds(10**9, 10**12, 100))
        events.write([card(n) for n in (1, 2)] if partition == "d1" else [])
        events.write([reading(n, partition=partition) for n in range(3, 301)])
        events.close()
        puts = OutputSeries(folder(data, "e", partition, OUTPUTS), partition, {})
        puts.write([page(n, 0, shown("a", n, START)) for n in (1, 300)])
        puts.close()
    return data


def moment(ordinal: int) -> str:
    """Return the log time of an event of the archive."""
    return text(START + ordinal * MILLISECOND)


def cut(archive: Path, target: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `cityhub record cut`."""
    return run_command("record", "cut", str(target), *options, archive_dir=str(archive))


def test_a_cut(archive: Path, tmp_path: Path) -> None:
    """A stretch of the archive in the order of log time, what was retained at its start first."""
    target = tmp_path / "cut.mcap"
    result = cut(archive, target, "--from", moment(150), "--to", moment(250))
    assert result.returncode == 0, result.stderr
    expected = [reading(n, partition=name) for n in range(150, 251) for name in ("city", "d1")]
    found = list(read_recording(target))
    assert found == [card(1), card(2), *expected]
    assert read_facts(target).run["epoch"] == "e"


def test_a_cut_is_filtered(archive: Path, tmp_path: Path) -> None:
    """A scenario's cut holds what it hears; one that hears nothing of it is told so."""
    target = tmp_path / "cut.mcap"
    options = ("--from", moment(150), "--scenario", "parking")
    assert cut(archive, target, *options).returncode == 0
    assert read_facts(target).events == 302
    nothing = cut(archive, tmp_path / "x.mcap", "--from", moment(150), "--topic", "city/+/gas/#")
    assert nothing.returncode == 1
    assert "no event that was asked for" in nothing.stderr
    assert not (tmp_path / "x.mcap").exists()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--from", "2001-01-01T00:00:00Z", "--to", "2001-01-02T00:00:00Z"), "reaches from"),
        (("--from", "noon"), "is no moment"),
        (("--from", moment(1), "--topic", "city/#/x"), "topic filter"),
        (("--from", moment(1), "--scenario", "nobody"), "no scenario"),
        (("--from", moment(1), "--archive", "../.."), "no archive"),
    ],
)
def test_what_cannot_be_cut(
    archive: Path, tmp_path: Path, options: tuple[str, ...], says: str
) -> None:
    """Each has one clear error and no file."""
    target = tmp_path / "cut.mcap"
    result = cut(archive, target, *options)
    assert result.returncode == 1
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert not target.exists()


def test_nothing_is_overwritten(archive: Path, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    target = tmp_path / "mine.mcap"
    target.write_text("mine")
    result = cut(archive, target, "--from", moment(150))
    assert result.returncode == 1
    assert "exists" in result.stderr
    assert target.read_text() == "mine"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A small whole recording, with hostile text in it."""
    path = tmp_path / "small.mcap"
    hostile = Event(
        "x", "/parking/a", "city.parking.note", b'{"n":2.5,"text":"=1+1","deep":{"a":[1]}}'
    )
    events = [reading(3), reading(4), msgspec.structs.replace(reading(5), event=hostile)]
    with path.open("wb") as stream, RecordingWriter(stream, {"source": "test"}, [card(1)]) as file:
        for each in events:
            file.write(each)
    return path


def test_info(recording: Path) -> None:
    """What a recording says of itself, and what is in it."""
    result = run_command("record", "info", str(recording), "--json")
    assert result.returncode == 0
    found = msgspec.json.decode(result.stdout)
    assert (found["kind"], found["messages"], found["retained"]) == ("recording", 3, 1)
    assert found["topics"] == {"d1/city.parking.occupancy": 2, "d1/city.parking.note": 1}
    assert found["facts"]["source"] == "test"
    assert found["problem"] == ""


def test_export_as_csv(recording: Path, tmp_path: Path) -> None:
    """One row an event; no cell is a formula; fields of data are columns where asked for."""
    target = tmp_path / "t.csv"
    result = run_command("record", "export", str(recording), "--output", str(target), "--flat")
    assert result.returncode == 0, result.stderr
    with target.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["position"] for row in rows] == ["d1/1", "d1/3", "d1/4", "d1/5"]
    assert [row["data.n"] for row in rows] == ["", "3.0", "4.0", "2.5"]
    assert rows[3]["data.text"] == "'=1+1"
    assert rows[3]["data.deep"] == '{"a":[1]}'
    assert rows[1]["log_time"] == moment(3)


def test_export_as_parquet(recording: Path, tmp_path: Path) -> None:
    """The same table, typed."""
    import pyarrow.parquet as pq  # noqa: PLC0415 an extra

    target = tmp_path / "t.parquet"
    options = ("--output", str(target), "--format", "parquet", "--flat")
    result = run_command("record", "export", str(recording), *options)
    assert result.returncode == 0, result.stderr
    table = pq.read_table(target)
    assert table.column("data.n").to_pylist() == [None, 3.0, 4.0, 2.5]
    assert str(table.schema.field("log_time").type) == "timestamp[us, tz=UTC]"
    assert table.column("data.text").to_pylist()[3] == "=1+1"
    plain = tmp_path / "p.parquet"
    result = run_command("record", "export", str(recording), *options[2:4], "--output", str(plain))
    assert result.returncode == 0, result.stderr
    assert pq.read_table(plain).column("data").to_pylist()[1] == '{"n":3}'


def bad_files(recording: Path) -> dict[str, bytes]:
    """Return contents that are no recording."""
    whole = recording.read_bytes()
    return {
        "empty": b"",
        "text": b"hello",
        "wrong-magic": b"\x89MCAP1" + whole[6:],
        "truncated": whole[:-20],
        "huge-header": whole[:8] + b"\x01" + (2**62).to_bytes(8, "little") + whole[17:],
        "huge-attachment": whole[:8] + b"\x09" + (2**40).to_bytes(8, "little") + whole[17:],
        "zeros": b"\0" * 10_000,
    }


NAMES = list(bad_files(Path("/dev/null")))
COMMANDS = (("info",), ("recover",), ("export", "--output", "out.csv"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("command", COMMANDS, ids=[each[0] for each in COMMANDS])
def test_bad_files(recording: Path, tmp_path: Path, name: str, command: tuple[str, ...]) -> None:
    """Each bad file is one clear error and a non-zero exit; nothing huge is allocated.

    `recover` of what can be read in part is no error: that is what it is for.
    """
    path = tmp_path / "evil\x1b[31m;rm -rf.mcap"
    path.write_bytes(bad_files(recording)[name])
    options = [str(tmp_path / each) if each == "out.csv" else each for each in command]
    limit = f'ulimit -v 2000000; exec {COMMAND} record "$@"'
    result = subprocess.run(
        ["bash", "-c", limit, "record", options[0], str(path), *options[1:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=environment({}),
    )
    partly = command[0] == "recover" and name == "truncated"
    assert result.returncode == (0 if partly else 1), result.stderr
    assert "Traceback" not in result.stderr
    assert "\x1b[31m" not in result.stderr + result.stdout
    assert partly or result.stderr.startswith("cityhub: ")
