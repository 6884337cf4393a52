"""The deaths of the worker in one and the same call: noted in Redis, which survives them.

The first may be chance; from the second on the call is skipped and dead-lettered (`killed`).
"""

from typing import cast

import msgspec
from msgspec import Struct
from redis import Redis as BlockingRedis
from redis.asyncio import Redis

from hub.log.keys import Keys
from hub.work.board import Call

SKIPPED_FROM = 2
"""Deaths in one call after which it is not made any more."""
NOTE_SECONDS = 2.0
"""How long Redis may take to note a death; after that the worker is killed without a note, and the
next death is the first."""


class Death(Struct, frozen=True):
    """What is known of the deaths in one call."""

    ordinal: int
    number: int
    handler: str
    count: int
    why: str


class Doomed:
    """The ``calls`` that must not be made: (partition, ordinal, number, handler), each with why."""

    def __init__(self) -> None:
        self.calls: dict[tuple[str, int, int, str], str] = {}

    def set(self, partition: str, deaths: list[Death]) -> None:
        """Take in the deaths of a partition, in place of what was known."""
        for call in [known for known in self.calls if known[0] == partition]:
            del self.calls[call]
        for death in deaths:
            if death.count >= SKIPPED_FROM:
                why = f"{death.why}; the worker died of it {death.count} times"
                self.calls[partition, death.ordinal, death.number, death.handler] = why

    def why(self, partition: str, ordinal: int, number: int, handler: str) -> str:
        """Return why a call must not be made; empty when it may."""
        return self.calls.get((partition, ordinal, number, handler), "")


def note(url: str, call: Call, why: str) -> None:
    """Note that the worker dies in a call. Raises Redis's errors."""
    redis = BlockingRedis.from_url(
        url, socket_connect_timeout=NOTE_SECONDS, socket_timeout=NOTE_SECONDS
    )
    name = f"{call.ordinal}|{call.number}|{call.handler}"
    key = Keys(call.partition).deaths
    with redis:
        stored = redis.hget(key, name)
        count = 0 if stored is None else _decode(stored)[0]  # type: ignore[arg-type]  # bytes
        redis.hset(key, name, msgspec.msgpack.encode((count + 1, why)))


async def deaths(redis: Redis, partition: str, offset: int) -> list[Death]:
    """Return the deaths in calls after ``offset``; those before it are over, and forgotten."""
    key = Keys(partition).deaths
    found: list[Death] = []
    everything = cast("dict[bytes, bytes]", await redis.hgetall(key))
    for name, stored in everything.items():
        ordinal, number, handler = name.decode().split("|", 2)
        if int(ordinal) <= offset:
            await redis.hdel(key, name)
            continue
        count, why = _decode(stored)
        found.append(Death(int(ordinal), int(number), handler, count, why))
    return found


_decode = msgspec.msgpack.Decoder(tuple[int, str]).decode
