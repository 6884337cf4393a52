"""Recording a running city: what is known of its devices now, then the log as it grows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from redis.asyncio import Redis

from hub.archive.writer import RecordingWriter
from hub.edge import pause
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.device import Device
from hub.model.event import CARD, STATUS, Event, Logged, Position

FLUSH_SECONDS = 0.4
"""How often the chunk in progress is closed: kill -9 loses less than a second."""

Take = Callable[[Iterable[Logged]], Iterator[Logged]]

_device = msgspec.msgpack.Decoder(Device).decode
_json = msgspec.json.Encoder().encode


class Recorder:
    """Writes one recording; whole when its `with` block was left, however. ``events`` so far."""

    def __init__(self, path: Path, run: dict[str, str], retained: list[Logged], take: Take) -> None:
        self.events = 0
        self._take = take
        self._stream = path.open("xb")
        self._writer = RecordingWriter(self._stream, run, take(retained))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stream:
            self._writer.finish()

    @property
    def bytes(self) -> int:
        """Bytes written so far."""
        return self._stream.tell()

    async def follow(self, log: AsyncIterator[Logged]) -> None:
        """Record what comes, for ever."""
        async for logged in log:
            for wanted in self._take((logged,)):
                self._writer.write(wanted)
                self.events += 1

    async def flush(self, stop: asyncio.Event) -> None:
        """Close the chunk in progress again and again, until ``stop``."""
        while not await pause(stop, FLUSH_SECONDS):
            self._writer.flush()


async def retained_now(redis: Redis, logs: list[Log], after: dict[str, int]) -> list[Logged]:
    """Return cards and statuses as they are now, as events just before what follows.

    ``after`` are the ordinals after which the recording begins. Which events brought them is not
    known any more: they take the last ordinals before it, which some events of the past had.
    """
    found: list[Logged] = []
    for log in logs:
        head = await log.head()
        devices = [_device(raw) async for _, raw in Tables(redis, log.partition).scan("devices")]
        events = [each for device in sorted(devices, key=_source) for each in _said(device)]
        first = after[log.partition] - len(events) + 1
        found += [
            Logged(Position(log.partition, ordinal), head.time, event)
            for ordinal, event in enumerate(events, start=first)
            if ordinal > 0
        ]
    return found


def _source(device: Device) -> str:
    return device.source


def _said(device: Device) -> Iterator[Event]:
    """Yield a device's card and status."""
    if device.card is not None:
        yield Event("retained", device.source, CARD, _json(device.card), district=device.district)
    if device.online is not None:
        status = b'"online"' if device.online else b'"offline"'
        yield Event("retained", device.source, STATUS, status, district=device.district)
