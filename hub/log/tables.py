"""The worker's tables in Redis: commit what changed, load all at the start, read for the screen."""

from collections.abc import AsyncIterator
from typing import cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from hub.core.changes import TABLES, Changes
from hub.log.connection import script
from hub.log.errors import Fenced, LogFull, OffsetMoved
from hub.log.keys import Keys
from hub.log.log import WORK
from hub.model.instant import Instant

FORMAT = "1"
"""Format of what the tables hold; another one is refused, never misread."""
SCAN = 2_000
"""Fields asked for at a time when a table is read: a few milliseconds of Redis's time."""

_encode = msgspec.msgpack.Encoder().encode
_INDEX = {name: index for index, name in enumerate(TABLES, start=1)}


class Committed(Struct, frozen=True):
    """How far a partition is worked: input ordinal, output ordinal, log time."""

    offset: int
    out: int
    time: Instant


class Tables:
    """Reads and commits one partition's tables."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.partition = partition
        self.keys = Keys(partition)
        self._redis = redis
        self._commit = script(redis, "commit")
        self._keys = [self.keys.work, self.keys.fence(WORK), self.keys.out]
        self._keys += [self.keys.table(name) for name in TABLES]

    async def commit(self, changes: Changes, token: int) -> None:
        """Write all of ``changes`` or nothing, safe to repeat; Fenced, OffsetMoved or LogFull."""
        sets: list[str | bytes | int] = []
        deletes: list[str | bytes | int] = []
        for (table, name), value in changes.cells.items():
            if value is None:
                deletes += [_INDEX[table], name]
            else:
                sets += [_INDEX[table], name, value]
        outputs = changes.coalesced()
        packed = _encode(outputs) if outputs else b""
        args: list[str | bytes | int] = [token, changes.start, changes.end, changes.out]
        args += [changes.time, packed, len(sets) // 3, *sets, *deletes]
        try:
            answer = await self._commit(keys=self._keys, args=args)
        except ResponseError as error:
            if "maxmemory" in str(error):
                raise LogFull(self.partition) from error
            raise
        if answer[0] == b"fenced":
            raise Fenced(self.partition, WORK, token)
        if answer[0] == b"moved":
            raise OffsetMoved(self.partition, changes.start, f"stored {answer[1].decode()}")

    async def committed(self) -> Committed:
        """Return how far the partition is worked; zeros when it never was."""
        fields = ["offset", "out", "time"]
        offset, out, time = await self._redis.hmget(self.keys.work, fields)
        return Committed(int(offset or 0), int(out or 0), int(time or 0))

    async def scan(self, table: str) -> AsyncIterator[tuple[str, bytes]]:
        """Yield (field, value) of a table; a field that changes meanwhile may come twice."""
        async for page in self._pages(table):
            for name, value in page.items():
                yield name.decode(), value

    async def load(self) -> dict[tuple[str, str], bytes]:
        """Return all cells of all tables, for a worker that starts."""
        cells: dict[tuple[str, str], bytes] = {}
        for table in TABLES:
            async for page in self._pages(table):  # not by `scan`: a step of it costs 5 µs a cell
                cells.update(((table, name.decode()), value) for name, value in page.items())
        return cells

    async def _pages(self, table: str) -> AsyncIterator[dict[bytes, bytes]]:
        """Yield a table in pages of some `SCAN` fields."""
        cursor = 0
        while True:
            cursor, page = await self._redis.hscan(self.keys.table(table), cursor, count=SCAN)
            yield cast("dict[bytes, bytes]", page)
            if cursor == 0:
                return

    async def get(self, table: str, name: str) -> bytes | None:
        """Return one cell."""
        return cast("bytes | None", await self._redis.hget(self.keys.table(table), name))
