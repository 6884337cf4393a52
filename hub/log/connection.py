"""One way to a Redis connection, with the limits that keep a lost server from hanging a process."""

import asyncio
from importlib import resources
from typing import TYPE_CHECKING

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from hub.edge import pause

if TYPE_CHECKING:
    from redis.commands.core import AsyncScript

log = structlog.get_logger()

CONNECT_SECONDS = 2.0
"""How long to wait for a connection before it counts as refused."""
ANSWER_SECONDS = 10.0
"""How long to wait for an answer: above the longest BLOCK and a slow fsync."""


def connect(url: str) -> Redis:
    """Return a client of ``url``; it connects at the first command and never retries by itself.

    Retries belong to the caller, who knows whether a command that may have happened may happen
    again.
    """
    client: Redis = Redis.from_url(
        url,
        protocol=2,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )
    return client


def script(redis: Redis, name: str) -> "AsyncScript":
    """Return the Lua script ``name`` of this package, loaded at its first call."""
    body = resources.files("hub.log").joinpath("scripts", f"{name}.lua").read_text("utf-8")
    return redis.register_script(body)


async def reachable(redis: Redis, stop: asyncio.Event) -> bool:
    """Wait until Redis answers; return False when ``stop`` is set before it does."""
    while not stop.is_set():
        try:
            await redis.ping()
        except RedisError as error:
            log.warning("waiting for redis", error=str(error))
            await pause(stop, CONNECT_SECONDS / 4)
        else:
            return True
    return False


async def fullness(redis: Redis) -> float:
    """Return the share of Redis's memory limit that is used; 0 where it has none."""
    memory = await redis.info("memory")
    limit = int(memory["maxmemory"])
    return int(memory["used_memory"]) / limit if limit else 0.0
