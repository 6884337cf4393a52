"""The `archive` process beside a real Redis: killed at any moment it misses nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from hub.archive.errors import BadRecording
from hub.archive.output_recording import OutputReader
from hub.archive.output_series import OutputSeries
from hub.archive.recording import read_recording
from hub.archive.segments import EVENTS, OUTPUTS, folder, segments
from hub.core.registry import Registry
from hub.log.birth import epoch, establish
from hub.log.connection import connect
from hub.log.log import ARCHIVE, Log
from hub.log.outputs import Outputs
from hub.log.vitals import read_all
from hub.model.event import Event
from hub.model.partition import Partitioning
from hub.work.worker import Worker
from tests.hub.archive.logs import START
from tests.hub.serve.city import Worker as Commits
from tests.hub.serve.city import lot
from tests.servers import HubProcess, until

pytestmark = pytest.mark.contract

EVENTS_A_BATCH = 50


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client of an empty Redis that holds a new city."""
    client = connect(redis_url)
    await establish(client, Partitioning())
    yield client
    await client.aclose()


@pytest.fixture
def archive(redis_url: str, tmp_path: Path) -> Iterator[HubProcess]:
    """The process, not yet started, with its folder `tmp_path / "archive"`."""
    process = HubProcess("archive", "", redis_url, archive_dir=str(tmp_path / "archive"))
    yield process
    process.kill()


async def append(log: Log, batches: int) -> None:
    """Append so many batches, 50 events each."""
    for _ in range(batches):
        events = [
            Event(str(n), "/parking/a", "city.parking.occupancy", b"{}", START, "210103")
            for n in range(EVENTS_A_BATCH)
        ]
        await log.append(events, START)
        await asyncio.sleep(0.01)


async def held(log: Log, ordinal: int) -> None:
    """Wait until the archive has kept everything up to an ordinal."""

    async def kept() -> bool:
        passed = await log.held()
        return passed is not None and passed >= ordinal

    await until(kept, f"the archive holds {ordinal}")


async def test_kills_leave_no_gap_and_no_repeat(
    redis: Redis, archive: HubProcess, tmp_path: Path
) -> None:
    """Kill -9 three times while events come: the files hold every event once, in order."""
    log = Log(redis, "d1")
    for _ in range(3):
        archive.start()
        await append(log, 40)
        await held(log, (await log.head()).ordinal - 20 * EVENTS_A_BATCH)
        archive.kill()
        await append(log, 5)
    archive.start()
    head = (await log.head()).ordinal
    await held(log, head)
    assert archive.stop() == 0
    series = folder(tmp_path / "archive", await epoch(redis), "d1", EVENTS)
    found = [logged for segment in segments(series) for logged in read_recording(segment.path)]
    assert found == await log.range(1, head)


async def test_the_trim_waits_for_the_archive(redis: Redis, archive: HubProcess) -> None:
    """What is not on the disk yet stays in Redis, whatever the worker has done."""
    log = Log(redis, "d1")
    archive.start()
    await held(log, 0)
    archive.kill()
    await append(log, 300)
    committed = await log.head()
    await redis.hset(log.keys.work, "offset", str(committed.ordinal))
    worker = Worker(redis, "d1", "me", Registry([]), Partitioning())
    await worker.trim(1_000, 1_000)
    assert (await log.read(0, 1))[0].position.ordinal == 1
    archive.start()
    await held(log, committed.ordinal)
    await worker.trim(1_000, 1_000)
    assert (await log.read(0, 1))[0].position.ordinal > 1


def last_cursor(series: Path) -> str:
    """Return the cursor of the newest commit that the files hold, also while they grow."""
    found = segments(series)
    if not found:
        return ""
    try:
        reader = OutputReader(found[-1].path)
    except BadRecording:  # it has only just begun
        return ""
    try:
        cursor = reader.keyframe.cursor
        for page in reader.pages():
            cursor = page.cursor
    finally:
        reader.close()
    return cursor


async def test_the_screen_is_archived_from_where_it_is(
    redis: Redis, archive: HubProcess, tmp_path: Path
) -> None:
    """An archive that begins late begins with the screen as it is, and goes on after a kill."""
    born = await epoch(redis)
    series = folder(tmp_path / "archive", born, "city", OUTPUTS)
    city, outputs = Commits(redis, "city"), Outputs(redis, "city")
    await city.begin(born)
    await city.show(lot(1, 10))
    archive.start()
    await until(series.is_dir, "the archive began")
    for free in (20, 30, 40):
        await city.show(lot(2, free))
        tail = await outputs.tail()
        await until(lambda tail=tail: last_cursor(series) == tail, "the commit is archived")  # type: ignore[misc]  # bound
        archive.kill()
        await city.show(lot(3, free))
        archive.start()
    tail = await outputs.tail()
    await until(lambda: last_cursor(series) == tail, "all is archived")
    assert archive.stop() == 0
    final = OutputSeries(series, "city", {})
    assert final.resume() == []
    assert final.cursor == tail
    rows = [final.screen.rows[f"parking.lot/lot-{n:04d}"] for n in (1, 2, 3)]
    data = [msgspec.json.decode(each.json)["data"] for each in rows]
    assert [each["availableSpotNumber"] for each in data] == [10, 40, 40]


async def test_two_processes_do_not_write_the_same_files(
    redis: Redis, redis_url: str, archive: HubProcess, tmp_path: Path
) -> None:
    """A second one waits, says so, and takes over when the first is gone."""
    second = HubProcess("archive", "", redis_url, archive_dir=str(tmp_path / "archive"))
    log = Log(redis, "d1")

    async def names() -> set[str]:
        return {each.name for each in await read_all(redis)}

    async def standing_by() -> bool:
        return f"{ARCHIVE}.standby" in await names()

    archive.start()
    await until((tmp_path / "archive" / "lock").exists, "the first runs")
    await append(log, 2)
    await held(log, 100)
    second.start()
    try:
        await until(standing_by, "the second stands by")
        archive.kill()
        await append(log, 2)
        await held(log, 200)
    finally:
        second.kill()
