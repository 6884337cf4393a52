"""Ingest as a process, between a real mosquitto and a real Redis."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator, Callable
from itertools import pairwise

import msgspec
import psutil
import pytest
from redis.asyncio import Redis

from hub.log.clock import set_clock
from hub.log.connection import connect
from hub.log.lease import Lease
from hub.log.log import INGEST, Log
from hub.log.vitals import Vitals, read_all
from hub.model import instant
from hub.model.event import CARD, LISTENING, REJECTED, TICK, Event, Listening, Logged
from hub.model.limits import BROKER_PACKET_BYTES
from tests.hub.ingest.samples import CARD as CARD_DATA
from tests.hub.ingest.samples import CARD_TOPIC, TOPIC, reading
from tests.servers import HubProcess, Mosquitto, Publisher, RedisServer, until

pytestmark = pytest.mark.contract

Start = Callable[..., HubProcess]


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client of the test's Redis."""
    client = connect(redis_url)
    yield client
    await client.aclose()


async def logged(redis: Redis, partition: str = "d1") -> list[Logged]:
    """Return all that is in a log."""
    return await Log(redis, partition).range(1, 10**9)


async def of_devices(redis: Redis, partition: str = "d1") -> list[Event]:
    """Return what came from devices, rejections included."""
    events = [one.event for one in await logged(redis, partition)]
    return [event for event in events if event.type not in (TICK, LISTENING)]


async def heard(redis: Redis) -> list[Listening]:
    """Return what the log says of ingest's hearing."""
    events = [one.event for one in await logged(redis)]
    return [msgspec.json.decode(e.data, type=Listening) for e in events if e.type == LISTENING]


async def vitals(redis: Redis, name: str = INGEST) -> Vitals:
    """Return a process's vitals, empty ones before its first report."""
    found = {one.name: one for one in await read_all(redis)}
    return found.get(name, Vitals(name))


async def connected(redis: Redis, pid: int) -> None:
    """Wait until a process ingests."""

    async def check() -> bool:
        found = await vitals(redis)
        return found.pid == pid and found.gauges.get("connected") == 1.0

    await until(check, "ingest connected")


