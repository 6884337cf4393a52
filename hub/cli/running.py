"""Where the running city is, for the commands that look at it from another terminal."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.cli.errors import CommandFailed
from hub.log.connection import connect
from hub.log.keys import LAYOUT
from hub.model.partition import Partitioning
from hub.settings import Settings

NOTE = "running.json"
"""File in the data folder where `demo` notes the addresses it chose."""

START = "start the city with `cityhub demo`"

T = TypeVar("T")


class Addresses(Struct, frozen=True):
    """URLs of the page, the broker and Redis; they may hold passwords."""

    http: str
    mqtt: str
    redis: str


class Opened(Struct, frozen=True):
    """A log that was found: its Redis and the partitions it was created with."""

    redis: Redis
    partitioning: Partitioning


def note(data_dir: Path, addresses: Addresses) -> None:
    """Note where the city of a data folder is; readable by its owner alone."""
    path = data_dir / NOTE
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.encode(addresses))


def forget(data_dir: Path) -> None:
    """Remove the note of a city that was stopped."""
    (data_dir / NOTE).unlink(missing_ok=True)


def locate(settings: Settings) -> Addresses:
    """Return where the city is: as set, else as `demo` noted, else at the default ports."""
    given = settings.model_fields_set
    noted = _noted(settings.data_dir)
    host = "127.0.0.1" if settings.bind in ("0.0.0.0", "::") else settings.bind  # noqa: S104 asked, not bound
    host = f"[{host}]" if ":" in host else host
    http = f"http://{host}:{settings.http_port}"
    if noted is None:
        return Addresses(http, settings.mqtt, settings.redis)
    return Addresses(
        http if given & {"http_port", "bind"} else noted.http,
        settings.mqtt if given & {"mqtt_url", "mqtt_port"} else noted.mqtt,
        settings.redis if given & {"redis_url", "redis_port"} else noted.redis,
    )


def _noted(data_dir: Path) -> Addresses | None:
    try:
        return msgspec.json.decode((data_dir / NOTE).read_bytes(), type=Addresses)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise CommandFailed(
            f"{data_dir / NOTE} cannot be read: {error}",
            "remove it, or set CITYHUB_REDIS_URL, CITYHUB_MQTT_URL and CITYHUB_HTTP_PORT",
        ) from error


async def layout(redis: Redis) -> Partitioning | None:
    """Return the partitions a log was created with; None when there is no log."""
    stored = await redis.hget(LAYOUT, "groups")
    if stored is None:
        return None
    return Partitioning(msgspec.json.decode(stored, type=tuple[tuple[str, ...], ...]))


@asynccontextmanager
async def open_log(settings: Settings) -> AsyncIterator[Opened]:
    """Give the log of the running city, or raise CommandFailed saying what is not there."""
    url = locate(settings).redis
    redis = connect(url)
    try:
        try:
            found = await layout(redis)
        except RedisError as error:
            raise CommandFailed(
                f"no Redis at {without_password(url)}: {error}",
                f"{START}, or set CITYHUB_REDIS_URL to its Redis",
            ) from error
        if found is None:
            raise CommandFailed(f"the Redis at {without_password(url)} holds no city yet", START)
        yield Opened(redis, found)
    finally:
        await redis.aclose()


def without_password(url: str) -> str:
    """Return a URL that may be shown."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"


def run(coroutine: Coroutine[Any, Any, T]) -> T:  # Any: what a coroutine yields is asyncio's own
    """Run a command's coroutine; a Redis that goes away meanwhile ends it with a clear word."""
    try:
        return asyncio.run(coroutine)
    except RedisError as error:
        raise CommandFailed(
            f"Redis went away: {error}", f"see `cityhub doctor`, or {START}"
        ) from error
