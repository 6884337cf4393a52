"""Runs the jobs of one partition: scenarios' async actions, after the commit, at least once.

A job is taken over from the outputs into a table of its own, so that one which waits for a better
hour keeps no outputs from being trimmed. Failed tries are repeated with growing, jittered pauses;
the last one makes a dead letter. A job of an exercise is never run.
"""

import asyncio
import random
from collections.abc import Callable

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.act.forwarder import BLOCK_MILLISECONDS, PAGES, RETRY_SECONDS
from hub.act.pending import HOLDER, Pending, Waiting
from hub.act.scenarios import Actions
from hub.core.trace import trace
from hub.edge import pause
from hub.log.clock import real_now
from hub.log.errors import LogFull
from hub.log.log import Log
from hub.log.outputs import Outputs
from hub.log.vitals import Vitals
from hub.model.event import REJECTED, Event
from hub.model.instant import SECOND, Duration, Instant
from hub.model.letter import rejection
from hub.model.output import Job, Shown

log = structlog.get_logger()

AT_A_TIME = 16
"""Jobs of a partition that run at the same time: a slow webhook holds up few others."""
MOST = 10_000
"""Jobs that wait; with more no further outputs are read until some are over."""
FIRST_PAUSE: Duration = SECOND
LONGEST_PAUSE: Duration = 300 * SECOND
"""Pauses between two tries: doubled each time, shortened at random by up to a half, so that what
failed together is not tried again together."""


class Jobs:
    """The runner of one partition's jobs. ``now`` is city time, for the log."""

    def __init__(
        self,
        redis: Redis,
        partition: str,
        actions: Actions,
        now: Callable[[], Instant],
        vitals: Vitals,
    ) -> None:
        self.trouble = ""
        self._partition = partition
        self._outputs = Outputs(redis, partition)
        self._waiting = Waiting(redis, partition)
        self._log = Log(redis, partition)
        self._actions, self._now, self._vitals = actions, now, vitals
        self._jobs: dict[str, Pending] = {}
        self._running: set[str] = set()
        self._news = asyncio.Event()

    async def run(self, over: asyncio.Event) -> None:
        """Take jobs in and run them until ``over``; what runs then is awaited."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._take_in(over))
            group.create_task(self._work(over, group))

    async def _take_in(self, over: asyncio.Event) -> None:
        position: int | None = None
        while not over.is_set():
            try:
                if position is None:
                    position = await self._outputs.held(HOLDER)
                    for each in await self._waiting.load():
                        self._jobs.setdefault(each.job.id, each)
                    self._news.set()
                if len(self._jobs) >= MOST:
                    self.trouble = f"{len(self._jobs)} jobs of {self._partition} wait"
                    await pause(over, RETRY_SECONDS)
                    continue
                position = await self._step(position)
                self.trouble = ""
            except (RedisError, OSError) as error:
                self.trouble, position = str(error), None
                await pause(over, RETRY_SECONDS)

    async def _step(self, position: int) -> int:
        new: list[Pending] = []
        pages = await self._outputs.after(position, PAGES, BLOCK_MILLISECONDS)
        for page in pages:
            for emitted in page.outputs:
                if isinstance(emitted.output, Shown):
                    self._actions.note(emitted.output)
                elif isinstance(emitted.output, Job) and emitted.ordinal > position:
                    new += self._wanted(emitted.output)
        if not pages:
            return position
        position = int(pages[-1].cursor.partition("-")[0])
        await self._waiting.take(new, position)
        for each in new:
            self._jobs.setdefault(each.job.id, each)
        self._news.set()
        return position

    def _wanted(self, job: Job) -> list[Pending]:
        if job.exercise:
            self._vitals.count("jobs_dropped|reason=exercise")
            return []
        return [Pending(job)]

    async def _work(self, over: asyncio.Event, group: asyncio.TaskGroup) -> None:
        while not over.is_set():
            self._news.clear()
            for pending in self._due():
                self._running.add(pending.job.id)
                group.create_task(self._try(pending))
            try:
                await asyncio.wait_for(self._news.wait(), self._rest())
            except TimeoutError:
                continue

    def _due(self) -> list[Pending]:
        now = real_now()
        free = AT_A_TIME - len(self._running)
        found = [p for p in self._jobs.values() if p.due <= now and p.job.id not in self._running]
        return found[: max(0, free)]

    def _rest(self) -> float:
        """Return the seconds until the next job is due, or until a stop must be noticed."""
        waiting = [p.due for p in self._jobs.values() if p.job.id not in self._running]
        first = min(waiting, default=real_now() + SECOND)
        return min(0.5, max(0.01, (first - real_now()) / SECOND))

    async def _try(self, pending: Pending) -> None:
        job = pending.job
        try:
            error = await self._actions.run(job)
            if error is None:
                self._vitals.count("jobs_done")
                await self._over(job)
            else:
                await self._failed(pending, error)
        except (RedisError, LogFull, OSError) as away:
            self.trouble = str(away)  # it is still in the table: tried again, with the same key
            pending.due = real_now() + SECOND
        finally:
            self._running.discard(job.id)
            self._news.set()

    async def _failed(self, pending: Pending, error: BaseException) -> None:
        job = pending.job
        pending.failed += 1
        self._vitals.count("job_failures")
        if pending.failed < job.tries:
            pending.due = real_now() + backoff(pending.failed)
            await self._waiting.again(pending)
            return
        detail = f"{pending.failed} tries failed, the last: {trace(error)}"
        what = rejection(
            f"/scenario/{job.scenario} {job.action}", job.json, "action-failed", detail
        )
        event = Event(f"{job.id}.failed", "/hub/act", REJECTED, msgspec.json.encode(what))
        await self._log.append([event], self._now())
        self._vitals.count("jobs_dropped|reason=action-failed")
        await self._over(job)

    async def _over(self, job: Job) -> None:
        await self._waiting.done(job)
        self._jobs.pop(job.id, None)


def backoff(failed: int) -> Duration:
    """Return how long to wait after so many failed tries."""
    longest = min(LONGEST_PAUSE, FIRST_PAUSE << (failed - 1))
    return round(longest * random.uniform(0.5, 1))  # noqa: S311 jitter, no secret
