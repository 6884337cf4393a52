"""Two partitions worked by two workers on a real Redis: their log replays to what they put out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec import json
from redis.asyncio import Redis

from hub.act.forwarder import Forwarder
from hub.archive.recording import read_recording
from hub.archive.replay_core import Played, Recorded, Sink, replay_core
from hub.archive.replay_pace import Control
from hub.archive.replay_select import causes
from hub.archive.writer import RecordingWriter
from hub.core.changes import Cell
from hub.log.birth import establish
from hub.log.connection import connect
from hub.log.log import Log
from hub.log.outputs import START, Outputs
from hub.log.tables import Tables
from hub.log.vitals import Vitals
from hub.model.alert import Alert
from hub.model.event import Logged
from hub.model.instant import Instant
from hub.model.output import Incident, Output, Shown
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from hub.work.worker import Worker
from tests.servers import until
from tests.support.recorded import Logs, simulated

pytestmark = pytest.mark.contract

PARTITIONS = Partitioning().names
BATCH = 37
"""Events of a log entry: no round number, so that commits fall anywhere."""

Worked = tuple[Logs, dict[str, list[Output]], dict[str, dict[Cell, bytes]]]
"""The logs, the lossless outputs in order, and the cells of each partition."""


class Collector(Sink):
    """Keeps all outputs by partition."""

    def __init__(self) -> None:
        super().__init__(Control())
        self.found: dict[str, list[Output]] = {name: [] for name in PARTITIONS}

    def take(self, partition: str, output: Output) -> None:
        """Keep one."""
        self.found[partition].append(output)


@pytest.fixture(scope="module")
def readings() -> list[Logged]:
    """What the devices of a small city with heavy faults said: no event of the hub's own."""
    logs = simulated(5_000, seed=11, lots=60)
    return logs["d1"]


@pytest.fixture
async def worked(redis_url: str, readings: list[Logged]) -> AsyncIterator[Worked]:
    """Work the readings by a worker a partition, with forwarders between them."""
    clients = [connect(redis_url) for _ in range(5)]
    redis = clients[0]
    await establish(redis, Partitioning())
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for name, client in zip(PARTITIONS, clients[1:3], strict=True):
            worker = Worker(client, name, f"worker of {name}", load_all(""), Partitioning())
            tasks.create_task(worker.run(stop))
        for name, client in zip(PARTITIONS, clients[3:], strict=True):
            others = [other for other in PARTITIONS if other != name]
            forwarder = Forwarder(client, name, others, lambda: _now(readings), Vitals("act"))
            tasks.create_task(forwarder.run(stop))
        log = Log(redis, "d1")
        for first in range(0, len(readings), BATCH):
            batch = readings[first : first + BATCH]
            await log.append([logged.event for logged in batch], batch[-1].time)
        await until(lambda: _settled(redis), "everything worked and forwarded", 60.0)
        stop.set()
    yield await _found(redis)
    for client in clients:
        await client.aclose()


def _now(readings: list[Logged]) -> Instant:
    """Return a time that is before most of the readings: the log keeps time from going back."""
    return readings[0].time


async def _settled(redis: Redis) -> bool:
    """Tell whether each log is worked to its end, and each output forwarded."""
    heads = [(await Log(redis, name).head()).ordinal for name in PARTITIONS]
    for name, head in zip(PARTITIONS, heads, strict=True):
        committed = await Tables(redis, name).committed()
        if committed.offset < head or await Outputs(redis, name).held("forward") < committed.out:
            return False
    return heads == [(await Log(redis, name).head()).ordinal for name in PARTITIONS]


async def _found(redis: Redis) -> Worked:
    logs: Logs = {}
    outputs: dict[str, list[Output]] = {}
    cells: dict[str, dict[Cell, bytes]] = {}
    for name in PARTITIONS:
        logs[name] = await Log(redis, name).range(1, 10**9)
        pages = await Outputs(redis, name).read(START, 100_000)
        outputs[name] = [each.output for page in pages for each in page.outputs if each.ordinal]
        cells[name] = await Tables(redis, name).load()
    return logs, outputs, cells


async def test_a_recording_of_two_workers_replays_to_what_they_put_out(
    worked: Worked, tmp_path: Path
) -> None:
    """Outputs one by one, and every cell of the state, from a recording of both logs."""
    logs, outputs, cells = worked
    assert len(logs["city"]) > 100, "the partitions talked to each other"
    assert any(isinstance(output, Incident) for output in outputs["city"])
    path = _recorded(logs, tmp_path)
    sink = Collector()
    city = Recorded(load_all(""), Partitioning(), sink)
    log = read_recording(path)
    replay_core(log, city, sink, pace=None, control=Control(), progress=lambda *_: None)
    for machine in city.machines():
        name = machine.partition
        lossless = [output for output in sink.found[name] if not isinstance(output, Shown)]
        assert lossless == outputs[name]
        assert dict(machine.cells()) == cells[name]


async def test_playing_the_causes_anew_gives_the_same_alerts(
    worked: Worked, tmp_path: Path
) -> None:
    """Today's scenarios on what came from outside raise the alerts that the workers raised."""
    logs, outputs, _ = worked
    path = _recorded(logs, tmp_path)
    sink = Collector()
    city = Played(load_all(""), Partitioning(), sink)
    log = causes(read_recording(path), Partitioning())
    replay_core(log, city, sink, pace=None, control=Control(), progress=lambda *_: None)
    assert _alerts(sink.found["city"]) == _alerts(outputs["city"]) != set()


def _recorded(logs: Logs, folder: Path) -> Path:
    """Write both logs as a recording, in order of log time, partition and ordinal."""
    path = folder / "both.mcap"
    merged = sorted(
        (logged for log in logs.values() for logged in log),
        key=lambda logged: (logged.time, logged.position),
    )
    with path.open("wb") as stream, RecordingWriter(stream, {"created_by": "test"}) as writer:
        for logged in merged:
            writer.write(logged)
    return path


def _alerts(outputs: list[Output]) -> set[tuple[str, str]]:
    incidents = [json.decode(o.json, type=Alert) for o in outputs if isinstance(o, Incident)]
    return {(alert.id, alert.level) for alert in incidents}
