"""The city clock, kept with the log: log time never goes back, so neither may the clock."""

import time

from redis.asyncio import Redis

from hub.log.keys import CLOCK
from hub.model.instant import CityClock, Instant


def real_now() -> Instant:
    """Return the machine's time."""
    return time.time_ns() // 1_000


async def read_clock(redis: Redis) -> CityClock | None:
    """Return the stored clock, or None before the first start."""
    stored = await redis.hgetall(CLOCK)
    if not stored:
        return None
    return CityClock(int(stored[b"city"]), int(stored[b"real"]), float(stored[b"rate"]))


async def set_clock(redis: Redis, rate: float, origin: Instant | None = None) -> CityClock:
    """Turn the stored clock to ``rate``, going on from its own time; store and return it.

    ``origin`` is the city time of a log that is new; an existing one goes on from where it is.
    """
    real = real_now()
    clock = await read_clock(redis)
    if clock is None:
        clock = CityClock(real if origin is None else origin, real, rate)
    elif clock.rate != rate:
        clock = clock.turned(real, rate)
    fields = ["city", str(clock.city), "real", str(clock.real), "rate", str(clock.rate)]
    await redis.hset(CLOCK, items=fields)
    return clock
