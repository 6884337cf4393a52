"""The worker, on a real Redis: effects once, whatever is killed between apply and commit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest
from redis.asyncio import Redis

from hub.core.changes import Cell, Changes
from hub.core.machine import Machine
from hub.core.quarantine import Standing
from hub.core.registry import Registry
from hub.log.birth import establish
from hub.log.connection import connect
from hub.log.keys import Keys
from hub.log.log import WORK, Log
from hub.log.outputs import START, Outputs
from hub.log.tables import Tables
from hub.model.event import Event, Logged, Position
from hub.model.output import Output, Shown
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from hub.work.worker import Worker
from tests.servers import HubProcess, RedisServer, until
from tests.support.machine import after, card
from tests.support.parking import HERE
from tests.support.things import say, things

pytestmark = pytest.mark.contract

COUNT = 600


def log_of_things() -> list[Event]:
    """Return events with gaps, repeats and broken data: each has an effect that shows."""
    events = [card("a"), card("b")]
    for number in range(1, COUNT // 3):
        events += [say(number), say(2 * number, device="b"), say(number)]
    return events


def expected(
    events: list[list[Event]], registry: Registry
) -> tuple[dict[Cell, bytes], list[Output]]:
    """Return the cells and the lossless outputs of one undisturbed run."""
    machine = Machine("d1", registry, Partitioning())
    ordinal = 0
    for index, batch in enumerate(events):
        for event in batch:
            ordinal += 1
            machine.apply(Logged(Position("d1", ordinal), after(index), event))
    outputs: list[Output] = [out for out in machine.outputs() if not isinstance(out, Shown)]
    return dict(machine.cells()), outputs


async def found(redis: Redis) -> tuple[dict[Cell, bytes], list[Output]]:
    """Return the cells and the lossless outputs that are in Redis; check the numbering."""
    pages = await Outputs(redis, "d1").read(START, 100_000)
    emitted = [each for page in pages for each in page.outputs if each.ordinal]
    assert [each.ordinal for each in emitted] == list(range(1, len(emitted) + 1))
    return await Tables(redis, "d1").load(), [each.output for each in emitted]


async def fill(redis: Redis, events: list[list[Event]]) -> int:
    """Append batches to the log; return the last ordinal."""
    log = Log(redis, "d1")
    last = 0
    for index, batch in enumerate(events):
        last = (await log.append(batch, after(index))).ordinal
    return last


def batches(events: list[Event], size: int = 20) -> list[list[Event]]:
    """Return events in batches."""
    return [events[first : first + size] for first in range(0, len(events), size)]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client of the test's own."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@asynccontextmanager
async def working(
    redis: Redis, holder: str = "one", registry: Registry | None = None
) -> AsyncIterator[Worker]:
    """Run a worker until the block ends."""
    worker = Worker(redis, "d1", holder, registry or things(), Partitioning())
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    try:
        yield worker
    finally:
        stop.set()
        await task


async def worked(redis: Redis, ordinal: int) -> None:
    """Wait until the partition is worked up to an ordinal."""
    tables = Tables(redis, "d1")

    async def done() -> bool:
        return (await tables.committed()).offset >= ordinal

    await until(done, f"worked up to {ordinal}")


class Crashed(BaseException):
    """The process is gone: nothing may catch it."""


def crash(worker: Worker, at: int, *, after_commit: bool) -> None:
    """Let the worker die at its ``at``-th commit, before or after Redis has it."""
    commit = worker._tables.commit
    count = 0

    async def dying(changes: Changes, token: int) -> None:
        nonlocal count
        count += 1
        if count == at and not after_commit:
            raise Crashed
        await commit(changes, token)
        if count == at:
            raise Crashed

    worker._tables.commit = dying  # type: ignore[method-assign]  # the instant of death


def one_by_one(machine: Machine, events: list[Logged], first: int) -> int:
    """Apply one event a commit."""
    machine.apply(events[first])
    return first + 1


@pytest.mark.parametrize("after_commit", [False, True])
async def test_killed_around_the_commit_it_goes_on_exactly_once(
    redis: Redis, redis_url: str, *, after_commit: bool
) -> None:
    """Dead just before or just after its commit is stored: the end is the undisturbed one."""
    events = batches(log_of_things(), 100)
    last = await fill(redis, events)
    for at in (1, 1, 2, 1):
        client = connect(redis_url)
        worker = Worker(client, "d1", "one", things(), Partitioning())
        crash(worker, at, after_commit=after_commit)
        worker._apply = one_by_one  # type: ignore[method-assign]  # many small commits
        with suppress(Crashed):
            await asyncio.wait_for(worker.run(asyncio.Event()), 10)
        await client.aclose()
    async with working(redis):
        await worked(redis, last)
    assert await found(redis) == expected(events, things())


async def test_two_workers_one_works(redis: Redis, redis_url: str) -> None:
    """The second stands by, and goes on where the first one stopped."""
    events = batches(log_of_things())
    half = len(events) // 2
    last = await fill(redis, events[:half])
    other = connect(redis_url)
    async with working(other, "two") as second:
        pass
    async with working(redis, "one"):
        await worked(redis, last)
        async with working(other, "two") as second:

            async def standing_by() -> bool:
                return second.vitals.name == f"{WORK}.standby:d1"

            await until(standing_by, "the second stands by")
    log = Log(redis, "d1")
    for index, batch in enumerate(events[half:], start=half):
        last = (await log.append(batch, after(index))).ordinal
    async with working(other, "two"):
        await worked(redis, last)
    assert await found(redis) == expected(events, things())
    await other.aclose()


async def test_a_fenced_worker_stops_writing(redis: Redis, redis_url: str) -> None:
    """One that slept while its lease passed on commits nothing, and takes no part until it may."""
    events = batches(log_of_things())
    last = await fill(redis, events[:1])
    other = connect(redis_url)
    async with working(redis, "one") as first:
        await worked(redis, last)
        await redis.delete(Keys("d1").lease(WORK))
        async with working(other, "two"):
            log = Log(other, "d1")
            for index, batch in enumerate(events[1:], start=1):
                last = (await log.append(batch, after(index))).ordinal
            await worked(other, last)

            async def noticed() -> bool:
                return first.vitals.counters.get("leases_lost", 0) > 0

            await until(noticed, "the first notices that it is fenced off")
            assert await redis.get(Keys("d1").lease(WORK)) == b"two"
    assert await found(redis) == expected(events, things())
    await other.aclose()


async def test_redis_restarts_in_mid_run(redis: Redis, redis_server: RedisServer) -> None:
    """The worker waits and goes on; nothing is lost and nothing twice."""
    events = batches(log_of_things())
    third = len(events) // 3
    other = connect(redis_server.url)
    async with working(other) as worker:
        last = await fill(redis, events[:third])
        await worked(redis, last)
        redis_server.kill()

        async def noticed() -> bool:
            counters = worker.vitals.counters
            return counters.get("redis_errors", 0) + counters.get("commit_retries", 0) > 0

        await until(noticed, "the worker notices that Redis is away")
        redis_server.start()
        log = Log(redis, "d1")
        for index, batch in enumerate(events[third:], start=third):
            last = (await log.append(batch, after(index))).ordinal
        await worked(redis, last)
    assert await found(redis) == expected(events, things())
    await other.aclose()


async def test_the_process_killed_under_load_goes_on_exactly_once(
    redis: Redis, redis_url: str
) -> None:
    """Kill -9 of the real process, again and again, while events come in."""
    await establish(redis, Partitioning())
    lots = [f"lot-{number}" for number in range(20)]
    kind = "OffStreetParking"
    events = [[card(lot, kind=kind, domain="parking", at=HERE) for lot in lots]]
    events += [
        [_occupied(lot, (number * 7 + index) % 100, number) for index, lot in enumerate(lots)]
        for number in range(200)
    ]
    process = HubProcess("work", "mqtt://127.0.0.1:1", redis_url, log_level="error")
    log = Log(redis, "d1")
    last = 0
    try:
        process.start()
        for index, batch in enumerate(events):
            last = (await log.append(batch, after(index))).ordinal
            if index % 50 == 25:
                await worked(redis, last - 200)
                process.kill()
                process.start()
        await worked(redis, last)
        assert process.stop() == 0
    finally:
        process.kill()
    cells, outputs = await found(redis)
    wanted_cells, wanted_outputs = expected(events, load_all(""))
    assert outputs == wanted_outputs
    assert cells == wanted_cells


def _occupied(lot: str, cars: int, number: int) -> Event:
    data = f'{{"totalSpotNumber":100,"occupiedSpotNumber":{cars}}}'.encode()
    return Event(f"{lot}-{number}", f"/parking/{lot}", "city.parking.occupancy", data,
                 after(number), "210103", f"{number:010d}")  # fmt: skip


async def test_an_event_that_cannot_be_worked_does_not_stop_the_log(redis: Redis) -> None:
    """Whatever stands in the log, the worker gets past it and tells."""
    odd = [
        Event("1", "/test/a", "city.test.value", b"\xff\xfe"),
        Event("2", "/test/a", "city.test.value", b'{"value":1}', sequence="not a number"),
        Event("3", "/hub/x", "hub.listening", b"{}"),
        Event("4", "", "", b""),
    ]
    last = await fill(redis, [odd, [say(1)]])
    async with working(redis):
        await worked(redis, last)
    cells, _ = await found(redis)
    assert ("entities", "test.thing/a") in cells


async def test_trim_leaves_what_is_not_worked(redis: Redis) -> None:
    """The log is trimmed up to the worker's offset, however small what is to be kept."""
    events = batches([say(number) for number in range(1, 4_000)], 4)
    last = await fill(redis, events)
    worker = Worker(redis, "d1", "one", things(), Partitioning())
    await worker.trim(1, 1)
    assert len(await Log(redis, "d1").read(0, 10_000)) == last
    async with working(redis) as worker:
        await worked(redis, last)
        await worker.trim(1_000, 1)
    kept = await Log(redis, "d1").read(0, 10_000)
    assert kept[-1].position.ordinal == last
    assert 1_000 <= len(kept) < 1_600


