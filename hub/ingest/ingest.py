"""Ingest of one partition: lease, batches, acknowledgement after the append, ticks, hearing.

One task does all of a partition's Redis commands one after the other: nothing is ever cancelled
inside a command, and the order of the log is the order of this loop.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Annotated

import msgspec
import structlog
from msgspec import Meta, Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.edge import pause
from hub.ingest.batch import Batch, Inbox, Message, take
from hub.ingest.checks import derived_id
from hub.ingest.hearing import Hearing
from hub.log.errors import Fenced, LogFull
from hub.log.lease import Lease
from hub.log.log import Log
from hub.log.vitals import Vitals
from hub.model.event import TICK as TICK_TYPE
from hub.model.event import Event
from hub.model.instant import SECOND, Instant
from hub.model.limits import BATCH_EVENTS, TICK
from hub.model.topic import CLOCK_SET_TOPIC
from hub.mqtt.client import Connection
from hub.mqtt.link import Link
from hub.mqtt.paho import Received

log = structlog.get_logger()

BATCH_SECONDS = 0.003
"""How long the first message of a batch waits for others: a fraction of one fsync."""
TICK_SECONDS = TICK / SECOND
RENEW_SECONDS = 1.0
"""How often the lease is renewed; a standby asks for it as often."""
FENCED_SECONDS = 2.0
"""How long one that was fenced off waits: two with the same name must not chase each other."""
GAP_SECONDS = 3 * TICK_SECONDS
"""Real time without an append, although ticks are due, after which the time counts as deaf."""
FIRST_RETRY, LONGEST_RETRY = 0.05, 1.0
"""Seconds before a failed append is tried again: R4 asks for recovery within 3 s."""
FINISH_SECONDS = 3.0
"""How long a stopping ingest tries to append what it has: it must be gone after 5 s."""

_clock = time.monotonic


class _ClockWish(Struct, frozen=True):
    """Data of CLOCK_SET_TOPIC; the bounds are those of the setting `clock_rate`."""

    rate: Annotated[float, Meta(gt=0, le=10_000)]


_CLOCK_SET = CLOCK_SET_TOPIC.encode()
_decode_rate = msgspec.json.Decoder(_ClockWish).decode


class Ingest:
    """Appends one partition's messages; ``make_link`` is None for `city`, which has no devices.

    ``now`` is the city clock, ``mine`` tells whether this partition takes a topic. ``active`` says
    whether it holds the lease, ``trouble`` what is wrong, empty when nothing is. ``full`` is set
    from outside when Redis nears its limit, ``asked_rate`` by a wish for another city clock.
    """

    def __init__(
        self,
        redis: Redis,
        lease: Lease,
        now: Callable[[], Instant],
        vitals: Vitals,
        *,
        mine: Callable[[str], bool] = lambda _: True,
        make_link: "Callable[[Ingest], Link] | None" = None,
    ) -> None:
        self.partition = lease.partition
        self.active = False
        self.trouble = "waiting for the lease"
        self.link: Link | None = None
        self.inbox = Inbox()
        self._lease, self._log = lease, Log(redis, lease.partition)
        self._now, self._vitals, self._mine, self._make_link = now, vitals, mine, make_link
        self._stop = asyncio.Event()
        self.full = False
        self.asked_rate: float | None = None

    # What the link calls.

    def receive(self, connection: Connection, said: Received) -> None:
        """Take a message into the inbox; a wish for another clock is not for the log."""
        if said.topic == _CLOCK_SET:
            self._turn(said.payload)
            if said.qos:
                connection.ack(said.packet)
            return
        self.inbox.put(Message(connection, said))
        if said.dup:
            self._vitals.count("redelivered")

    def _turn(self, payload: bytes) -> None:
        try:
            self.asked_rate = _decode_rate(payload).rate
        except msgspec.DecodeError as error:
            self._vitals.count("bad_clock_wishes")
            log.warning("ingest.bad_clock_wish", error=str(error))

    def up(self) -> None:
        """Note that the broker is there."""
        self._hearing.up()
        self.inbox.filled.set()

    def down(self, reason: str) -> None:
        """Note that the broker is gone: the log is told at once."""
        self._vitals.count("connections_lost")
        self._hearing.down(self._now(), f"broker: {reason}")
        self.inbox.filled.set()

    # The life of a partition.

    async def run(self, stop: asyncio.Event) -> None:
        """Hold the lease and ingest until ``stop``; wait as standby while another one does."""
        self._stop = stop
        while not stop.is_set():
            try:
                if await self._lease.acquire():
                    await self._hold()
                    continue
                self.trouble = f"standby: another process ingests {self.partition}"
            except (RedisError, OSError) as error:
                self._failed(error)
            await pause(stop, RENEW_SECONDS)

    async def _hold(self) -> None:
        log.info("ingest.leads", partition=self.partition, token=self._lease.token)
        self.active, self.trouble = True, ""
        self._hearing, self.inbox = Hearing(self.partition), Inbox()
        self._first, self._ordinal = True, 0
        self._appended = self._renewed = _clock()
        self.link = None if self._make_link is None else self._make_link(self)
        async with asyncio.TaskGroup() as group:
            if self.link is not None:
                group.create_task(self.link.run())
            try:
                await self._work()
            except Fenced as error:
                self._vitals.count("fenced")
                log.warning("ingest.fenced", partition=self.partition, token=error.token)
                self.trouble = str(error)
            finally:
                self.active = False
                if self.link is not None:
                    self.link.drop()
        await pause(self._stop, FENCED_SECONDS)

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                async with asyncio.timeout(self._idle()):
                    await self.inbox.filled.wait()
            except TimeoutError:
                pass  # nothing came: a tick or a renewal may be due
            await self._step()
        await self._finish()

    def _idle(self) -> float:
        due = min(self._appended + TICK_SECONDS, self._renewed + RENEW_SECONDS)
        return max(0.0, due - _clock())

    async def _step(self) -> bool:
        if 0 < len(self.inbox) < BATCH_EVENTS:
            await asyncio.sleep(BATCH_SECONDS)
        batch = take(self.inbox, self._mine, self._vitals)
        if not len(self.inbox):
            self.inbox.filled.clear()
        if not await self._write(batch):
            return False
        batch.ack()
        self._vitals.count("acked", len(batch.messages))
        return True

    async def _write(self, batch: Batch) -> bool:
        """Append the batch, however often it takes; False when it is time to stop instead.

        An append whose answer was lost may have happened. The repeat has the same (source, id) and
        is dropped by the worker.
        """
        wait, give_up = FIRST_RETRY, None
        while True:
            try:
                await self._append(batch.events)
            except (LogFull, RedisError, OSError) as error:
                self._failed(error)
            else:
                self.trouble = ""
                await self._renew()
                return True
            if self._stop.is_set():
                give_up = _clock() + FINISH_SECONDS if give_up is None else give_up
                if _clock() > give_up:
                    return False
            await asyncio.sleep(wait)
            wait = min(2 * wait, LONGEST_RETRY)

    async def _append(self, events: list[Event]) -> None:
        await self._mind_the_gap()
        if self.full and events:
            raise LogFull(self.partition)
        quiet = _clock() - self._appended >= TICK_SECONDS
        if not events and quiet and not self._hearing.news():
            events = await self._tick()
            await self._mind_the_gap()  # asking the log may itself have taken long
        news = self._hearing.news()
        if news or events:
            before = _clock()
            done = await self._log.append(news + events, self._now(), self._lease.token)
            self._hearing.told(news)
            # The stamp is of before the append: if that took long, the next one sees the gap.
            self._ordinal, self._appended = done.ordinal, before
            self._vitals.count("appended", len(news) + len(events))
            self._vitals.count("batches")
            self._vitals.gauges["append_ms"] = (_clock() - before) * 1_000

    async def _renew(self) -> None:
        """Keep the lease; a failure is tried again soon and repeats no append."""
        if _clock() - self._renewed < RENEW_SECONDS:
            return
        self._renewed = _clock()
        try:
            await self._lease.renew()
        except (RedisError, OSError) as error:
            self._failed(error)

    async def _mind_the_gap(self) -> None:
        """After a gap say, at the time of the log's head, that from there on nothing was heard."""
        if not self._first and _clock() - self._appended <= GAP_SECONDS:
            return
        asked, head = _clock(), await self._log.head()
        if head.ordinal:
            reason = "started" if self._first else "log"
            event = self._hearing.resumed(head.time, reason)
            head = await self._log.append([event], head.time, self._lease.token)
            self._vitals.count("gaps")
        self._first, self._ordinal, self._appended = False, head.ordinal, asked

    async def _tick(self) -> list[Event]:
        asked, head = _clock(), await self._log.head()
        if head.ordinal != self._ordinal:  # another writer let the time pass
            self._ordinal, self._appended = head.ordinal, asked
            return []
        self._vitals.count("ticks")
        return [Event(derived_id(self.partition, str(head.ordinal)), "/hub/ingest", TICK_TYPE)]

    async def _finish(self) -> None:
        """Append and acknowledge what has arrived, disconnect, give the lease back."""
        if self.link is not None and self.link.connection is not None:
            self.inbox.shut()
            self.link.connection.pause()
        give_up = _clock() + FINISH_SECONDS
        while len(self.inbox) and _clock() < give_up and await self._step():
            pass
        if self.link is not None:
            self._hearing.down(self._now(), "stopped")
            try:
                await self._append([])
            except (LogFull, RedisError, OSError) as error:
                self._failed(error)
            await self.link.close()
        try:
            await self._lease.release()
        except (RedisError, OSError) as error:
            self._failed(error)  # it runs out by itself

    def _failed(self, error: Exception) -> None:
        self._vitals.count("append_failures")
        if self.trouble != str(error):  # said once, not each time
            log.warning("ingest.log_away", partition=self.partition, error=str(error))
        self.trouble = str(error)
