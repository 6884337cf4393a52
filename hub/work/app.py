"""The `work` process: one worker a partition, its vitals, and the trimming of what is done."""

import asyncio
import gc

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.core.registry import Registry
from hub.edge import pause, stop_event
from hub.log.birth import establish
from hub.log.connection import connect, reachable
from hub.log.log import ARCHIVE, Log
from hub.log.outputs import Outputs
from hub.log.vitals import PERIOD, report
from hub.settings import Settings
from hub.work.deadline import Deadline
from hub.work.kennel import Kennel
from hub.work.loader import Loader
from hub.work.worker import Worker

TRIM_SECONDS = 10.0
"""How often the log is trimmed: it may overshoot what is kept by so much."""

log = structlog.get_logger()


async def run(settings: Settings, partitions: tuple[str, ...] = ()) -> None:
    """Work ``partitions``, all of the city's without any, until SIGTERM."""
    stop = stop_event()
    loader = Loader(settings.scenarios)
    registry = Registry(loader.declarations)
    partitioning = settings.partitioning
    redis = connect(settings.redis)
    if not await reachable(redis, stop):
        return
    await establish(redis, partitioning)
    holder = settings.holder("work")
    kennel = Kennel(settings.redis)
    deadline = Deadline(kennel.board, loader)
    workers = [
        Worker(
            connect(settings.redis),
            name,
            holder,
            registry,
            partitioning,
            deadline=deadline,
            away=loader.broken,
        )
        for name in partitions or partitioning.names
    ]
    gc.collect()
    gc.freeze()  # what is loaded stays: the collector need not look at it again
    log.info(
        "work",
        partitions=partitions or partitioning.names,
        scenarios=[d.name for d in registry.declarations],
    )
    if settings.no_archive:
        await _forget_archive(redis, settings)
    async with asyncio.TaskGroup() as tasks:
        for worker in workers:
            tasks.create_task(worker.run(stop))
        tasks.create_task(_report(redis, workers, stop))
        tasks.create_task(_trim(workers, settings, stop))
        tasks.create_task(_watched(kennel, stop))
    await redis.aclose()


async def _forget_archive(redis: Redis, settings: Settings) -> None:
    """Let the log be trimmed without an archive that nobody keeps any more."""
    for name in settings.partitioning.names:
        await Log(redis, name).release(ARCHIVE)
        await Outputs(redis, name).release(ARCHIVE)


async def _report(redis: Redis, workers: list[Worker], stop: asyncio.Event) -> None:
    while not await pause(stop, PERIOD):
        try:
            for worker in workers:
                await report(redis, worker.vitals)
        except RedisError as error:  # `ready` sees the silence
            log.debug("vitals not stored", error=str(error))


async def _watched(kennel: Kennel, stop: asyncio.Event) -> None:
    """Keep the watchdog running as long as the worker does."""
    kennel.keep()
    while not await pause(stop, PERIOD):
        kennel.keep()
    kennel.end()


async def _trim(workers: list[Worker], settings: Settings, stop: asyncio.Event) -> None:
    while not await pause(stop, TRIM_SECONDS):
        for worker in workers:
            try:
                await worker.trim(settings.log_events, settings.outputs)
            except RedisError as error:
                log.warning("not trimmed", partition=worker.partition, error=str(error))
