"""Commands to devices: at least once, in order, in time."""

import asyncio
import json
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from redis.asyncio import Redis

from hub.act.downlink import HOLDER
from hub.log.clock import real_now
from hub.log.outputs import Outputs
from hub.log.vitals import Vitals, read_all
from hub.model.instant import SECOND
from tests.hub.act.worker import Worker, downlink, forward, incident
from tests.servers import HubProcess, Mosquitto, Publisher, until

pytestmark = pytest.mark.contract

Start = Callable[..., HubProcess]


@pytest.fixture
def received(publisher: Publisher) -> list[str]:
    """Return a list that gets the ids of the commands as a sign receives them."""
    found: list[str] = []
    publisher.paho.on_message = lambda _c, _u, message: found.append(
        json.loads(message.payload)["id"]
    )
    publisher.paho.subscribe("city/210103/parking/sign-03/$cmd/+", 1)
    return found


async def vitals(redis: Redis) -> Vitals:
    """Return what act says of itself."""
    return next((one for one in await read_all(redis) if one.name == "act"), Vitals("act"))


async def test_commands_reach_the_device_in_order_and_once(
    hub_process: Start, redis: Redis, received: list[str]
) -> None:
    """A clean restart sends none of them again."""
    worker = Worker(redis, "d1")
    process = hub_process("act")
    for number in range(250):
        await worker.commit([incident("i"), downlink(f"c{number}")])
    await until(lambda: len(received) == 250, "all commands")
    assert process.stop() == 0
    assert await Outputs(redis, "d1").held(HOLDER) == worker.out
    hub_process("act")
    await worker.commit([downlink("last")])
    await until(lambda: "last" in received, "the last command")
    assert received == [*(f"c{number}" for number in range(250)), "last"]


async def test_an_expired_command_is_dropped_and_counted(
    hub_process: Start, redis: Redis, received: list[str]
) -> None:
    """A sign must not show what was true ten minutes ago."""
    worker = Worker(redis, "d1")
    await worker.commit([downlink("old", real_now() - SECOND), downlink("new")])
    hub_process("act")
    await until(lambda: bool(received), "the command that is in time")

    async def counted() -> bool:
        return (await vitals(redis)).counters.get("downlinks_dropped|reason=expired") == 1

    await until(counted, "the counter")
    assert received == ["new"]


async def test_a_command_of_an_exercise_is_never_sent(
    hub_process: Start, redis: Redis, received: list[str]
) -> None:
    """What is played does not reach the outside: it is counted and dropped."""
    worker = Worker(redis, "d1")
    await worker.commit([replace(downlink("played"), exercise=True), downlink("real")])
    hub_process("act")
    await until(lambda: bool(received), "the real command")

    async def counted() -> bool:
        return (await vitals(redis)).counters.get("downlinks_dropped|reason=exercise") == 1

    await until(counted, "the counter")
    assert received == ["real"]


async def test_kill_9_sends_again_what_was_not_noted_and_loses_none(
    hub_process: Start, redis: Redis, received: list[str]
) -> None:
    """At least once, with the same id."""
    worker = Worker(redis, "d1")
    process = hub_process("act")
    for number in range(300):
        await worker.commit([downlink(f"c{number}")])
        if number in (100, 200):
            await until(lambda: bool(received), "some commands")
            process.kill()
            process = hub_process("act")
    await until(lambda: len(set(received)) == 300, "all commands")
    assert list(dict.fromkeys(received)) == [f"c{number}" for number in range(300)]


async def test_without_a_broker_commands_wait_and_forwards_go_on(
    hub_process: Start,
    redis: Redis,
    mosquitto: Mosquitto,
    publisher: Publisher,
    received: list[str],
) -> None:
    """One way out that is closed closes no other; what expires meanwhile is not sent."""
    worker = Worker(redis, "d1")
    hub_process("act")
    await worker.commit([downlink("first")])
    await until(lambda: received == ["first"], "the first command")
    mosquitto.stop()
    await worker.commit([downlink("short", real_now() + SECOND), downlink("long"), forward("f1")])
    await until(lambda: _forwarded(redis), "the forward")
    await until(lambda: _expired(redis), "the short one expired")
    mosquitto.start()
    await until(lambda: "long" in received, "the long one")
    assert "short" not in received


async def test_one_act_is_active_and_another_takes_over(
    hub_process: Start, redis: Redis, received: list[str]
) -> None:
    """The lease: a killed one is replaced when its lease has run out."""
    worker = Worker(redis, "d1")
    first = hub_process("act", instance="a")
    await worker.commit([downlink("one")])
    await until(lambda: received == ["one"], "the first command")
    second = hub_process("act", instance="b")

    async def waits() -> bool:
        return any(one.name == "act.standby" for one in await read_all(redis))

    await until(waits, "the standby")
    first.kill()
    await worker.commit([downlink("two")])
    await until(lambda: received == ["one", "two"], "the second command")
    assert second.running


async def _forwarded(redis: Redis) -> bool:
    return bool(await redis.xlen("cityhub:{city}:log"))


async def _expired(redis: Redis) -> bool:
    await asyncio.sleep(0.1)
    return bool((await vitals(redis)).counters.get("downlinks_dropped|reason=expired"))
