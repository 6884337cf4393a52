"""What is done to a city under load, and how it is seen that it works again."""

import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.log.log import Log
from hub.log.tables import Tables
from tests.chaos.checker import AWAY, HOME
from tests.chaos.load import Watch
from tests.servers import until
from tests.system.city import City

STEADY_EVENTS = 1_500
"""Readings that pass undisturbed before and after a fault: some 1.5 s."""
PATIENCE = 30.0
RECOVERY = {
    "ingest": 3.0,
    "serve": 3.0,
    "act": 3.0,
    "archive": 5.0,
    "work": 10.0,
    "redis": 3.0,
    "broker": 10.0,
}
"""Bars of R1, R2 and R4, in seconds; the broker's (R3 has none) and the archive's, which mends its
files first and delays nobody, are sanity bounds."""


async def appended(redis: Redis) -> int:
    """Return the ordinal of the newest event that ingest appended."""
    return (await Log(redis, HOME).head()).ordinal


async def worked(redis: Redis) -> int:
    """Return the ordinal of the newest event that work has committed."""
    return (await Tables(redis, HOME).committed()).offset


async def forwarded(redis: Redis) -> int:
    """Return the newest output that act has brought to `city`."""
    return await Log(redis, AWAY).forwarded(HOME)


async def steady(redis: Redis, events: int = STEADY_EVENTS) -> None:
    """Wait until so many events were worked and something of it was forwarded."""
    offset, last = await reach(redis, worked), await reach(redis, forwarded)
    await until(lambda: beyond(redis, worked, offset + events), f"{events} events are worked")
    await until(lambda: beyond(redis, forwarded, last), "events are forwarded")


async def beyond(redis: Redis, figure: Callable[[Redis], Awaitable[int]], than: int) -> bool:
    """Return whether a figure has passed a mark; not while Redis is away."""
    try:
        return await figure(redis) > than
    except (RedisError, OSError):
        return False


async def archived(redis: Redis) -> int:
    """Return the ordinal of the newest event that is on the archive's disk."""
    return await Log(redis, HOME).held() or 0


FIGURES = {
    "ingest": appended,
    "broker": appended,
    "work": worked,
    "redis": worked,
    "act": forwarded,
    "archive": archived,
}
"""What moves again when a process is back: appends, commits, forwarded, archived events."""


async def kill(city: City, redis: Redis, victim: str) -> float:
    """Kill a child; return the seconds until what it does is done again by a new one.

    The time for which the new one was ready to run and other work had the processors is not its
    own: it is told, and left out.
    """
    figure = FIGURES.get(victim)
    old = city.send(victim, signal.SIGKILL)
    watch = Watch()
    await until(lambda: (p := city.child(victim)) is not None and p.pid != old, f"{victim} again")
    if figure is None:
        await until(city.ready, "serve shows the city")
    else:
        before = await reach(redis, figure)
        await until(lambda: beyond(redis, figure, before), f"{victim} does its work", PATIENCE)
    seconds, kept_off = watch.seconds, _kept_off(city.pid(victim))
    print(f"\n{victim}: back after {seconds:.2f} s, {kept_off:.2f} s of it without a processor")  # noqa: T201 a figure for the reader
    return seconds - kept_off


def _kept_off(pid: int) -> float:
    """Return the seconds that a process was ready to run and did not (Linux; else 0)."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text("ascii").split()[1]) / 1e9
    except FileNotFoundError:
        return 0.0


async def reach(redis: Redis, figure: Callable[[Redis], Awaitable[int]]) -> int:
    """Return a figure, once Redis answers."""
    found: list[int] = []

    async def asked() -> bool:
        try:
            found.append(await figure(redis))
        except (RedisError, OSError):
            return False
        return True

    await until(asked, "redis answers", PATIENCE)
    return found[-1]
