"""What each process says of itself, each second: read by `ready`, `/metrics` and `doctor`."""

import os
import resource
from typing import cast

import msgspec
from msgspec import Struct, field
from redis.asyncio import Redis

from hub.log.clock import real_now
from hub.log.keys import VITALS
from hub.model.instant import SECOND, Duration, Instant

PERIOD = 1.0
"""Seconds between two reports of a process."""
SILENT: Duration = 5 * SECOND
"""A process that has not reported for so long is not ready."""

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Vitals(Struct):
    """One process: ``ok`` and ``detail`` for `ready`, ``counters`` only grow, ``gauges`` do not.

    A counter's key is `name` or `name|label=value`; memory in bytes, CPU in seconds.
    """

    name: str
    ok: bool = True
    detail: str = ""
    pid: int = 0
    at: Instant = 0
    memory: int = 0
    cpu: float = 0.0
    counters: dict[str, float] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)

    def count(self, key: str, by: float = 1) -> None:
        """Add to a counter."""
        self.counters[key] = self.counters.get(key, 0) + by


def resident() -> int:
    """Return this process's resident memory in bytes."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 one short read
            return int(file.read().split()[1]) * _PAGE
    except FileNotFoundError:  # not Linux: the peak is the nearest figure there is
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def report(redis: Redis, vitals: Vitals) -> None:
    """Store a process's vitals, with its memory and CPU as of now."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    vitals.pid, vitals.at, vitals.memory = os.getpid(), real_now(), resident()
    vitals.cpu = usage.ru_utime + usage.ru_stime
    await redis.hset(VITALS, vitals.name, msgspec.msgpack.encode(vitals))


async def read_all(redis: Redis) -> list[Vitals]:
    """Return the latest vitals of every process that ever reported, by name."""
    stored = cast("dict[bytes, bytes]", await redis.hgetall(VITALS))
    found = [msgspec.msgpack.decode(value, type=Vitals) for value in stored.values()]
    return sorted(found, key=lambda vitals: vitals.name)


async def forget(redis: Redis, name: str) -> None:
    """Remove what was reported under a name: a standby that leads is a standby no more."""
    await redis.hdel(VITALS, name)
