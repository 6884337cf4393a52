"""Jobs that wait for their next try, in Redis: a restart goes on where the last process was."""

from typing import cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from hub.log.keys import Keys
from hub.model.instant import Instant
from hub.model.output import Job

HOLDER = "jobs"
_encode = msgspec.msgpack.Encoder().encode


class Pending(Struct):
    """A job, how many tries have failed, and when (real time) the next one is due."""

    job: Job
    failed: int = 0
    due: Instant = 0


_decode = msgspec.msgpack.Decoder(Pending).decode


class Waiting:
    """The pending jobs of one partition. Taken in together with how far the outputs were read."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self._redis = redis
        self._keys = Keys(partition)

    async def load(self) -> list[Pending]:
        """Return all that waits, the oldest due first."""
        stored = cast("dict[bytes, bytes]", await self._redis.hgetall(self._keys.jobs))
        return sorted(map(_decode, stored.values()), key=lambda each: (each.due, each.job.id))

    async def take(self, new: list[Pending], position: int) -> None:
        """Keep new jobs and pass the outputs they came with, both or neither."""
        async with self._redis.pipeline(transaction=True) as both:
            if new:
                both.hset(self._keys.jobs, mapping={each.job.id: _encode(each) for each in new})
            both.hset(self._keys.holders, HOLDER, str(position))
            await both.execute()

    async def again(self, pending: Pending) -> None:
        """Keep when a job is tried again."""
        await self._redis.hset(self._keys.jobs, pending.job.id, _encode(pending))

    async def done(self, job: Job) -> None:
        """Drop a job that is over."""
        await self._redis.hdel(self._keys.jobs, job.id)
