"""The ingest process: one `Ingest` a partition, the city clock, and vitals."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.edge import pause, stop_event
from hub.ingest.ingest import Ingest
from hub.log.clock import read_clock, real_now, set_clock
from hub.log.connection import connect, fullness
from hub.log.lease import Lease
from hub.log.log import INGEST
from hub.log.vitals import PERIOD, Vitals, forget, report
from hub.model import instant
from hub.model.instant import MILLISECOND, CityClock, Instant
from hub.model.partition import CITY, Partitioning
from hub.model.topic import CLOCK_SET_TOPIC, CLOCK_TOPIC, ROOT
from hub.mqtt.broker import Broker
from hub.mqtt.client import Connection
from hub.mqtt.errors import MqttError
from hub.mqtt.link import Link
from hub.settings import Settings

log = structlog.get_logger()

STANDBY = f"{INGEST}.standby"

RESERVED = 0.9
"""Share of Redis's memory limit at which ingest stops acknowledging: the rest is for the worker,
which must commit before anything can be trimmed, and for leases."""

EXIT_SECONDS = 4.5
"""When a stopping ingest gives up waiting for a server that does not answer."""


class Clock:
    """The city clock as last read from the log."""

    def __init__(self, clock: CityClock) -> None:
        self.clock = clock

    def now(self) -> Instant:
        """Return the city time."""
        return self.clock.at(real_now())


async def run(settings: Settings) -> None:
    """Ingest until SIGTERM, then append and acknowledge what has come, and leave within 5 s."""
    stop = stop_event()
    broker = Broker.parse(settings.mqtt)
    redis = connect(settings.redis)
    try:
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
            group.create_task(_hurry(stop, limit))
            clock = await _start_clock(redis, settings, stop)
            if clock is None:
                return
            vitals = Vitals("")
            ingests = _ingests(redis, broker, settings, clock, vitals)
            for one in ingests:
                group.create_task(one.run(stop))
            group.create_task(_pulse(redis, clock, ingests, vitals, stop))
    except TimeoutError:
        log.warning("ingest.gave_up", seconds=EXIT_SECONDS)  # the broker sends it all again
    finally:
        await redis.aclose()


async def _hurry(stop: asyncio.Event, limit: asyncio.Timeout) -> None:
    await stop.wait()
    limit.reschedule(asyncio.get_running_loop().time() + EXIT_SECONDS)


async def _start_clock(redis: Redis, settings: Settings, stop: asyncio.Event) -> Clock | None:
    origin = instant.parse(settings.clock_origin) if settings.clock_origin else None
    while not stop.is_set():
        try:
            return Clock(await set_clock(redis, settings.clock_rate, origin))
        except (RedisError, OSError) as error:
            log.warning("ingest.log_away", error=str(error))
        await pause(stop, PERIOD)
    return None


def _ingests(
    redis: Redis, broker: Broker, settings: Settings, clock: Clock, vitals: Vitals
) -> list[Ingest]:
    partitioning = settings.partitioning
    holder = settings.holder(INGEST)
    found = [Ingest(redis, Lease(redis, CITY, INGEST, holder), clock.now, vitals)]
    for index, name in enumerate(partitioning.district_names):
        # The first group takes every topic that no other one does: garbage too has one place.
        filters = [f"{ROOT}/#", CLOCK_SET_TOPIC]
        if index:
            filters = [f"{ROOT}/{code}/#" for code in partitioning.groups[index]]
        link = _Linker(broker, f"hub-{name}", filters)
        lease = Lease(redis, name, INGEST, holder)
        mine = _Mine(partitioning, name) if settings.groups > 1 else _every
        one = Ingest(redis, lease, clock.now, vitals, mine=mine, make_link=link)
        found.append(one)
    return found


def _every(_topic: str) -> bool:
    return True


class _Mine:
    """Whether a topic's district belongs to a partition; an unknown one to the first group."""

    def __init__(self, partitioning: Partitioning, partition: str) -> None:
        self._partitioning, self._partition = partitioning, partition

    def __call__(self, topic: str) -> bool:
        district = topic.split("/", 2)[1] if topic.startswith(f"{ROOT}/") else ""
        return self._partitioning.of(district) == self._partition


class _Linker:
    """Makes the link of one partition."""

    def __init__(self, broker: Broker, client_id: str, filters: list[str]) -> None:
        self._broker, self._client_id, self._filters = broker, client_id, filters

    def __call__(self, to: Ingest) -> Link:
        return Link(
            self._broker,
            self._client_id,
            self._filters,
            receive=to.receive,
            up=to.up,
            down=to.down,
        )


async def _pulse(
    redis: Redis, clock: Clock, ingests: list[Ingest], vitals: Vitals, stop: asyncio.Event
) -> None:
    """Each second: follow the stored clock, tell it to the devices, report vitals."""
    announced: tuple[Connection, CityClock] | None = None
    while True:
        try:
            clock.clock = await _turned(redis, ingests[1]) or clock.clock
            full = await fullness(redis) >= RESERVED
            for one in ingests:
                one.full = full
            announced = await _announce(ingests[1], clock.clock, announced)
            if _sum_up(ingests, vitals):
                await forget(redis, STANDBY)
            if vitals.name:
                await report(redis, vitals)
        except (RedisError, OSError, MqttError) as error:
            log.warning("ingest.pulse", error=str(error))
        if stop.is_set() or await pause(stop, PERIOD):
            return


async def _turned(redis: Redis, ingest: Ingest) -> CityClock | None:
    """Return the stored clock, turned first if somebody asked for another rate."""
    rate, ingest.asked_rate = ingest.asked_rate, None
    if rate is None:
        return await read_clock(redis)
    log.info("ingest.clock_turned", rate=rate)
    return await set_clock(redis, rate)


async def _announce(
    ingest: Ingest, clock: CityClock, announced: tuple[Connection, CityClock] | None
) -> tuple[Connection, CityClock] | None:
    connection = None if ingest.link is None else ingest.link.connection
    if connection is None or not connection.alive or announced == (connection, clock):
        return announced
    await connection.publish(CLOCK_TOPIC, clock_message(clock), retain=True)
    return connection, clock


def clock_message(clock: CityClock) -> bytes:
    """Return the retained message: an instant on a whole millisecond, and the city's time then."""
    real = clock.real // MILLISECOND * MILLISECOND
    city, rate = clock.at(real), clock.rate
    text = f'{{"city":"{instant.text(city)}","real":"{instant.text(real)}","rate":{rate!r}}}'
    return text.encode("ascii")


def _sum_up(ingests: list[Ingest], vitals: Vitals) -> bool:
    """Bring the vitals up to date; return whether this process leads only from now on.

    A standby reports under a name of its own, beside the process that it waits for; until the
    leases were asked for it has none.
    """
    before = vitals.name
    if any(one.active for one in ingests):
        vitals.name = INGEST
    elif any(one.trouble.startswith("standby") for one in ingests):
        vitals.name = STANDBY
    troubles = [one.trouble for one in ingests if one.trouble]
    links = [one.link for one in ingests if one.link is not None]
    troubles += [link.trouble for link in links if link.trouble]
    vitals.ok, vitals.detail = not troubles, "; ".join(dict.fromkeys(troubles))
    vitals.gauges["queue"] = sum(len(one.inbox) for one in ingests)
    up = bool(links) and all(link.connected.is_set() for link in links)
    vitals.gauges["connected"] = float(up)
    return vitals.name == INGEST and before != INGEST
