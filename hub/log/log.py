"""The log of one partition: append a batch, read on from an ordinal."""

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import OutOfMemoryError, ResponseError

from hub.log import stream
from hub.log.connection import script
from hub.log.errors import Fenced, LogFull
from hub.log.keys import Keys
from hub.model.event import Event, Logged, Position
from hub.model.instant import Instant

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Event]).decode

INGEST = "ingest"
WORK = "work"
ARCHIVE = "archive"


class Appended(Struct, frozen=True):
    """Where a batch stands in the log: its last ordinal and its log time."""

    ordinal: int
    time: Instant


class Origin(Struct, frozen=True):
    """Forwarded events: the outputs ``first``..``last`` of ``partition``."""

    partition: str
    first: int
    last: int


class Seen(Struct, frozen=True):
    """A forwarded batch was (partly) appended before: up to output ordinal ``last``."""

    last: int


class Log:
    """Appends to and reads one partition's stream."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.partition = partition
        self.keys = Keys(partition)
        self._redis = redis
        self._append = script(redis, "append")

    async def append(self, events: list[Event], now: Instant, token: int | None = None) -> Appended:
        """Append a batch with one log time, not before the newest; raise Fenced or LogFull.

        ``token`` is the fencing token of the ingest lease; other writers (an operator's action)
        have none.
        """
        answer = await self._run(events, now, token, None)
        return Appended(int(answer[1]), int(answer[2]))

    async def append_after(
        self, ordinal: int, events: list[Event], now: Instant
    ) -> Appended | None:
        """Append a batch right behind ``ordinal``; None when something else stands there by now."""
        answer = await self._run(events, now, None, None, after=str(ordinal))
        if answer[0] == b"moved":
            return None
        return Appended(int(answer[1]), int(answer[2]))

    async def forward(self, events: list[Event], now: Instant, origin: Origin) -> Appended | Seen:
        """Append events that another partition put out, each output once."""
        answer = await self._run(events, now, None, origin)
        if answer[0] == b"seen":
            return Seen(int(answer[1]))
        return Appended(int(answer[1]), int(answer[2]))

    async def _run(
        self,
        events: list[Event],
        now: Instant,
        token: int | None,
        origin: Origin | None,
        *,
        after: str = "",
    ) -> list[bytes]:
        keys = [self.keys.log, self.keys.head, self.keys.fence(INGEST)]
        args: list[str | bytes | int] = [len(events), now, _encode(events)]
        args.append("" if token is None else token)
        args += ["", 0, 0] if origin is None else [origin.partition, origin.first, origin.last]
        args.append(after)
        try:
            answer: list[bytes] = await self._append(keys=keys, args=args)
        except (OutOfMemoryError, ResponseError) as error:
            if isinstance(error, OutOfMemoryError) or "OOM" in str(error):
                raise LogFull(self.partition) from error
            raise
        if answer[0] == b"fenced":
            raise Fenced(self.partition, INGEST, token or 0)
        return answer

    async def read(self, after: int, entries: int, block: int | None = None) -> list[Logged]:
        """Return the events after ordinal ``after`` from at most ``entries`` stream entries.

        ``block`` waits that many milliseconds for a first one.
        """
        events: list[Logged] = []
        cursor = f"{after}-0"
        for entry, fields in await stream.read(self._redis, self.keys.log, cursor, entries, block):
            events += _entry(self.partition, entry, fields, after)
        return events

    async def range(self, first: int, last: int) -> list[Logged]:
        """Return the events at ordinals ``first``..``last`` that are still kept."""
        found: list[Logged] = []
        while first <= last:
            page = await self.read(first - 1, 64)
            if not page:
                break
            found += [event for event in page if event.position.ordinal <= last]
            first = page[-1].position.ordinal + 1
        return found

    async def head(self) -> Appended:
        """Return the newest ordinal and log time; zeros for an empty log."""
        ordinal, time = await self._redis.hmget(self.keys.head, ["ordinal", "time"])
        return Appended(int(ordinal or 0), int(time or 0))

    async def forwarded(self, partition: str) -> int:
        """Return the last output ordinal of ``partition`` that was appended here."""
        return int(await self._redis.hget(self.keys.head, f"from:{partition}") or 0)

    async def hold(self, reader: str, ordinal: int) -> None:
        """Note that ``reader`` has kept every event up to ``ordinal``: the rest is not trimmed."""
        await self._redis.hset(self.keys.readers, reader, str(ordinal))

    async def release(self, reader: str) -> None:
        """Wait for ``reader`` no longer."""
        await self._redis.hdel(self.keys.readers, reader)

    async def held(self) -> int | None:
        """Return the ordinal that every reader has passed; None when there is none."""
        passed = await self._redis.hvals(self.keys.readers)
        return min((int(ordinal) for ordinal in passed), default=None)

    async def oldest(self) -> int:
        """Return the ordinal with which the oldest entry ends that is kept; 0 when none is."""
        return int((await stream.oldest(self._redis, self.keys.log)).partition("-")[0])

    async def trim(self, before: int) -> int:
        """Drop whole entries that end before ordinal ``before``; return how many."""
        return int(await self._redis.xtrim(self.keys.log, minid=f"{before}-0", approximate=True))


def _entry(partition: str, entry: bytes, fields: dict[bytes, bytes], after: int) -> list[Logged]:
    events = _decode(fields[b"b"])
    time = int(fields[b"t"])
    first = int(entry.partition(b"-")[0]) - len(events) + 1
    skip = max(0, after + 1 - first)
    return [
        Logged(Position(partition, ordinal), time, event)
        for ordinal, event in enumerate(events[skip:], start=first + skip)
    ]
