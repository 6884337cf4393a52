"""`deadletters`: what could not be used, newest first, with the reason and the original."""

from collections.abc import AsyncIterator
from typing import Annotated, cast

import msgspec
from fastapi import APIRouter, Query, Response
from redis.asyncio import Redis

from hub.log.keys import Keys
from hub.model.letter import DeadLetter
from hub.serve.api.page import Paged, answer, opaque, place
from hub.serve.api.parts import Parts

router = APIRouter(tags=["deadletters"])

CHUNK = 100
"""Letters read at a time: at most 4 KiB of original each."""

_decode = msgspec.json.Decoder(DeadLetter).decode

Found = tuple[str, str, str, DeadLetter]
"""Time, partition, field in the table, letter: sorts by age."""


@router.get("/deadletters")
async def deadletters(
    parts: Parts,
    paging: Paged,
    reason: Annotated[str, Query(max_length=64)] = "",
    topic: Annotated[str, Query(max_length=512, description="beginning of the topic")] = "",
) -> Response:
    """List dead letters of all partitions, newest first."""
    passed = place(paging.cursor, dict[str, str]) if paging.cursor else {}
    found: list[DeadLetter] = []
    more = False
    async for _, partition, name, letter in _merged(parts.redis, parts.partitions, passed):
        if reason not in ("", letter.reason) or not letter.topic.startswith(topic):
            continue
        if len(found) == paging.limit:
            more = True
            break
        found.append(letter)
        passed = {**passed, partition: name}
    following = opaque(passed) if more else None
    return answer(found, following, paging, DeadLetter.__struct_fields__)


async def _merged(
    redis: Redis, partitions: tuple[str, ...], passed: dict[str, str]
) -> AsyncIterator[Found]:
    """Yield the letters of all partitions, newest first, each partition after what was passed."""
    streams = [_newest(redis, name, passed.get(name)) for name in partitions]
    heads = [(stream, head) for stream in streams if (head := await anext(stream, None))]
    while heads:
        stream, head = max(heads, key=lambda pair: pair[1][:3])
        yield head
        heads.remove((stream, head))
        following = await anext(stream, None)
        if following is not None:
            heads.append((stream, following))


async def _newest(redis: Redis, partition: str, before: str | None) -> AsyncIterator[Found]:
    table = Keys(partition).table("letters")
    names = sorted(await _names(redis, table), reverse=True)
    names = [name for name in names if before is None or name < before]
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        for name, value in zip(chunk, await redis.hmget(table, chunk), strict=True):
            if value is not None:  # dropped since the names were asked for
                letter = _decode(value)
                yield letter.time, partition, name, letter


async def _names(redis: Redis, table: str) -> list[str]:
    names = cast("list[bytes]", await redis.hkeys(table))
    return [name.decode() for name in names]
