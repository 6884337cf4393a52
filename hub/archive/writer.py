"""Writing a recording. What one is stands in `hub.archive.recording`."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import BinaryIO, Self

import msgspec
from mcap.writer import CompressionType, IndexType, Writer

from hub.archive import message
from hub.archive.errors import NotRecordable
from hub.archive.recording import BATCH_TYPE, COUNTS, FORMAT, RETAINED, RUN
from hub.model.event import Logged
from hub.model.instant import Instant, text

CHUNK_BYTES = 128 * 1024
"""Within the 64 to 256 KiB that lose little on a crash and still compress well."""

CHANNELS = 4_096
"""Most channels: types come from devices, and MCAP keeps every channel in memory. Events of
further types share one channel a partition, `{partition}/*`; nothing is lost by that, the message
itself says its type."""

_NS = 1_000
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
        # Foxglove's reader refuses a file that has chunk indexes without message indexes.
        self._writer = Writer(
            stream,
            chunk_size=CHUNK_BYTES,
            compression=CompressionType.ZSTD,
            index_types=IndexType.ALL,
        )
        self._writer.start(profile="", library="cityhub")
        self._writer.add_metadata(RUN, {"format": FORMAT, **dict(sorted(run.items()))})
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
        nanoseconds = logged.time * _NS
        said = event.time
        published = nanoseconds if said is None or not _fits(said) else said * _NS
        self._writer.add_message(
            channel_id=self._channel(position.partition, event.type),
            log_time=nanoseconds,
            data=message.encode(logged),
            publish_time=published,
            sequence=position.ordinal & 0xFFFFFFFF,
        )
        self._events += 1
        self._latest = logged.time

    def flush(self) -> None:
        """Close the chunk in progress and hand it to the stream: what a crash cannot take."""
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap

    def finish(self, **counts: str) -> None:
        """Write the counts (and those of the caller), the indexes and the end of the file."""
        own = {"events": str(self._events), "retained": str(self._cards)}
        if self._first is not None and self._latest is not None:
            own |= {"first": text(self._first), "last": text(self._latest)}
        self._writer.add_metadata(COUNTS, dict(sorted((own | counts).items())))
        self._writer.finish()  # type: ignore[no-untyped-call]  # mcap

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
        self._writer.add_attachment(
            create_time=0,
            log_time=time * _NS,
            name=RETAINED,
            media_type=BATCH_TYPE,
            data=b"[" + b",\n".join(bodies) + b"]",
        )
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
        schema_id = self._writer.register_schema(kind, "jsonschema", msgspec.json.encode(schema))
        channel = self._writer.register_channel(
            topic=f"{partition}/{kind}",
            message_encoding="json",
            schema_id=schema_id,
            metadata={"partition": partition, "type": kind},
        )
        self._channels[partition, kind] = channel
        return channel


def _fits(instant: Instant) -> bool:
    return instant >= 0 and instant * _NS < _UINT64
