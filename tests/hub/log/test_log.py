"""The log of a partition, on a real Redis: ordinals, log time, reads, forwarding, bounds."""

import asyncio

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.log.connection import connect
from hub.log.errors import Fenced, LogFull
from hub.log.lease import Lease
from hub.log.log import INGEST, Appended, Log, Origin, Seen
from hub.model.event import Event, Position
from tests.servers import RedisServer

pytestmark = pytest.mark.contract


def events(*names: str, data: bytes = b"null") -> list[Event]:
    """Return events of these ids."""
    return [Event(name, "/test/a", "city.test.value", data) for name in names]


async def names(log: Log, after: int = 0, entries: int = 100) -> list[str]:
    """Return the ids in the log after an ordinal."""
    return [logged.event.id for logged in await log.read(after, entries)]


async def test_append_gives_ordinals_from_one(redis: Redis) -> None:
    """One for each event, whatever the batches; each partition counts for itself."""
    log, other = Log(redis, "d1"), Log(redis, "d2")
    assert await log.append(events("a", "b", "c"), 100) == Appended(3, 100)
    assert await log.append(events("d"), 200) == Appended(4, 200)
    assert await other.append(events("x"), 50) == Appended(1, 50)
    found = await log.read(0, 10)
    assert [logged.position for logged in found] == [Position("d1", n) for n in range(1, 5)]
    assert [logged.time for logged in found] == [100, 100, 100, 200]
    assert [logged.event.id for logged in found] == ["a", "b", "c", "d"]
    assert await log.head() == Appended(4, 200)


async def test_events_come_back_as_they_were(redis: Redis) -> None:
    """Every field, bytes and all."""
    log = Log(redis, "d1")
    event = Event("x", "/a/b", "city.a.c", b'{"\xe5":1}', -5, "210102", "007", "s", ("redrive",))
    await log.append([event], 1)
    assert (await log.read(0, 1))[0].event == event


async def test_log_time_never_goes_back(redis: Redis) -> None:
    """A writer whose clock is behind gets the newest log time."""
    log = Log(redis, "d1")
    now = 1_795_392_000_000_000
    await log.append(events("a"), now)
    assert await log.append(events("b"), now - 1) == Appended(2, now)
    assert await log.append(events("c"), 0) == Appended(3, now)
    assert await log.append(events("d"), now + 1) == Appended(4, now + 1)


async def test_many_writers_share_one_order(redis: Redis) -> None:
    """Ordinals have no holes and no repeats, log time never falls."""
    log = Log(redis, "d1")
    batches = [events(*(f"{n}.{m}" for m in range(n % 5 + 1))) for n in range(40)]
    await asyncio.gather(*(log.append(batch, 1_000 - n) for n, batch in enumerate(batches)))
    found = await log.read(0, 100)
    assert [logged.position.ordinal for logged in found] == list(range(1, 121))
    times = [logged.time for logged in found]
    assert times == sorted(times)


async def test_reading_on_from_within_a_batch(redis: Redis) -> None:
    """The offset of a commit may fall anywhere in an entry."""
    log = Log(redis, "d1")
    await log.append(events("a", "b", "c"), 1)
    await log.append(events("d", "e"), 2)
    for after, expected in enumerate(["abcde", "bcde", "cde", "de", "e", ""]):
        assert "".join(await names(log, after)) == expected
    assert "".join(await names(log, 1, entries=1)) == "bc"


async def test_a_range_of_ordinals(redis: Redis) -> None:
    """Both ends included, over entries; what is not there is left out."""
    log = Log(redis, "d1")
    for batch in ("abc", "de", "f"):
        await log.append(events(*batch), 1)
    for first, last, expected in [(2, 5, "bcde"), (1, 1, "a"), (6, 9, "f"), (7, 9, ""), (3, 2, "")]:
        found = [logged.event.id for logged in await log.range(first, last)]
        assert "".join(found) == expected


