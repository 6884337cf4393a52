"""The outputs of a partition: read on from an output ordinal; remember how far each reader is."""

import msgspec
from msgspec import Struct
from redis.asyncio import Redis

from hub.log import stream
from hub.log.connection import script
from hub.log.keys import Keys
from hub.model.instant import Instant
from hub.model.output import Output, Shown

START = stream.START
"""The cursor before the first commit."""

TRIM_COMMITS = 200
"""Commits dropped in one script: a few milliseconds of Redis's time."""

_decode = msgspec.msgpack.Decoder(list[Output]).decode


class Emitted(Struct, frozen=True):
    """One output with its ordinal (0 for a Shown, which has none)."""

    ordinal: int
    output: Output


class Page(Struct, frozen=True):
    """The outputs of one commit: ``cursor`` to read on from, input ordinal, log time."""

    cursor: str
    offset: int
    time: Instant
    outputs: list[Emitted]


class Outputs:
    """Reads one partition's output stream."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.partition = partition
        self._keys = Keys(partition)
        self._redis = redis
        self._trim = script(redis, "trim")

    async def tail(self) -> str:
        """Return the cursor of the newest commit."""
        return await stream.newest(self._redis, self._keys.out)

    async def oldest(self) -> str:
        """Return the cursor of the oldest commit that is kept, or START for an empty stream."""
        return await stream.oldest(self._redis, self._keys.out)

    async def read(self, cursor: str, entries: int, block: int | None = None) -> list[Page]:
        """Return the commits after ``cursor``; ``block`` waits that many milliseconds for one."""
        found = await stream.read(self._redis, self._keys.out, cursor, entries, block)
        return [_page(entry, fields) for entry, fields in found]

    async def after(self, ordinal: int, entries: int, block: int | None = None) -> list[Page]:
        """Return the commits that hold outputs after ``ordinal`` (some of them may be before)."""
        return await self.read(f"{ordinal}-{2**63}", entries, block)

    async def hold(self, holder: str, ordinal: int) -> None:
        """Note that ``holder`` has dealt with everything up to ``ordinal``."""
        await self._redis.hset(self._keys.holders, holder, str(ordinal))

    async def release(self, holder: str) -> None:
        """Wait for ``holder`` no longer."""
        await self._redis.hdel(self._keys.holders, holder)

    async def held(self, holder: str) -> int:
        """Return how far ``holder`` has come."""
        return int(await self._redis.hget(self._keys.holders, holder) or 0)

    async def trim(self, keep: int) -> int:
        """Drop old commits beyond the newest ``keep``, but none that a holder has not passed."""
        keys = [self._keys.out, self._keys.holders]
        dropped = 0
        while gone := int(await self._trim(keys=keys, args=[keep, TRIM_COMMITS])):
            dropped += gone
        return dropped


def _page(entry: bytes, fields: dict[bytes, bytes]) -> Page:
    outputs = _decode(fields[b"b"])
    last, _, offset = entry.partition(b"-")
    ordinal = int(last) - sum(not isinstance(output, Shown) for output in outputs)
    numbered: list[Emitted] = []
    for output in outputs:
        lossless = not isinstance(output, Shown)
        ordinal += lossless
        numbered.append(Emitted(ordinal if lossless else 0, output))
    return Page(entry.decode(), int(offset), int(fields[b"t"]), numbered)
