"""What ingest says to a broker, packet by packet."""

import json
import signal
from collections.abc import AsyncIterator, Iterator

import pytest
from redis.asyncio import Redis

from hub.log.connection import connect
from hub.log.log import Log
from hub.model.event import LISTENING, REJECTED, TICK, Event
from tests.hub.ingest.samples import TOPIC, reading
from tests.hub.ingest.wire import DISCONNECT, SUBSCRIBE, UNSUBSCRIBE, Wire
from tests.servers import HubProcess, RedisServer, until

pytestmark = pytest.mark.contract


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client of the test's Redis."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def processes() -> Iterator[list[HubProcess]]:
    """Yield a list; what a test puts there is ended after it."""
    found: list[HubProcess] = []
    yield found
    for process in found:
        process.kill()


async def logged(redis: Redis) -> list[Event]:
    """Return the devices' events in the log of d1, rejections included."""
    events = [one.event for one in await Log(redis, "d1").range(1, 10**6)]
    return [event for event in events if event.type not in (TICK, LISTENING)]


async def test_a_message_is_acknowledged_only_when_it_is_in_the_log(
    redis_server: RedisServer, redis: Redis, processes: list[HubProcess]
) -> None:
    """While Redis does not answer there is no PUBACK; a poison message gets one too."""
    async with Wire() as wire:
        processes.append(HubProcess("ingest", wire.url, redis_server.url))
        processes[0].start()
        await wire.subscribed.wait()
        await wire.publish(TOPIC.encode(), reading(id="first"), 1)
        await until(lambda: wire.acked() == [1], "the PUBACK of the first")

        redis_server.signal(signal.SIGSTOP)
        try:
            await wire.publish(TOPIC.encode(), reading(id="second"), 2)
            await wire.publish(TOPIC.encode(), b"poison", 3)
            # The clock of a process that waits: what could have been acknowledged would be by now.
            await wire.quiet()
            assert wire.acked() == [1]
        finally:
            redis_server.signal(signal.SIGCONT)
        await until(lambda: wire.acked() == [1, 2, 3], "the other PUBACKs")
        assert [event.id for event in await logged(redis)][:2] == ["first", "second"]

        assert processes[0].stop() == 0
        await until(lambda: wire.count(DISCONNECT) == 1, "a DISCONNECT")
        assert wire.count(UNSUBSCRIBE) == 0, "the session goes on without the hub"
        assert wire.count(SUBSCRIBE) == 1
        assert wire.versions == [5]


@pytest.mark.parametrize("manner", ["only_311", "hang_up_on_5"])
async def test_a_broker_that_speaks_only_3_1_1_is_understood(
    redis_server: RedisServer, redis: Redis, processes: list[HubProcess], manner: str
) -> None:
    """Embedded brokers refuse version 5, or hang up on it."""
    async with Wire(**{manner: True}) as wire:
        processes.append(HubProcess("ingest", wire.url, redis_server.url))
        processes[0].start()
        await wire.subscribed.wait()
        assert wire.versions == [5, 4]
        await wire.publish(TOPIC.encode(), reading(), 7)
        await until(lambda: wire.acked() == [7], "the PUBACK")
        assert len(await logged(redis)) == 1


async def test_what_the_broker_should_not_have_let_through_is_one_dead_letter(
    redis_server: RedisServer, redis: Redis, processes: list[HubProcess]
) -> None:
    """A topic that is not UTF-8, and properties that paho cannot read, end no connection."""
    async with Wire() as wire:
        processes.append(HubProcess("ingest", wire.url, redis_server.url))
        processes[0].start()
        await wire.subscribed.wait()
        await wire.publish(b"city/\xff\xfe/x", reading(), 1)
        feff = b"\x26\x00\x01k\x00\x03\xef\xbb\xbf"
        await wire.publish(TOPIC.encode(), reading(), 2, feff)
        await wire.publish(TOPIC.encode(), reading(), 3, b"\x26\x00\xff")
        await wire.publish(TOPIC.encode(), reading(), 4, b"\xf0\x00")
        await wire.publish(b"", reading(), 5)
        await wire.publish(TOPIC.encode(), reading(), 6)
        await until(lambda: wire.acked() == [1, 2, 3, 4, 5, 6], "all PUBACKs")
        *rejected, good = await logged(redis)
        assert good.type == "city.parking.occupancy"
        letters = [json.loads(e.data) for e in rejected if e.type == REJECTED]
        assert [letter["reason"] for letter in letters] == [
            "topic-not-utf8",
            *["bad-properties"] * 3,
            "topic-shape",
        ]
        assert letters[0]["topic"] == "city/\\xff\\xfe/x"
        assert len(wire.versions) == 1, "it never had to connect again"
