"""Writing a recording. What one is stands in `hub.archive.recording`."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import BinaryIO, Self

from hub.archive import message
from hub.archive.container import NS, Container
from hub.archive.errors import NotRecordable
from hub.archive.recording import BATCH_TYPE, FORMAT, RETAINED, RUN
from hub.model.event import Logged
from hub.model.instant import Instant, text

CHANNELS = 4_096
"""Most channels: types come from devices, and MCAP keeps every channel in memory. Events of
further types share one channel a partition, `{partition}/*`; nothing is lost by that, the message
itself says its type."""

_UINT64 = 2**64
_REQUIRED = ["specversion", "id", "source", "type", "position"]
_PROPERTIES: dict[str, object] = {
    **{name: {"type": "string"} for name in _REQUIRED},
    "time": {"type": "string", "format": "date-time"},
    **{name: {"type": "string"} for name in ("subject", "sequence", "district", "flags")},
    "data": {},
    "data_base64": {"type": "string", "contentEncoding": "base64"},
}


class RecordingWriter:
    """Writes one recording into a binary stream that the caller opens and closes.

    ``schemas`` gives the JSON Schema of `data` for event types that have one. The file is whole
    after `finish`, which a `with` block calls unless it is left by an error.
    """

    def __init__(
        self,
        stream: BinaryIO,
        run: Mapping[str, str],
        retained: Iterable[Logged] = (),
        schemas: Mapping[str, dict[str, object]] | None = None,
    ) -> None:
        self._schemas = dict(schemas or {})
        self._channels: dict[tuple[str, str], int] = {}
        self._last: dict[str, tuple[int, Instant]] = {}
        self._events = 0
        self._first: Instant | None = None
        self._latest: Instant | None = None
        self._file = Container(stream, RUN, {"format": FORMAT, **dict(sorted(run.items()))})
        self._cards = self._attach(retained)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.finish()

    def write(self, logged: Logged) -> None:
        """Append one event; NotRecordable when it breaks the order of its partition."""
        position, event = logged.position, logged.event
        self._follow(logged)
        said = event.time
        self._file.write(
            self._channel(position.partition, event.type),
            logged.time,
            message.encode(logged),
            published=(logged.time if said is None or not _fits(said) else said) * NS,
            sequence=position.ordinal,
        )
        self._events += 1
        self._latest = logged.time

    def flush(self) -> None:
        """Close the chunk in progress and hand it to the stream: what a crash cannot take."""
        self._file.flush()

    def finish(self, **counts: str) -> None:
        """Write the counts (and those of the caller), the indexes and the end of the file."""
        own = {"events": str(self._events), "retained": str(self._cards)}
        if self._first is not None and self._latest is not None:
            own |= {"first": text(self._first), "last": text(self._latest)}
        self._file.finish(own | counts)

    def _follow(self, logged: Logged) -> None:
        position = logged.position
        if not _fits(logged.time):
            raise NotRecordable(f"{position}: log time {logged.time} is before 1970 or after 2554")
        ordinal, time = self._last.get(position.partition, (0, 0))
        if position.ordinal <= ordinal or logged.time < time:
            raise NotRecordable(f"{position}: it stands after {ordinal} or goes back in log time")
        self._last[position.partition] = (position.ordinal, logged.time)
        if self._first is None:
            self._first = logged.time

    def _attach(self, retained: Iterable[Logged]) -> int:
        bodies = []
        time = 0
        for logged in retained:
            self._follow(logged)
            bodies.append(message.encode(logged, retained=True))
            time = logged.time
        self._file.attach(RETAINED, BATCH_TYPE, b"[" + b",\n".join(bodies) + b"]", time)
        return len(bodies)

    def _channel(self, partition: str, kind: str) -> int:
        channel = self._channels.get((partition, kind))
        if channel is not None:
            return channel
        if len(self._channels) >= CHANNELS and kind != "*":
            return self._channel(partition, "*")
        schema = {
            "title": kind,
            "type": "object",
            "required": _REQUIRED,
            "properties": _PROPERTIES | {"data": self._schemas.get(kind, {})},
        }
        channel = self._file.channel(f"{partition}/{kind}", schema, partition=partition, type=kind)
        self._channels[partition, kind] = channel
        return channel


def _fits(instant: Instant) -> bool:
    return instant >= 0 and instant * NS < _UINT64
