"""The `archive` process: one archiver a partition, retention, vitals."""

import asyncio
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.archive.archiver import Archiver
from hub.archive.segments import all_series, segments, superfluous
from hub.edge import pause, stop_event
from hub.log.birth import epoch, establish
from hub.log.connection import connect, reachable
from hub.log.log import ARCHIVE
from hub.log.vitals import PERIOD, Vitals, report
from hub.model.instant import DAY
from hub.settings import Settings

RETENTION_SECONDS = 60.0
"""How often the oldest files are looked at: the archive may overshoot by so much."""
LOCK = "lock"
GIGABYTE = 10**9

log = structlog.get_logger()


async def run(settings: Settings) -> None:
    """Archive all partitions until SIGTERM. A second process on the same folder waits."""
    stop = stop_event()
    redis = connect(settings.redis)
    vitals = Vitals(ARCHIVE, ok=False, detail="starting")
    try:
        if not await reachable(redis, stop):
            return
        await establish(redis, settings.partitioning)
        settings.archive.mkdir(parents=True, exist_ok=True)
        while not stop.is_set():
            with _alone(settings.archive) as alone:
                if alone:
                    await _archive(redis, settings, vitals, stop)
                else:
                    vitals.name, vitals.detail = f"{ARCHIVE}.standby", ""
            if not stop.is_set():
                await _told(redis, vitals)
                await pause(stop, PERIOD)
    finally:
        await redis.aclose()


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Hold the folder's lock, or tell that somebody else does. A dead process holds nothing."""
    with (folder / LOCK).open("w", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


async def _archive(redis: Redis, settings: Settings, vitals: Vitals, stop: asyncio.Event) -> None:
    """Archive one epoch, to its end: the log was begun anew, or ``stop``."""
    vitals.name = ARCHIVE
    born = await epoch(redis)
    archivers = [
        Archiver(connect(settings.redis), name, settings.archive, born, vitals)
        for name in settings.partitioning.names
    ]
    log.info("archive", epoch=born, partitions=settings.partitioning.names)
    over = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for archiver in archivers:
            tasks.create_task(archiver.run(over))
        tasks.create_task(_pulse(redis, vitals, archivers, over))
        tasks.create_task(_retain(settings, vitals, archivers, over))
        while not await pause(stop, PERIOD):
            if await _begun_anew(redis, born):
                log.warning("the log was begun anew", epoch=born)
                break
        over.set()


async def _begun_anew(redis: Redis, born: str) -> bool:
    try:
        now = await epoch(redis)
    except (RedisError, OSError):
        return False
    return bool(now) and now != born


async def _pulse(
    redis: Redis, vitals: Vitals, archivers: list[Archiver], over: asyncio.Event
) -> None:
    while not await pause(over, PERIOD):
        troubles = [each.trouble for each in archivers if each.trouble]
        vitals.ok, vitals.detail = not troubles, "; ".join(troubles)
        await _told(redis, vitals)


async def _told(redis: Redis, vitals: Vitals) -> None:
    try:
        await report(redis, vitals)
    except (RedisError, OSError) as error:  # `ready` sees the silence
        log.debug("vitals not stored", error=str(error))


async def _retain(
    settings: Settings, vitals: Vitals, archivers: list[Archiver], over: asyncio.Event
) -> None:
    while True:
        now = max(each.time for each in archivers)
        removed = await asyncio.to_thread(retain, settings, now)
        vitals.count("archive_files_removed", removed)
        files = [segment for each in all_series(settings.archive) for segment in segments(each)]
        vitals.gauges["archive_bytes"] = sum(segment.bytes for segment in files)
        vitals.gauges["archive_files"] = len(files)
        if await pause(over, RETENTION_SECONDS):
            return


def retain(settings: Settings, now: int) -> int:
    """Remove what is beyond the set size and age; return how many files."""
    series = [segments(each) for each in all_series(settings.archive)]
    most, longest = settings.archive_gigabytes * GIGABYTE, settings.archive_days * DAY
    gone = superfluous(series, now, round(most), round(longest))
    for segment in gone:
        segment.path.unlink(missing_ok=True)
        log.info("archive file removed", path=str(segment.path))
    return len(gone)
