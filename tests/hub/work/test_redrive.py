"""Redrive on a real Redis: in order, once, and the release right behind the last of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest
from msgspec import field
from redis.asyncio import Redis

from hub.core.quarantine import Standing
from hub.core.registry import Registry
from hub.log.connection import connect
from hub.log.keys import Keys
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.event import TICK, Event
from hub.model.partition import Partitioning
from hub.sdk import SECOND, Context, Payload, Scenario, State
from hub.work.redrive import Redriver, Report
from hub.work.worker import Worker
from tests.servers import until
from tests.support.machine import after, reading, registry

pytestmark = pytest.mark.contract


class Value(Payload, frozen=True):
    """A reading's number; from 1,000 on the bad handler fails until it is mended."""

    value: int


class Seen(State):
    """What was worked, in order."""

    values: list[int] = field(default_factory=list)


class Code:
    """The bad scenario; ``fixed`` is what a reload would bring."""

    def __init__(self) -> None:
        self.fixed = False

    def registry(self) -> Registry:
        """Return it beside a good one."""
        bad = Scenario("bad", title="坏", title_en="Bad", description="")
        good = Scenario("good", title="好", title_en="Good", description="")

        @bad.on("city.test.value")
        def picky(ctx: Context, said: Value, seen: Seen) -> None:
            if said.value >= 1_000 and not self.fixed:
                raise ValueError("too large")
            seen.values.append(said.value)

        @bad.hold("city.test.level", when=lambda said: said.value > 0, for_=10 * SECOND)
        def stays(said: Value, seen: Seen) -> None:
            if not self.fixed:
                raise ValueError("not mended")
            seen.values.append(said.value)

        @good.on("city.test.value")
        def takes(said: Value, seen: Seen) -> None:
            seen.values.append(said.value)

        return registry(bad, good)


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client of the test's own."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@asynccontextmanager
async def working(redis_url: str, code: Code) -> AsyncIterator[None]:
    """Run a worker until the block ends."""
    client = connect(redis_url)
    stop = asyncio.Event()
    worker = Worker(client, "d1", "one", code.registry(), Partitioning())
    task = asyncio.create_task(worker.run(stop))
    try:
        yield
    finally:
        stop.set()
        await task
        await client.aclose()


def say(number: int, value: int, device: str = "a") -> Event:
    """Return a device's reading."""
    return reading(device, {"value": value}, id=f"{device}-{number}", sequence=number)


async def worked(redis: Redis) -> None:
    """Wait until all is worked."""
    head = (await Log(redis, "d1").head()).ordinal

    async def done() -> bool:
        return (await Tables(redis, "d1").committed()).offset >= head

    await until(done, f"worked up to {head}")


async def seen(redis: Redis, scenario: str, device: str = "a") -> list[int]:
    """Return what a scenario has worked."""
    raw = await Tables(redis, "d1").get("state", f"{scenario}.Seen|{device}")
    return [] if raw is None else msgspec.msgpack.decode(raw, type=Seen).values


async def standing(redis: Redis) -> Standing:
    """Return how the bad scenario fares."""
    raw = await Tables(redis, "d1").get("quarantine", "bad")
    assert raw is not None
    return msgspec.msgpack.decode(raw, type=Standing)


async def redrive(redis: Redis, scenario: str = "", position: str = "") -> list[Report]:
    """Redrive all that there is."""
    redriver = Redriver(redis, "d1", lambda: after(100))
    plans = await redriver.plans(scenario, position)
    return [await redriver.run(plan, lambda _: None) for plan in plans]


async def quarantined(redis: Redis) -> list[int]:
    """Append what quarantines the bad scenario, and what it misses; return all values in order."""
    values = [1, 2, 1_001, 1_002, 1_003, 1_004, 1_005, 3, 4, 1_006, 5]
    events = [say(number, value) for number, value in enumerate(values, start=1)]
    await Log(redis, "d1").append(events, after(1))
    await worked(redis)
    assert (await standing(redis)).since is not None
    return values


