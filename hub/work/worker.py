"""Works one partition: take the lease, load the state, then read, apply, commit, for ever.

Whatever goes wrong between two commits is made good by beginning again from the last one.
"""

import asyncio
from collections.abc import Mapping
from time import perf_counter

import structlog
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeoutError

from hub.core.changes import Cell, Changes
from hub.core.machine import Machine
from hub.core.misfits import misfits
from hub.core.registry import Registry
from hub.edge import pause
from hub.log.errors import Fenced, LogFull, OffsetMoved
from hub.log.lease import Lease
from hub.log.log import WORK, Log
from hub.log.outputs import Outputs
from hub.log.tables import Tables
from hub.log.vitals import Vitals, forget
from hub.model.event import Logged
from hub.model.limits import BATCH_EVENTS
from hub.model.partition import Partitioning
from hub.work.board import Board
from hub.work.deadline import Deadline
from hub.work.deaths import deaths

READ_ENTRIES = 64
"""Stream entries asked for at a time: some 200 ms of work at most."""
BLOCK = 500
"""Milliseconds to wait for events: how late a stop is noticed."""
COMMIT_SECONDS = 0.050
"""Longest run of the machine before it commits."""
CATCH_UP_SECONDS = 0.200
"""The same while more than READ_ENTRIES events wait. A commit costs an fsync, on a busy disk more
than the run before it; who is behind by that much gains more than 0.2 s by fewer commits."""
RENEW_SECONDS = 1.0
RETRY_SECONDS = 0.2
"""Pause before Redis is tried again: an outage ends within the 3 s of R4."""

log = structlog.get_logger()


class Worker:
    """One partition's worker; ``vitals`` say how it is.

    ``away`` are scenarios that should run and could not be loaded, and why.
    """

    def __init__(
        self,
        redis: Redis,
        partition: str,
        holder: str,
        registry: Registry,
        partitioning: Partitioning,
        *,
        deadline: Deadline | None = None,
        away: Mapping[str, str] | None = None,
    ) -> None:
        self.partition = partition
        self.vitals = Vitals(f"{WORK}:{partition}", ok=False, detail="loading")
        self._redis = redis
        self._log = Log(redis, partition)
        self._tables = Tables(redis, partition)
        self._outputs = Outputs(redis, partition)
        self._lease = Lease(redis, partition, WORK, holder)
        self._registry = Registry(registry.declarations)  # each partition reloads in its own time
        self._partitioning = partitioning
        self._deadline = deadline or Deadline(Board.create())
        self._away = dict(away or {})

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop``; begin again after a lost lease or a lost Redis."""
        while not stop.is_set():
            try:
                if await self._lease.acquire():
                    await self._work(await self._load(), stop)
                else:
                    self.vitals.name = f"{WORK}.standby:{self.partition}"
                    await pause(stop, RENEW_SECONDS)
            except (Fenced, OffsetMoved) as error:
                log.warning("lease lost", partition=self.partition, error=str(error))
                self.vitals.count("leases_lost")
                await pause(stop, RENEW_SECONDS)
            except (RedisError, LogFull) as error:
                log.warning("redis away", partition=self.partition, error=str(error))
                self.vitals.count("redis_errors")
                await pause(stop, RETRY_SECONDS)
        try:
            await self._lease.release()
        except RedisError as error:  # it runs out by itself
            log.info("lease not released", partition=self.partition, error=str(error))

    async def _load(self) -> Machine:
        """Return the machine as of the last commit."""
        started = perf_counter()
        committed = await self._tables.committed()
        cells = await self._tables.load()
        died = await deaths(self._redis, self.partition, committed.offset)
        self._deadline.doomed.set(self.partition, died)
        self._deadline.away[self.partition] = self._left_out(cells)
        machine = Machine(
            self.partition,
            self._registry,
            self._partitioning,
            cells=cells,
            offset=committed.offset,
            out=committed.out,
            time=committed.time,
            guard=self._deadline,
        )
        seconds = perf_counter() - started
        self.vitals.gauges["load_seconds"] = seconds
        log.info(
            "loaded",
            partition=self.partition,
            cells=len(cells),
            offset=committed.offset,
            seconds=round(seconds, 3),
        )
        return machine

    def _left_out(self, cells: dict[Cell, bytes]) -> dict[str, str]:
        """Return which scenarios the machine must be without, and why: the others go on."""
        found = misfits(self._registry, cells)
        for name, why in found.items():
            log.error("scenario left out", partition=self.partition, scenario=name, error=why)
        self._away |= found
        self._registry.become(self._registry.without(found))
        here = self._registry.declared
        return {name: why for name, why in self._away.items() if name not in here}

    async def _work(self, machine: Machine, stop: asyncio.Event) -> None:
        if self.vitals.name != f"{WORK}:{self.partition}":
            await forget(self._redis, self.vitals.name)
            self.vitals.name = f"{WORK}:{self.partition}"
        self.vitals.ok, self.vitals.detail = True, ""
        renewed = perf_counter()
        while not stop.is_set():
            events = await self._log.read(machine.offset, READ_ENTRIES, BLOCK)
            self._check_kept(machine.offset, events)
            done = 0
            while done < len(events):
                done = self._apply(machine, events, done)
                await self._commit(machine.take(), stop)
                if perf_counter() - renewed > RENEW_SECONDS:
                    await self._lease.renew()
                    renewed = perf_counter()
            if not events or perf_counter() - renewed > RENEW_SECONDS:
                await self._lease.renew()
                renewed = perf_counter()

    def _check_kept(self, offset: int, events: list[Logged]) -> None:
        """Tell of events that were trimmed away before they were worked: they are lost to it."""
        missed = events[0].position.ordinal - offset - 1 if events else 0
        if missed > 0:
            log.error("events missed", partition=self.partition, missed=missed)
            self.vitals.count("events_missed", missed)

    def _apply(self, machine: Machine, events: list[Logged], first: int) -> int:
        """Apply events from index ``first``, as many as one commit may hold; return the next."""
        behind = len(events) - first > READ_ENTRIES
        deadline = perf_counter() + (CATCH_UP_SECONDS if behind else COMMIT_SECONDS)
        last = min(len(events), first + BATCH_EVENTS)
        with self._deadline.armed(self.partition):
            for index in range(first, last):
                machine.apply(events[index])
                if perf_counter() > deadline:
                    return index + 1
        return last

    async def _commit(self, changes: Changes, stop: asyncio.Event) -> None:
        """Commit, again and again while Redis is away: a commit is safe to repeat."""
        started = perf_counter()
        while True:
            try:
                await self._tables.commit(changes, self._lease.token)
                break
            except (RedisConnectionError, RedisTimeoutError, LogFull) as error:
                log.warning("commit waits", partition=self.partition, error=str(error))
                self.vitals.count("commit_retries")
                if await pause(stop, RETRY_SECONDS):
                    raise
        self.vitals.count("events", changes.end - changes.start)
        self.vitals.count("commits")
        self.vitals.count("commit_seconds", perf_counter() - started)

    async def trim(self, log_events: int, outputs: int) -> None:
        """Drop what is worked and beyond what is kept."""
        head, committed = await self._log.head(), await self._tables.committed()
        held = await self._log.held()
        before = min(head.ordinal - log_events, committed.offset)
        before = before if held is None else min(before, held)
        if before > 0:
            await self._log.trim(before)
        await self._outputs.trim(outputs)