async def test_each_bad_message_is_one_dead_letter_and_nothing_else(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """Garbage, wrong district, wrong types, 2 MB, invalid UTF-8 and a bare number."""
    await connected(redis, hub_process("ingest").pid)
    sent = [
        (TOPIC, b"garbage", "not-json"),
        ("city/110101/parking/lot-0012/occupancy", reading(), "unknown-district"),
        (TOPIC, reading(id=42), "wrong-field"),
        (TOPIC, b" " * 2 * 1024 * 1024, "too-large"),
        (TOPIC, b'{"id":"\xff\xfe"}', "not-utf8"),
        (TOPIC, b"42", "not-an-event"),
    ]
    for topic, payload, _ in sent:
        publisher.done(topic, payload)
    publisher.done(TOPIC, reading(), {"k": "\ufeff"})
    publisher.done(TOPIC, reading(id="good"))
    await until(lambda: _holds(redis, "good"), "the good reading")
    *rejected, good = await of_devices(redis)
    assert good.id == "good"
    letters = [json.loads(event.data) for event in rejected if event.type == REJECTED]
    found = [(letter["topic"], letter["reason"]) for letter in letters]
    assert found == [(t, r) for t, _, r in sent] + [(TOPIC, "bad-properties")]
    assert letters[3]["size"] == 2 * 1024 * 1024
    assert letters[3]["truncated"]

    async def counted() -> bool:
        return (await vitals(redis)).counters.get("rejected|reason=too-large") == 1

    await until(counted, "the counter")
    assert BROKER_PACKET_BYTES > 2 * 1024 * 1024


async def test_cards_readings_and_binary_mode_arrive(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """A retained card from before the hub came, a reading, and one in binary mode."""
    publisher.done(CARD_TOPIC, json.dumps(CARD_DATA).encode(), retain=True)
    await connected(redis, hub_process("ingest").pid)
    publisher.done(TOPIC, reading(id="structured"))
    attributes = {"id": "binary", "source": "/parking/lot-0012", "type": "city.parking.occupancy"}
    publisher.done(TOPIC, b"{}", attributes)
    await until(lambda: _holds(redis, "binary"), "the last reading")
    assert (await of_devices(redis))[0].type == CARD


async def test_what_is_published_while_ingest_is_away_arrives_later(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """A clean stop unsubscribes from nothing; the log says when nobody listened."""
    process = hub_process("ingest")
    await connected(redis, process.pid)
    publisher.done(TOPIC, reading(id="before"))
    await until(lambda: _holds(redis, "before"), "the first reading")
    began = time.monotonic()
    assert process.stop() == 0
    assert time.monotonic() - began < 5
    head = await Log(redis, "d1").head()
    for number in range(2_000):
        publisher.publish(TOPIC, reading(id=f"away-{number}"))
    publisher.done(TOPIC, reading(id="last"))
    await connected(redis, hub_process("ingest").pid)
    await until(lambda: _holds(redis, "last"), "the last reading")
    ids = [event.id for event in await of_devices(redis)]
    assert ids == ["before", *(f"away-{number}" for number in range(2_000)), "last"]
    stopped, deaf, hears = await heard(redis)
    assert (stopped.hearing, stopped.reason) == (False, "stopped")
    assert deaf == Listening(False, head.time, "started")
    assert hears == Listening(True, head.time, "started")


async def test_kill_9_of_ingest_loses_nothing(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """R1: what was not acknowledged comes again, at most the last window twice, with its id."""
    total = 3_000
    process = hub_process("ingest")
    await connected(redis, process.pid)
    for number in range(total):
        publisher.publish(TOPIC, reading(id=f"r-{number}"))
        if number % 1_000 == 500:
            process.kill()
            process = hub_process("ingest")
        await asyncio.sleep(0)
    publisher.done(TOPIC, reading(id="last"))
    await until(lambda: _holds(redis, "last"), "the last reading")
    ids = [event.id for event in await of_devices(redis)]
    assert set(ids) == {*(f"r-{number}" for number in range(total)), "last"}
    first_seen = list(dict.fromkeys(ids))
    assert first_seen == [*(f"r-{number}" for number in range(total)), "last"], "in order"


async def test_while_redis_is_down_nothing_is_lost_and_memory_is_bounded(
    hub_process: Start, publisher: Publisher, redis: Redis, redis_server: RedisServer
) -> None:
    """R4: kill -9 of Redis under load; ingest resumes by itself, the broker keeps the rest."""
    process = hub_process("ingest")
    await connected(redis, process.pid)
    publisher.done(TOPIC, reading(id="before"))
    await until(lambda: _holds(redis, "before"), "the first reading")
    before = psutil.Process(process.pid).memory_info().rss
    redis_server.kill()
    filler = "x" * 4_000
    for number in range(8_000):
        publisher.publish(TOPIC, reading(id=f"down-{number}", data={"x": filler}))
    publisher.done(TOPIC, reading(id="last"))
    grown = psutil.Process(process.pid).memory_info().rss - before
    assert grown < 48 * 1024 * 1024, "of 32 MB sent, only the inbox is held"
    redis_server.start()
    await redis.connection_pool.disconnect()  # this test's own, which the server has closed
    await until(lambda: _holds(redis, "last"), "the last reading", 30)
    ids = {event.id for event in await of_devices(redis)}
    assert len(ids) == 8_002
    assert process.running


async def test_a_full_redis_stops_the_acknowledging_and_says_so(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """R17: nothing is acknowledged that is not stored; it goes on when there is room."""
    await connected(redis, hub_process("ingest").pid)
    used = (await redis.info("memory"))["used_memory"]
    await redis.config_set("maxmemory", used - 100_000)
    for number in range(100):
        publisher.publish(TOPIC, reading(id=f"full-{number}"))
    publisher.done(TOPIC, reading(id="last"))
    # Vitals cannot be written either: the old ones age, and `ready` goes red for that.
    at = (await vitals(redis)).at
    await until(lambda: _failing(redis, at), "vitals that age")
    assert "last" not in {event.id for event in await of_devices(redis)}
    await redis.config_set("maxmemory", 0)
    await until(lambda: _holds(redis, "last"), "the last reading")
    assert {f"full-{n}" for n in range(100)} <= {event.id for event in await of_devices(redis)}
    await until(lambda: _counted(redis, "append_failures"), "a counted failure")


async def test_the_last_tenth_of_redis_is_the_workers(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """R17: ingest stops before the limit, so that work can still commit and make room by it."""
    await connected(redis, hub_process("ingest").pid)
    used = (await redis.info("memory"))["used_memory"]
    await redis.config_set("maxmemory", int(used / 0.93))

    async def told() -> bool:
        publisher.publish(TOPIC, reading(id=f"probe-{time.monotonic_ns()}"))
        return "memory limit" in (await vitals(redis)).detail

    await until(told, "ingest to say why it acknowledges nothing")
    head = await Log(redis, "d1").head()
    assert head.ordinal > 0
    await redis.hset("cityhub:test", "still", "writable")
    await redis.config_set("maxmemory", 0)
    publisher.done(TOPIC, reading(id="last"))
    await until(lambda: _holds(redis, "last"), "the last reading")


async def test_a_second_ingest_waits_and_the_first_is_fenced_off(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """R5: a paused ingest loses its lease; awake again it appends nothing and becomes standby."""
    first = hub_process("ingest", instance="a")
    await connected(redis, first.pid)
    second = hub_process("ingest", instance="b")

    async def waits() -> bool:
        return (await vitals(redis, "ingest.standby")).pid == second.pid

    await until(waits, "the standby")
    publisher.done(TOPIC, reading(id="of-first"))
    await until(lambda: _holds(redis, "of-first"), "a reading")
    first.signal(signal.SIGSTOP)
    await connected(redis, second.pid)
    publisher.done(TOPIC, reading(id="of-second"))
    await until(lambda: _holds(redis, "of-second"), "a reading")
    first.signal(signal.SIGCONT)

    async def fenced() -> bool:
        found = await vitals(redis, "ingest.standby")
        return found.pid == first.pid and bool(found.counters.get("fenced"))

    await until(fenced, "the first being fenced off")
    publisher.done(TOPIC, reading(id="after"))
    await until(lambda: _holds(redis, "after"), "a reading")
    assert (await vitals(redis)).pid == second.pid


async def test_a_new_token_fences_an_append_off(redis: Redis) -> None:
    """The lease is what decides, not the process: a stolen one ends in Fenced."""
    old, new = Lease(redis, "d1", INGEST, "a"), Lease(redis, "d1", INGEST, "a")
    assert await old.acquire()
    assert await new.acquire()
    assert new.token > old.token


async def test_time_goes_on_in_a_silent_city(hub_process: Start, redis: Redis) -> None:
    """Each partition gets a tick a second, none while another writer lets the time pass."""
    await connected(redis, hub_process("ingest").pid)

    async def ticked(partition: str) -> bool:
        events = [one.event.type for one in await logged(redis, partition)]
        return events.count(TICK) >= 3

    await until(lambda: ticked("d1"), "ticks")
    await until(lambda: ticked("city"), "ticks")
    times = [one.time for one in await logged(redis, "city")]
    assert times == sorted(times)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert min(gaps) > 0.8 * instant.SECOND

    before = sum(one.event.type == TICK for one in await logged(redis, "city"))
    other = Log(redis, "city")
    for number in range(12):
        event = Event(str(number), "/hub/test", "hub.action")
        await other.append([event], (await other.head()).time + 1)
        await asyncio.sleep(0.2)
    after = sum(one.event.type == TICK for one in await logged(redis, "city"))
    assert after - before <= 1


async def test_the_log_says_when_the_broker_was_away(
    hub_process: Start, publisher: Publisher, redis: Redis, mosquitto: Mosquitto
) -> None:
    """At once when it goes, and since when once it is back; a new log starts without a word."""
    await connected(redis, hub_process("ingest").pid)
    assert await heard(redis) == []
    mosquitto.kill()
    await until(lambda: _said(redis, 1), "that it is deaf")
    (deaf,) = await heard(redis)
    assert not deaf.hearing
    assert deaf.reason.startswith("broker: ")
    mosquitto.start()
    await until(lambda: _said(redis, 2), "that it hears")
    _, hears = await heard(redis)
    assert (hears.hearing, hears.since) == (True, deaf.since)


async def test_a_frozen_log_counts_as_deaf_from_its_last_entry(
    hub_process: Start, redis: Redis, redis_server: RedisServer
) -> None:
    """R5: SIGSTOP of Redis; the gap is told at the log time at which it began."""
    await connected(redis, hub_process("ingest").pid)
    await until(lambda: logged(redis), "a first entry: a new log has no gap")
    redis_server.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(4)  # longer than three ticks: the rule under test is a duration
    finally:
        redis_server.signal(signal.SIGCONT)
    await until(lambda: _said(redis, 2), "the gap")
    entries = [one for one in await logged(redis) if one.event.type == LISTENING]
    deaf, hears = (msgspec.json.decode(one.event.data, type=Listening) for one in entries)
    assert (deaf.hearing, deaf.since) == (False, entries[0].time)
    assert (hears.hearing, hears.since) == (True, deaf.since)
    assert entries[1].time - entries[0].time > 3 * instant.SECOND


async def test_sigterm_ends_it_even_when_redis_does_not_answer(
    hub_process: Start, redis: Redis, redis_server: RedisServer
) -> None:
    """Within its deadline; the broker keeps what was not acknowledged."""
    process = hub_process("ingest")
    await connected(redis, process.pid)
    redis_server.signal(signal.SIGSTOP)
    try:
        assert process.stop() == 0
    finally:
        redis_server.signal(signal.SIGCONT)


async def test_the_city_clock_is_told_to_devices_and_followed(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """Retained on `cityhub/clock`; when somebody turns it, stamps and devices follow."""
    said: list[dict[str, object]] = []
    publisher.paho.on_message = lambda _c, _u, message: said.append(json.loads(message.payload))
    publisher.paho.subscribe("cityhub/clock", 1)
    origin = "2026-01-01T00:00:00Z"
    await connected(redis, hub_process("ingest", clock_origin=origin, clock_rate="60").pid)
    await until(lambda: bool(said), "the clock")
    assert said[0]["rate"] == 60.0
    assert abs(instant.parse(str(said[0]["city"])) - instant.parse(origin)) < instant.SECOND
    await set_clock(redis, 1.0)
    await until(lambda: said[-1]["rate"] == 1.0, "the turned clock")
    publisher.done(TOPIC, reading(id="stamped"))
    await until(lambda: _holds(redis, "stamped"), "a reading")
    entry = (await logged(redis))[-1]
    assert instant.text(entry.time).startswith("2026-01-01T00:")
    publisher.publish("cityhub/clock/set", b'{"rate":-1}')
    publisher.publish("cityhub/clock/set", b'{"rate":30}')
    await until(lambda: said[-1]["rate"] == 30.0, "the clock that was asked for")


async def test_two_groups_of_districts_have_a_connection_and_a_log_each(
    hub_process: Start, publisher: Publisher, redis: Redis
) -> None:
    """A reading goes to its district's partition alone; garbage to the first one alone."""
    await connected(redis, hub_process("ingest", groups="2").pid)
    for district in ("210102", "210103", "210106", "210114", "110101"):
        publisher.done(f"city/{district}/parking/lot-0012/occupancy", reading(id=district))
    publisher.done("city/x", b"")

    async def arrived() -> bool:
        return len(await of_devices(redis)) + len(await of_devices(redis, "d2")) >= 6

    await until(arrived, "all messages")
    first = await of_devices(redis)
    second = await of_devices(redis, "d2")
    districts = {event.district for event in first}, {event.district for event in second}
    assert districts[0] | districts[1] == {"", "210102", "210103", "210106", "210114"}
    assert not districts[0] & districts[1]
    assert [event.type for event in first].count(REJECTED) == 2
    assert len(first) + len(second) == 6


async def _holds(redis: Redis, unique: str) -> bool:
    return unique in {event.id for event in await of_devices(redis)}


async def _said(redis: Redis, count: int) -> bool:
    return len(await heard(redis)) >= count


async def _counted(redis: Redis, name: str) -> bool:
    return bool((await vitals(redis)).counters.get(name))


async def _failing(redis: Redis, at: int) -> bool:
    await asyncio.sleep(1.5)
    return (await vitals(redis)).at == at
