"""Reads of one Redis stream. The client's types cover every protocol; ours is RESP 2 with bytes."""

from typing import cast

from redis.asyncio import Redis

Entry = tuple[bytes, dict[bytes, bytes]]
"""A stream entry: its id and its fields."""

START = "0-0"
"""The cursor before the first entry."""


async def read(redis: Redis, key: str, cursor: str, count: int, block: int | None) -> list[Entry]:
    """Return up to ``count`` entries after ``cursor``; wait ``block`` milliseconds for a first."""
    answer = cast("list[tuple[bytes, list[Entry]]]", await redis.xread({key: cursor}, count, block))
    return answer[0][1] if answer else []


async def newest(redis: Redis, key: str) -> str:
    """Return the cursor of the newest entry, START for an empty stream."""
    entries = cast("list[Entry]", await redis.xrevrange(key, count=1))
    return entries[0][0].decode() if entries else START


async def oldest(redis: Redis, key: str) -> str:
    """Return the id of the oldest entry that is kept, START for an empty stream."""
    entries = cast("list[Entry]", await redis.xrange(key, count=1))
    return entries[0][0].decode() if entries else START
