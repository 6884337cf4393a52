"""The long form (R1 to R4): only with `CITYHUB_CHAOS=long`, which `make chaos` sets."""

import asyncio
from itertools import cycle
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.chaos.faults import RECOVERY, kill
from tests.chaos.load import Load, Watch
from tests.system.city import City

pytestmark = pytest.mark.chaos

LONG_SECONDS, LONG_EVERY = 600.0, 5.0
"""R1: one process is killed every 5 s, for 10 minutes."""


async def test_ten_minutes_of_kills(city: City, redis: Redis, tmp_path: Path) -> None:
    """R1 to R4, long: a process is killed every 5 s for 10 minutes, each of them in turn."""
    slow: list[str] = []
    whole = Watch()
    with Load(city, "long", tmp_path) as load:
        for victim in cycle(RECOVERY):
            if whole.seconds > LONG_SECONDS:
                break
            turn = Watch()
            seconds = await kill(city, redis, victim)
            if seconds > RECOVERY[victim]:
                slow.append(f"{victim}: {seconds:.2f} s")
            await asyncio.sleep(max(0.0, LONG_EVERY - turn.seconds))  # the rhythm of the faults
        verdict = await load.finish(redis)
    assert verdict.clean, verdict
    assert slow == []