async def test_all_that_was_missed_comes_again_in_order_and_it_is_released(
    redis: Redis, redis_url: str
) -> None:
    """Letters and missed positions, one order; the other scenario sees nothing of it."""
    code = Code()
    async with working(redis_url, code):
        values = await quarantined(redis)
        code.fixed = True
        (report,) = await redrive(redis)
        assert (report.redriven, report.gone, report.failed, report.released) == (9, 0, 0, True)
        await worked(redis)
        await Log(redis, "d1").append([say(20, 6)], after(101))
        await worked(redis)
    assert await seen(redis, "bad") == [*values, 6]
    assert await seen(redis, "good") == [*values, 6]
    assert (await standing(redis)).missed == []
    assert not await redis.hlen(Keys("d1").table("letters"))
    assert await redrive(redis) == []


async def test_under_load_the_order_of_a_key_holds(redis: Redis, redis_url: str) -> None:
    """Events come all the while; the release stands right behind the last one missed."""
    code = Code()
    log, number, stop = Log(redis, "d1"), 100, asyncio.Event()

    async def load() -> None:
        nonlocal number
        while not stop.is_set():
            number += 1
            await log.append([say(number, number)], after(2))
            await asyncio.sleep(0.004)

    async with working(redis_url, code):
        values = await quarantined(redis)
        loading = asyncio.create_task(load())
        await until(lambda: number > 150, "some load")
        code.fixed = True
        (report,) = await redrive(redis)
        last = number
        await until(lambda: number > last + 20, "load after it")
        stop.set()
        await loading
        await worked(redis)
    assert report.released
    assert await seen(redis, "bad") == [*values, *range(101, number + 1)]


async def test_what_still_fails_stops_the_redrive(redis: Redis, redis_url: str) -> None:
    """Not mended: it stays quarantined, and what was not tried keeps its place."""
    code = Code()
    async with working(redis_url, code):
        await quarantined(redis)
        (report,) = await redrive(redis)
        await worked(redis)
    assert report.stopped == "it fails again: bad.picky: ValueError: too large"
    assert not report.released
    assert (await standing(redis)).since is not None
    assert report.failed == 6


async def test_one_position_comes_again_alone(redis: Redis, redis_url: str) -> None:
    """A letter by its position, late when its device went on."""
    code = Code()
    async with working(redis_url, code):
        events = [say(1, 1), say(2, 1_001), say(3, 1_002), say(1, 1_003, "b")]
        await Log(redis, "d1").append(events, after(1))
        await worked(redis)
        code.fixed = True
        (report,) = await redrive(redis, position="d1/4")
        assert report.redriven == 1
        await worked(redis)
        assert await seen(redis, "bad", "b") == [1_003]
        assert await redis.hlen(Keys("d1").table("letters")) == 2


async def test_what_the_log_holds_no_more_is_told(redis: Redis, redis_url: str) -> None:
    """Trimmed away: counted, given up, and the scenario is released all the same."""
    code = Code()
    async with working(redis_url, code):
        await quarantined(redis)
        for number in range(50, 60):
            await Log(redis, "d1").append([say(number, number)], after(2))
        await worked(redis)
        await redis.xtrim(Keys("d1").log, minid="15-0", approximate=False)
        code.fixed = True
        (report,) = await redrive(redis)
        await worked(redis)
    assert report.released
    assert report.gone > 0
    assert (await standing(redis)).missed == []
    assert (await seen(redis, "bad"))[-7:] == list(range(53, 60))


async def test_two_redrives_at_a_time_run_everything_once(redis: Redis, redis_url: str) -> None:
    """Whether an event still has to come again is decided in the log's order."""
    code = Code()
    async with working(redis_url, code):
        values = await quarantined(redis)
        code.fixed = True
        await asyncio.gather(redrive(redis), redrive(redis))
        await worked(redis)
    assert await seen(redis, "bad") == values


async def test_what_a_rule_ran_at_a_tick_comes_again(redis: Redis, redis_url: str) -> None:
    """At the letter's position stands the tick at which the timer fired: the run itself is kept."""
    code = Code()
    async with working(redis_url, code):
        high = reading("a", {"value": 7}, sequence=1, type="city.test.level")
        await Log(redis, "d1").append([high], after(1))
        await Log(redis, "d1").append([Event("tick", "/hub/ingest", TICK)], after(20))
        await worked(redis)
        assert await redis.hlen(Keys("d1").table("reruns")) == 1
        code.fixed = True
        (report,) = await redrive(redis, position="d1/2")
        assert (report.redriven, report.gone, report.failed) == (1, 0, 0)
        await worked(redis)
    assert await seen(redis, "bad") == [7]
    for table in ("letters", "reruns"):
        assert not await redis.hlen(Keys("d1").table(table))
