"""Events between partitions: each once, in order, whatever is killed."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from redis.asyncio import Redis

from hub.act.forwarder import HOLDER, Forwarder
from hub.log.log import Log, Origin
from hub.log.outputs import Outputs
from hub.log.vitals import Vitals
from hub.model.limits import BATCH_EVENTS
from tests.hub.act.worker import Worker, forward, incident, shown
from tests.servers import HubProcess, RedisServer, until

pytestmark = pytest.mark.contract


async def ids(redis: Redis, partition: str = "city") -> list[str]:
    """Return the ids of all events in a log."""
    return [one.event.id for one in await Log(redis, partition).range(1, 10**9)]


async def run_until(
    redis: Redis, condition: Callable[[], object], targets: Sequence[str] = ("city",)
) -> Vitals:
    """Run a forwarder of d1 until a condition holds."""
    vitals, over = Vitals("act"), asyncio.Event()
    forwarder = Forwarder(redis, "d1", targets, lambda: 1, vitals)
    async with asyncio.TaskGroup() as group:
        group.create_task(forwarder.run(over))
        try:
            await until(condition, "forwarded")
        finally:
            over.set()
    return vitals


async def test_forwards_arrive_once_and_in_order(redis: Redis) -> None:
    """Outputs of other kinds are passed over, and passing them is remembered."""
    worker = Worker(redis, "d1")
    await worker.commit([shown("a"), forward("f1"), incident("i"), forward("f2")])
    await worker.commit([shown("a")])
    await worker.commit([incident("j")])
    await worker.commit([forward("f3"), incident("k")])
    outputs = Outputs(redis, "d1")

    async def all_held() -> bool:
        return await outputs.held(HOLDER) == worker.out

    await run_until(redis, all_held)
    assert await ids(redis) == ["f1", "f2", "f3"]
    await worker.commit([forward("f4")])
    vitals = await run_until(redis, all_held)
    assert await ids(redis) == ["f1", "f2", "f3", "f4"]
    assert vitals.counters == {"forwarded": 1}


async def test_each_target_has_an_offset_of_its_own(redis: Redis) -> None:
    """A target that gets nothing holds nobody up."""
    worker = Worker(redis, "d1")
    await worker.commit([forward("c1"), forward("x1", "d2"), forward("c2")])
    await worker.commit([forward("c3")])

    async def arrived() -> bool:
        return len(await ids(redis)) == 3 and await Outputs(redis, "d1").held(HOLDER) == 4

    await run_until(redis, arrived, ("city", "d2", "d3"))
    assert await ids(redis) == ["c1", "c2", "c3"]
    assert await ids(redis, "d2") == ["x1"]
    assert await ids(redis, "d3") == []


async def test_what_was_appended_before_a_crash_is_skipped(redis: Redis) -> None:
    """The append happened, the note of it did not: only the rest goes again."""
    worker = Worker(redis, "d1")
    sent = [forward(f"f{number}") for number in range(1, 6)]
    await worker.commit(sent)
    await Log(redis, "city").forward([sent[0].event, sent[1].event], 1, Origin("d1", 1, 2))

    async def arrived() -> bool:
        return await Outputs(redis, "d1").held(HOLDER) == 5

    await run_until(redis, arrived)
    assert await ids(redis) == ["f1", "f2", "f3", "f4", "f5"]


async def test_two_forwarders_at_once_append_each_event_once(redis: Redis) -> None:
    """The script decides, not the lease: a paused act that wakes does no harm."""
    worker = Worker(redis, "d1")
    for number in range(60):
        await worker.commit([forward(f"f{number}"), incident("i")])

    async def arrived() -> bool:
        return len(await ids(redis)) >= 60

    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(run_until(redis, arrived))
    assert await ids(redis) == [f"f{number}" for number in range(60)]


async def test_a_large_commit_is_split_into_batches(redis: Redis) -> None:
    """No log entry exceeds the limit of a batch."""
    worker = Worker(redis, "d1")
    await worker.commit([forward(f"f{number}") for number in range(2 * BATCH_EVENTS + 1)])

    async def arrived() -> bool:
        return len(await ids(redis)) == 2 * BATCH_EVENTS + 1

    await run_until(redis, arrived)
    assert await redis.xlen("cityhub:{city}:log") == 3


async def test_kill_9_of_act_under_load_forwards_each_event_once(
    hub_process: Callable[..., HubProcess], redis: Redis, redis_server: RedisServer
) -> None:
    """R1: effects in the other partition are neither lost nor doubled."""
    worker = Worker(redis, "d1")
    process = hub_process("act")
    for number in range(600):
        await worker.commit([forward(f"f{number}")])
        if number in (150, 300, 450):
            await until(lambda: _some(redis), "the first forwards")
            process.kill()
            process = hub_process("act")

    async def arrived() -> bool:
        return len(await ids(redis)) >= 600

    await until(arrived, "all forwards")
    assert await ids(redis) == [f"f{number}" for number in range(600)]


async def _some(redis: Redis) -> bool:
    return bool(await ids(redis))