async def test_a_blocked_read_ends_with_the_next_event(redis: Redis, redis_url: str) -> None:
    """It waits for a first event and no longer; without one it returns nothing."""
    log, other = Log(redis, "d1"), connect(redis_url)
    assert await log.read(0, 1, block=10) == []
    waiting = asyncio.create_task(log.read(0, 1, block=5_000))
    await Log(other, "d1").append(events("a"), 1)
    assert [logged.event.id for logged in await waiting] == ["a"]
    await other.aclose()


async def test_a_fenced_writer_cannot_append(redis: Redis) -> None:
    """With an old token nothing is written; an operator's action needs none."""
    log, lease = Log(redis, "d1"), Lease(redis, "d1", INGEST, "one")
    assert await lease.acquire()
    await log.append(events("a"), 1, lease.token)
    old = lease.token
    assert await lease.acquire()
    with pytest.raises(Fenced):
        await log.append(events("b"), 2, old)
    await log.append(events("c"), 3)
    await log.append(events("d"), 4, lease.token)
    assert await names(log) == ["a", "c", "d"]


async def test_forwarded_events_are_appended_once(redis: Redis) -> None:
    """A forwarder that begins again sends the same outputs: what was appended is seen."""
    log = Log(redis, "city")
    assert await log.forwarded("d1") == 0
    assert await log.forward(events("a", "b"), 1, Origin("d1", 3, 7)) == Appended(2, 1)
    assert await log.forward(events("a", "b"), 2, Origin("d1", 3, 7)) == Seen(7)
    assert await log.forward(events("b", "c"), 2, Origin("d1", 7, 9)) == Seen(7)
    assert await log.forward(events("c"), 2, Origin("d1", 9, 9)) == Appended(3, 2)
    assert await log.forward(events("x"), 2, Origin("d2", 1, 1)) == Appended(4, 2)
    assert await names(log) == ["a", "b", "c", "x"]
    assert (await log.forwarded("d1"), await log.forwarded("d2")) == (9, 1)


async def test_ten_forwarders_append_once(redis: Redis) -> None:
    """Whoever is first."""
    log = Log(redis, "city")
    tries = [log.forward(events("a"), 1, Origin("d1", 5, 5)) for _ in range(10)]
    answers = await asyncio.gather(*tries)
    assert sum(isinstance(answer, Appended) for answer in answers) == 1
    assert await names(log) == ["a"]


async def test_trim_drops_only_what_is_before(redis: Redis) -> None:
    """Entries wholly before the ordinal may go; none that holds it or a later one."""
    log = Log(redis, "d1")
    for number in range(300):
        await log.append(events(f"{number}.0", f"{number}.1"), number)
    await log.trim(401)
    found = await log.read(0, 1_000)
    assert found[0].position.ordinal <= 401
    assert found[-1].position.ordinal == 600
    assert found[0].position.ordinal > 1
    assert (await log.append(events("x"), 1)).ordinal == 601


async def test_at_the_memory_limit_nothing_is_stored_nor_claimed(
    redis: Redis, redis_server: RedisServer
) -> None:
    """LogFull: no ordinal is given out; what is stored can be read and trimmed; then it goes on."""
    log = Log(redis, "d1")
    await log.append(events("a"), 1)
    await redis.config_set("maxmemory", 1)
    with pytest.raises(LogFull):
        await log.append(events("b", data=b'"' + b"x" * 10_000 + b'"'), 2)
    with pytest.raises(LogFull):
        await log.forward(events("b"), 2, Origin("d1", 1, 1))
    assert await names(log) == ["a"]
    assert (await log.head()).ordinal == 1
    await log.trim(1)
    await redis.config_set("maxmemory", 0)
    assert (await log.append(events("c"), 3)).ordinal == 2
    assert await log.forwarded("d1") == 0


async def test_the_log_is_there_after_a_kill(redis_server: RedisServer) -> None:
    """Redis is killed; the client fails, and works again when it is back, with all that was."""
    client = connect(redis_server.url)
    log = Log(client, "d1")
    await log.append(events("a", "b"), 1)
    redis_server.kill()
    with pytest.raises(RedisError):
        await log.append(events("c"), 2)
    redis_server.start()
    assert await names(log) == ["a", "b"]
    assert (await log.append(events("d"), 3)).ordinal == 3
    await client.aclose()
