"""One measurement from its first card to its last figure."""

import asyncio
import threading
import time
from collections.abc import Callable

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from hub.bench.costs import Cost, Costs
from hub.bench.errors import BenchFailed
from hub.bench.ledger import Ledger
from hub.bench.observer import Backlog, LogReader, Screen, is_ours
from hub.bench.plan import DISTRICT, Plan, card, card_topic, source
from hub.bench.publisher import Publisher
from hub.bench.report import Report
from hub.log.clock import read_clock
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.device import Device
from hub.model.instant import CityClock
from hub.model.partition import Partitioning
from hub.mqtt.broker import Broker

SETTLE_SECONDS = 30.0
"""How long cards may take to be registered, and the last readings to be logged and worked."""
SHOW_SECONDS = 1.5
"""How long the last readings may take to the screen: several of its updates."""
LOOK_SECONDS = 0.05
OVERTIME_SECONDS = 4 * SETTLE_SECONDS
"""How much longer than its readings a run may take, all waiting included: a city that goes away
under it ends it, too."""

_device = msgspec.msgpack.Decoder(Device).decode

Tell = Callable[[str, float], None]
"""Is told what is done now and how far it is, 0 to 1."""


class City(Struct, frozen=True):
    """The running city: its Redis, its partitions, and the URLs of its doors."""

    redis: Redis
    partitioning: Partitioning
    redis_url: str
    mqtt_url: str
    http_url: str
    token: str = ""


async def run(city: City, plan: Plan, tell: Tell) -> Report:
    """Measure; raise BenchFailed when the city is not there or does not answer."""
    partition = city.partitioning.of(DISTRICT)
    publisher = Publisher(Broker.parse(city.mqtt_url), f"bench-{plan.run}")
    measurement = _Measurement(city, plan, partition, tell)
    with publisher:
        try:
            tell("cards", 0)
            cards = [(card_topic(index), card(index)) for index in range(plan.devices)]
            await asyncio.to_thread(publisher.retain, cards)
            async with asyncio.timeout(plan.seconds + OVERTIME_SECONDS):
                return await measurement.take(publisher)
        except TimeoutError as error:
            problem = f"the city did not answer within {plan.seconds + OVERTIME_SECONDS:g} s"
            raise BenchFailed(problem, "see `cityhub doctor`") from error
        finally:
            # Also after Ctrl-C: no retained card may outlive the bench.
            tell("removing the cards", 1)
            publisher.retain((card_topic(index), b"") for index in range(plan.devices))


class _Measurement:
    """One run: what observes it, and what came out."""

    def __init__(self, city: City, plan: Plan, partition: str, tell: Tell) -> None:
        self._city, self._plan, self._tell = city, plan, tell
        self._log = Log(city.redis, partition)
        self._tables = Tables(city.redis, partition)
        self._backlog = Backlog(city.redis, partition)
        self._costs = Costs(city.redis, city.redis_url, city.mqtt_url)

    async def take(self, publisher: Publisher) -> Report:
        """Return the figures."""
        before = await self._registered()
        city, devices = self._city, self._plan.devices
        ledger = Ledger([device.sequence + 1 for device in before])
        reader = LogReader(city.redis, self._log.partition, ledger, devices)
        screen = Screen(city.http_url, city.token, ledger, devices)
        await reader.start()
        connection = await screen.open()
        watchers = [reader.run(), screen.run(connection), self._backlog.run(), self._costs.run()]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(each) for each in (*watchers, self._progress())]
                await _shown(screen)
                times = await self._publish(publisher, ledger, reader)
                for task in tasks:
                    task.cancel()
        except* BenchFailed as failures:
            raise failures.exceptions[0] from None
        after = await self._devices()
        taken = [after[device.source].accepted - device.accepted for device in before]
        return self._report(ledger, taken, times, screen.reconnects)

    async def _publish(self, publisher: Publisher, ledger: Ledger, reader: LogReader) -> "_Times":
        """Publish all, and wait until it has gone its whole way."""
        await self._costs.begin()
        first = (await self._log.head()).ordinal
        clock = await read_clock(self._city.redis) or CityClock()
        stop, begun = threading.Event(), time.perf_counter()
        try:
            seconds = await asyncio.to_thread(publisher.run, self._plan, ledger, clock, stop)
        finally:
            stop.set()  # the thread must not publish on when this was cancelled
        answered = time.perf_counter()
        await self._settled(ledger, reader)
        worked = time.perf_counter()
        logged = (await self._log.head()).ordinal - first
        costs = await self._costs.end(logged)
        await asyncio.sleep(SHOW_SECONDS)
        return _Times(seconds, answered - begun, worked - answered, logged, costs)

    def _report(self, ledger: Ledger, taken: list[int], times: "_Times", reconnects: int) -> Report:
        account = ledger.account(taken)
        return Report(
            plan=self._plan,
            account=account,
            seconds=round(times.published, 2),
            published_per_second=round(account.published / times.published, 1),
            acknowledged_per_second=round(account.acknowledged / times.answered, 1),
            worked_per_second=round(account.logged / (times.answered + times.behind), 1),
            publish_to_puback=ledger.to_puback(),
            publish_to_log=ledger.to_log(),
            publish_to_screen=ledger.to_screen(),
            logged_events=times.logged,
            behind_most=self._backlog.most,
            behind_seconds=round(times.behind, 2),
            screen_reconnects=reconnects,
            processes=times.costs,
        )

    async def _progress(self) -> None:
        started = time.perf_counter()
        while True:
            share = (time.perf_counter() - started) / self._plan.seconds
            self._tell("readings" if share < 1 else "settling", min(1.0, share))
            await asyncio.sleep(LOOK_SECONDS * 2)

    async def _registered(self) -> list[Device]:
        """Return the devices of the bench once the city has registered all their cards."""
        wanted = [source(index) for index in range(self._plan.devices)]
        deadline = time.monotonic() + SETTLE_SECONDS
        while True:
            found = await self._devices()
            if all(name in found and found[name].registered for name in wanted):
                return [found[name] for name in wanted]
            if time.monotonic() > deadline:
                problem = f"the cards were not registered within {SETTLE_SECONDS:g} s"
                raise BenchFailed(problem, "see `cityhub doctor`: do ingest and work run?")
            await asyncio.sleep(LOOK_SECONDS * 4)

    async def _devices(self) -> dict[str, Device]:
        rows = self._tables.scan("devices")
        return {name: _device(value) async for name, value in rows if is_ours(name)}

    async def _settled(self, ledger: Ledger, reader: LogReader) -> None:
        """Wait until what was acknowledged is in the log and worked, or does not get further."""
        missing, since = ledger.missing(), time.monotonic()
        while missing and time.monotonic() - since < SETTLE_SECONDS:
            await asyncio.sleep(LOOK_SECONDS * 4)
            last, missing = missing, ledger.missing()
            if missing != last:
                since = time.monotonic()
        deadline = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < deadline:
            if await self._backlog.worked() >= reader.newest:
                break
            await asyncio.sleep(LOOK_SECONDS)


async def _shown(screen: Screen) -> None:
    """Wait until the screen has its first snapshot."""
    try:
        async with asyncio.timeout(SETTLE_SECONDS):
            await screen.up.wait()
    except TimeoutError as error:
        problem = f"the screen had no snapshot within {SETTLE_SECONDS:g} s"
        raise BenchFailed(problem, "see `cityhub doctor`: does serve run?") from error


class _Times(Struct, frozen=True):
    """Seconds: publishing, until all was acknowledged, and from then until all was worked."""

    published: float
    answered: float
    behind: float
    logged: int
    costs: list[Cost]