async def test_events_that_were_trimmed_away_are_missed_aloud(redis: Redis) -> None:
    """A hole between what is worked and what is kept must not pass as nothing."""
    events = batches([say(number) for number in range(1, 2_000)], 4)
    last = await fill(redis, events)
    await redis.xtrim(Keys("d1").log, minid="1000-0", approximate=False)
    async with working(redis) as worker:
        await worked(redis, last)
        assert worker.vitals.counters.get("events_missed", 0) > 900


async def test_what_cannot_read_its_state_is_left_out(redis: Redis, redis_url: str) -> None:
    """The worker begins, the other scenario works every event, and the reason is in the tables."""
    key = Keys("d1").table("state")
    await redis.hset(key, "test.Memory|x", b"\xc1")
    last = await fill(redis, [[card("a")], [say(1)]])
    client = connect(redis_url)
    worker = Worker(client, "d1", "h", things(), Partitioning())
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(stop))

    async def worked() -> bool:
        return (await Tables(redis, "d1").committed()).offset == last

    await until(worked, "the log is worked")
    stop.set()
    await running
    raw = await Tables(redis, "d1").get("quarantine", "test")
    assert raw is not None
    standing = msgspec.msgpack.decode(raw, type=Standing)
    assert (standing.away, standing.reason) == (True, "load")
    assert "test.Memory|x" in standing.detail
    await client.aclose()
