"""Writes one partition on to files: its log, and what it put out. Never ahead of the disk.

Redis keeps what is not on the disk yet (`Log.hold`, `Outputs.hold`), so a crash at any point loses
nothing: the files say how far they came, and the rest is read again.
"""

import asyncio
from pathlib import Path
from time import monotonic

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.archive.errors import ArchiveError, LogWentBack
from hub.archive.event_series import EventSeries
from hub.archive.output_series import OutputSeries
from hub.archive.segments import EVENTS, OUTPUTS, folder
from hub.edge import pause
from hub.log.log import ARCHIVE, Log
from hub.log.outputs import Outputs, Page
from hub.log.stream import START
from hub.log.tables import Tables
from hub.log.vitals import Vitals
from hub.model.event import Logged
from hub.model.instant import Instant
from hub.serve.screen import row

ENTRIES = 64
"""Stream entries read at a time."""
BLOCK = 250
"""Milliseconds to wait for entries: with SYNC_SECONDS under a second until they are durable."""
SYNC_SECONDS = 0.5
RETRY_SECONDS = 1.0

log = structlog.get_logger()


class Archiver:
    """One partition of one epoch; ``vitals`` are the process's."""

    def __init__(
        self, redis: Redis, partition: str, archive: Path, epoch: str, vitals: Vitals
    ) -> None:
        self.partition = partition
        self.trouble = "starting"
        self._log = Log(redis, partition)
        self._outputs = Outputs(redis, partition)
        self._tables = Tables(redis, partition)
        self._vitals = vitals
        facts = {"epoch": epoch, "source": "archive"}
        self._events = EventSeries(folder(archive, epoch, partition, EVENTS), facts)
        self._put = OutputSeries(folder(archive, epoch, partition, OUTPUTS), partition, facts)

    @property
    def time(self) -> Instant:
        """The newest log time that was archived."""
        return self._put.time

    async def run(self, stop: asyncio.Event) -> None:
        """Archive until ``stop``, then end the files in progress."""
        resumed = False
        while not stop.is_set():
            try:
                if not resumed:
                    await self._resume()
                    resumed = True
                self.trouble = ""
                await self._follow(stop)
            except (RedisError, OSError, ArchiveError) as error:
                self.trouble = f"{self.partition}: {error}"[:200]
                self._vitals.count("archive_errors")
                log.warning("archive interrupted", partition=self.partition, error=str(error))
                if not isinstance(error, RedisError):
                    # A file that failed is left as it is, and mended as after a crash.
                    self._events.drop()
                    self._put.drop()
                    resumed = False
                await pause(stop, RETRY_SECONDS)
        try:
            await asyncio.to_thread(self._end)
        except OSError as error:  # the next start mends it
            log.warning("archive not ended", partition=self.partition, error=str(error))

    async def _resume(self) -> None:
        """Go on from what the files hold, or begin with what Redis still has."""
        for series in (self._events, self._put):
            for done in await asyncio.to_thread(series.resume):
                log.warning("archive mended", partition=self.partition, what=done)
        head = await self._log.head()
        if head.ordinal < self._events.last:
            raise LogWentBack(self.partition, head.ordinal, self._events.last)
        await self._log.hold(ARCHIVE, self._events.last)
        if self._put.cursor is None or await self._gone(self._put.cursor):
            await self._start_outputs()
        await self._outputs.hold(ARCHIVE, _held(self._put.cursor))

    async def _start_outputs(self) -> None:
        """Note the tail, then read the tables: what changes meanwhile comes again."""
        if self._put.cursor is not None:
            self._vitals.count("archive_gaps|series=outputs")
        cursor = await self._outputs.tail()
        committed = await self._tables.committed()
        rows = [row(value) async for _, value in self._tables.scan("entities")]
        alerts = [each async for each in self._tables.scan("alerts")]
        await asyncio.to_thread(self._put.start, cursor, committed.time, rows, alerts)

    async def _gone(self, cursor: str) -> bool:
        """Whether commits after ``cursor`` may be missing in Redis."""
        oldest = await self._outputs.oldest()
        return cursor != START and _place(oldest) > _place(cursor)

    async def _follow(self, stop: asyncio.Event) -> None:
        synced, block = monotonic(), None
        while not stop.is_set():
            events = await self._log.read(self._events.last, ENTRIES, block)
            pages = await self._outputs.read(self._put.cursor or START, ENTRIES)
            busy = len(pages) == ENTRIES or len(events) >= ENTRIES
            block = None if busy else BLOCK
            await asyncio.to_thread(self._write, events, pages)
            if monotonic() - synced >= SYNC_SECONDS:
                await self._sync()
                synced = monotonic()
                if busy and self._put.cursor and await self._gone(self._put.cursor):
                    await self._start_outputs()

    def _write(self, events: list[Logged], pages: list[Page]) -> None:
        missed = self._events.missed
        self._events.write(events)
        self._put.write(pages)
        self._vitals.count("archived_events", len(events))
        if self._events.missed > missed:
            lost = self._events.missed - missed
            log.error("events missed by the archive", partition=self.partition, missed=lost)
            self._vitals.count("events_missed", lost)

    async def _sync(self) -> None:
        """Bring both files to the disk; only then does Redis hear of it."""
        ordinal = await asyncio.to_thread(self._events.sync)
        await asyncio.to_thread(self._put.sync)
        await self._log.hold(ARCHIVE, ordinal)
        await self._outputs.hold(ARCHIVE, _held(self._put.cursor))

    def _end(self) -> None:
        self._events.close()
        self._put.close()


def _held(cursor: str | None) -> int:
    """Return the output ordinal that may be trimmed: commits may share the one of the cursor."""
    return max(0, _place(cursor or START)[0] - 1)


def _place(cursor: str) -> tuple[int, int]:
    first, _, second = cursor.partition("-")
    return int(first), int(second)
