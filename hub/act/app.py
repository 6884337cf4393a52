"""The act process: a forwarder, a sender and a runner of jobs a partition, under one lease."""

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.act.downlink import Sender
from hub.act.forwarder import Forwarder
from hub.act.jobs import Jobs
from hub.act.scenarios import Actions
from hub.edge import pause, stop_event
from hub.log.clock import read_clock, real_now
from hub.log.connection import connect
from hub.log.errors import Fenced
from hub.log.lease import Lease
from hub.log.vitals import PERIOD, Vitals, forget, report
from hub.model.instant import CityClock, Instant
from hub.model.partition import CITY
from hub.mqtt.broker import Broker
from hub.mqtt.link import Link
from hub.settings import Settings

log = structlog.get_logger()

ROLE = "act"
CLIENT_ID = "hub-act"
EXIT_SECONDS = 4.5
"""When a stopping act gives up waiting for a server that does not answer."""


async def run(settings: Settings) -> None:
    """Forward and send until SIGTERM, as the one active act of the city or its standby."""
    stop = stop_event()
    broker = Broker.parse(settings.mqtt)
    redis = connect(settings.redis)
    actions = Actions(settings.scenarios)
    actions.start()
    act = _Act(redis, broker, settings, stop, actions)
    try:
        async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
            group.create_task(act.run())
            await stop.wait()
            limit.reschedule(asyncio.get_running_loop().time() + EXIT_SECONDS)
    except TimeoutError:
        log.warning("act.gave_up", seconds=EXIT_SECONDS)  # what is not noted is done again
    finally:
        actions.stop()
        await redis.aclose()


class _Act:
    """Takes the lease, and while it is held runs the tasks of every partition."""

    def __init__(
        self,
        redis: Redis,
        broker: Broker,
        settings: Settings,
        stop: asyncio.Event,
        actions: Actions,
    ) -> None:
        self._redis, self._broker, self._stop = redis, broker, stop
        self._partitions = settings.partitioning.names
        self._lease = Lease(redis, CITY, ROLE, settings.holder(ROLE))
        self._clock = CityClock()
        self._vitals = Vitals(ROLE)
        self._actions = actions

    def _now(self) -> Instant:
        return self._clock.at(real_now())

    async def run(self) -> None:
        while not self._stop.is_set():
            try:
                self._clock = await read_clock(self._redis) or self._clock
                if await self._lease.acquire():
                    await forget(self._redis, f"{ROLE}.standby")
                    await self._lead()
                    await self._lease.release()
                else:
                    await report(self._redis, Vitals(f"{ROLE}.standby"))
            except (RedisError, OSError) as error:
                log.warning("act.log_away", error=str(error))
            await pause(self._stop, PERIOD)

    async def _lead(self) -> None:
        log.info("act.leads", token=self._lease.token)
        over = asyncio.Event()
        link = Link(self._broker, CLIENT_ID)
        names = self._partitions
        senders = [Sender(self._redis, n, link, self._now, self._vitals) for n in names]
        # A partition's own log is a target too: verdicts are told to it.
        forwarders = [Forwarder(self._redis, n, names, self._now, self._vitals) for n in names]
        jobs = [Jobs(self._redis, n, self._actions, self._now, self._vitals) for n in names]
        async with asyncio.TaskGroup() as group:
            group.create_task(link.run())
            parts: list[Sender | Forwarder | Jobs] = [*senders, *forwarders, *jobs]
            tasks = [group.create_task(one.run(over)) for one in parts]
            try:
                await self._pulse(link, parts)
            finally:
                over.set()
            await asyncio.wait(tasks)
            await link.close()

    async def _pulse(self, link: Link, parts: list[Sender | Forwarder | Jobs]) -> None:
        """Each second renew the lease, follow the clock, report; return when it is over."""
        while not await pause(self._stop, PERIOD):
            try:
                await self._lease.renew()
                self._clock = await read_clock(self._redis) or self._clock
                troubles = [one.trouble for one in parts if one.trouble]
                troubles += [link.trouble] if link.trouble else []
                self._vitals.ok, self._vitals.detail = not troubles, "; ".join({*troubles})
                self._vitals.gauges["connected"] = float(link.connected.is_set())
                await report(self._redis, self._vitals)
            except Fenced as error:
                self._vitals.count("fenced")
                log.warning("act.fenced", error=str(error))
                return
            except (RedisError, OSError) as error:
                log.warning("act.log_away", error=str(error))
