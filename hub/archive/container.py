"""The MCAP file that every recording and every file of the archive is: how one is written.

Facts first (metadata), then the state at the start (attachments), then chunks of messages, then the
counts. Chunks are zstd, closed at 128 KiB or by `flush`, and each has its message indexes: Foxglove
refuses a file that has chunk indexes without them.
"""

from collections.abc import Mapping
from typing import BinaryIO

import msgspec
from mcap.writer import CompressionType, IndexType, Writer

from hub.model.instant import Instant

CHUNK_BYTES = 128 * 1024
"""Within the 64 to 256 KiB that lose little on a crash and still compress well."""

COUNTS = "cityhub.counts"
"""Metadata at the end of a whole file: what was written."""

NS = 1_000
"""Nanoseconds (MCAP's times) in a microsecond (an Instant)."""


class Container:
    """Writes one file into a binary stream that the caller opens and closes.

    ``kind`` names the metadata in which ``facts`` stand: it tells one kind of file from another.
    """

    def __init__(self, stream: BinaryIO, kind: str, facts: Mapping[str, str]) -> None:
        self._stream = stream
        self._writer = Writer(
            stream,
            chunk_size=CHUNK_BYTES,
            compression=CompressionType.ZSTD,
            index_types=IndexType.ALL,
        )
        self._writer.start(profile="", library="cityhub")
        self._writer.add_metadata(kind, dict(facts))

    def attach(self, name: str, media_type: str, data: bytes, time: Instant) -> None:
        """Add an attachment; before the first message, or after a `flush`."""
        self._writer.add_attachment(
            create_time=0, log_time=time * NS, name=name, media_type=media_type, data=data
        )

    def metadata(self, name: str, facts: Mapping[str, str]) -> None:
        """Add metadata; before the first message, or after a `flush`."""
        self._writer.add_metadata(name, dict(facts))

    def channel(self, topic: str, schema: Mapping[str, object], **metadata: str) -> int:
        """Open a channel of JSON messages; return its id."""
        name = str(schema["title"])
        schema_id = self._writer.register_schema(name, "jsonschema", msgspec.json.encode(schema))
        return self._writer.register_channel(
            topic=topic, message_encoding="json", schema_id=schema_id, metadata=metadata
        )

    def write(
        self, channel: int, time: Instant, data: bytes, *, published: int, sequence: int
    ) -> None:
        """Add a message; ``published`` in nanoseconds."""
        self._writer.add_message(
            channel_id=channel,
            log_time=time * NS,
            data=data,
            publish_time=published,
            sequence=sequence & 0xFFFFFFFF,
        )

    def flush(self) -> None:
        """Close the chunk in progress and hand it to the operating system."""
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap
        self._stream.flush()

    def finish(self, counts: Mapping[str, str]) -> None:
        """Write the counts, the indexes and the end of the file."""
        # Without it the chunk in progress would come after the counts.
        self._writer.flush()  # type: ignore[no-untyped-call]  # mcap
        self.metadata(COUNTS, dict(sorted(counts.items())))
        self._writer.finish()  # type: ignore[no-untyped-call]  # mcap
        self._stream.flush()
