"""Kill -9, SIGSTOP and SIGTERM under 1,000 events/s: nothing lost, nothing twice (R1 to R5, R21).

Each test has its own load, so that each ledger tells of one fault alone.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest
from redis.asyncio import Redis

from hub.log.keys import VITALS, Keys
from hub.log.tables import Tables
from tests.chaos.checker import HOME
from tests.chaos.faults import RECOVERY, kill, steady
from tests.chaos.load import RATE, Load, Watch
from tests.servers import HOST, ROOT, until
from tests.system.city import City, environment, wait_for

pytestmark = pytest.mark.chaos

BURIED_SECONDS = 1.5
"""How long the broker alone has what it acknowledges: longer than it may lose."""
LOST_SECONDS = 2.0
"""What a broker that dies together with ingest may lose: with `autosave_interval 1` mosquitto saves
when more than one whole second has passed, so every other second. R3's own 1 s is held above, where
the broker dies alone."""


@pytest.mark.parametrize("victim", ["ingest", "work", "act", "archive", "serve", "broker", "redis"])
async def test_killed_process_is_back_and_nothing_is_lost(
    city: City, redis: Redis, tmp_path: Path, victim: str
) -> None:
    """Kill -9 under load: back within its bar, nothing lost, no effect twice, order kept."""
    with Load(city, victim, tmp_path) as load:
        await steady(redis)
        seconds = await kill(city, redis, victim)
        await steady(redis)
        verdict = await load.finish(redis)
    assert verdict.clean, verdict
    assert seconds <= RECOVERY[victim]
    # R3: what the broker lost of what it acknowledged is at most a second of load, and came again.
    assert verdict.resent <= (RATE if victim == "broker" else 0)
    wait_for(city.ready, "every part is ready again")


async def test_readings_that_died_with_the_broker_are_asked_for_again(
    city: City, redis: Redis, tmp_path: Path
) -> None:
    """What a broker acknowledged and took to its grave is a gap, and comes again (R3).

    Only what no one else holds can be lost: so ingest stands still first, and dies as well.
    """
    with Load(city, "buried", tmp_path) as load:
        await steady(redis)
        before = await _counted(redis, "missing")
        old = city.send("ingest", signal.SIGSTOP)
        await asyncio.sleep(BURIED_SECONDS)  # the fault itself: what the broker alone has
        city.send("broker", signal.SIGKILL)
        os.kill(old, signal.SIGKILL)
        await steady(redis)
        verdict = await load.finish(redis)
        reported = await _counted(redis, "missing") - before
    assert verdict.clean, verdict
    assert reported == verdict.resent
    assert 0 < verdict.resent <= LOST_SECONDS * RATE
    wait_for(city.ready, "every part is ready again")


async def _counted(redis: Redis, name: str) -> int:
    """Return a counter of the partition that takes readings."""
    return int(await Tables(redis, HOME).get("counters", name) or 0)


async def test_paused_redis_holds_everything_up_and_loses_nothing(
    city: City, redis: Redis, tmp_path: Path
) -> None:
    """SIGSTOP of Redis for 3 s (R5): nothing is acknowledged to devices in vain."""
    with Load(city, "paused-redis", tmp_path) as load:
        await steady(redis)
        city.send("redis", signal.SIGSTOP)
        try:
            await asyncio.sleep(3)  # the fault itself: how long it lasts
        finally:
            city.send("redis", signal.SIGCONT)
        await steady(redis)
        verdict = await load.finish(redis)
    assert verdict.clean, verdict
    assert verdict.resent == 0


async def test_paused_worker_is_replaced_and_fenced_off(
    city: City, redis: Redis, tmp_path: Path
) -> None:
    """SIGSTOP of work (R5): a standby takes the lease within 10 s, the old one's commit fails."""
    lease = Keys(HOME).lease("work")
    with _standby(city, tmp_path / "standby.log"), Load(city, "paused-work", tmp_path) as load:
        await until(lambda: redis.hexists(VITALS, f"work.standby:{HOME}"), "a standby waits")
        await steady(redis)
        paused = city.send("work", signal.SIGSTOP)
        watch = Watch()
        try:
            await until(lambda: _held(redis, lease, "standby"), "the lease passes on")
            await steady(redis)
            seconds = watch.seconds
        finally:
            os.kill(paused, signal.SIGCONT)
        await steady(redis)
        verdict = await load.finish(redis)
        assert await _held(redis, lease, "standby")
    print(f"\nstandby: has worked 1,500 events after {seconds:.2f} s")  # noqa: T201 a figure for the reader
    assert verdict.clean, verdict
    assert verdict.resent == 0
    assert seconds <= RECOVERY["work"]
    wait_for(city.ready, "the first one works again")


@contextmanager
def _standby(city: City, log: Path) -> Iterator[None]:
    """Run a second `cityhub work` beside that of `demo`."""
    settings = city.settings | {
        "CITYHUB_REDIS_URL": f"redis://{HOST}:{city.redis_port}/0",
        "CITYHUB_INSTANCE": "standby",
    }
    argv = [sys.executable, "-m", "hub.cli.main", "work"]
    with log.open("wb") as said:
        process = subprocess.Popen(
            argv, cwd=ROOT, env=environment(settings), stdout=said, stderr=said
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


async def _held(redis: Redis, lease: str, holder: str) -> bool:
    return cast("bytes | None", await redis.get(lease)) == holder.encode()


async def test_stop_of_everything_under_load_loses_nothing(
    city: City, redis: Redis, tmp_path: Path
) -> None:
    """SIGTERM of all under load, then a new start (R21): exit within 10 s, nothing lost."""
    with Load(city, "stopped", tmp_path) as load:
        await steady(redis)
        stopped = city.stop()
        started = city.start()
        await steady(redis)
        verdict = await load.finish(redis)
    print(f"\nall: stopped in {stopped:.2f} s, ready after {started:.2f} s")  # noqa: T201 as above
    assert verdict.clean, verdict
    assert verdict.resent == 0
