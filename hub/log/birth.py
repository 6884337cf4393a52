"""The birth of a log: its format, its partitions and its epoch are fixed when it is created."""

import secrets

import msgspec
from redis.asyncio import Redis

from hub.log.errors import OldFormat, OtherPartitions
from hub.log.keys import LAYOUT, Keys
from hub.log.tables import FORMAT
from hub.model.partition import CITY, Partitioning

HOLDERS = ("forward", "act", "jobs")
"""Who must have dealt with an output before it may be trimmed."""


async def establish(redis: Redis, partitioning: Partitioning) -> None:
    """Create the log's facts, or raise OldFormat or OtherPartitions when they differ."""
    wanted = {"format": FORMAT, "groups": msgspec.json.encode(partitioning.groups).decode()}
    for field, value in wanted.items():
        await redis.hsetnx(LAYOUT, field, value)
    await redis.hsetnx(Keys(CITY).head, "epoch", secrets.token_hex(8))
    for name in partitioning.names:
        for holder in HOLDERS:  # before they first run, too, nothing they need is trimmed
            await redis.hsetnx(Keys(name).holders, holder, "0")
    found_format, found_groups = await redis.hmget(LAYOUT, ["format", "groups"])
    if _text(found_format) != wanted["format"]:
        raise OldFormat(CITY, _text(found_format), FORMAT)
    if _text(found_groups) != wanted["groups"]:
        raise OtherPartitions(CITY, _text(found_groups))


async def epoch(redis: Redis) -> str:
    """Return the log's epoch; empty before it is created. It changes when history is lost."""
    return _text(await redis.hget(Keys(CITY).head, "epoch"))


def _text(value: bytes | str | None) -> str:
    return value.decode() if isinstance(value, bytes) else value or ""
