"""Making a whole file of one that was cut off or damaged: all that can be read, and a proper end.

Every message is taken over as it stands, byte for byte, into chunks of full size. So this also
packs a file that was written a second at a time.
"""

import io
import json
from pathlib import Path
from typing import Any, BinaryIO

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Attachment, Channel, Message, Metadata, Schema
from msgspec import Struct

from hub.archive.container import COUNTS, NS, Container
from hub.archive.errors import BadRecording, Damaged, NotARecording
from hub.archive.framing import UNREADABLE, Record, attachment_of, contents, records
from hub.archive.output_recording import OUTPUTS
from hub.archive.recording import RETAINED, RUN
from hub.model.instant import text

KINDS = (RUN, OUTPUTS)


class Recovered(Struct):
    """What was read: ``messages``, and what stopped it (empty when the file was whole)."""

    messages: int = 0
    problem: str = ""


def recover(source: Path, target: BinaryIO) -> Recovered:
    """Write what can be read of ``source`` as a whole file; NotARecording when nothing can."""
    copy = _Copy(source, target)
    found = Recovered()
    try:
        with source.open("rb") as file:
            for record in records(source, file):
                copy.take(record)
    except NotARecording:
        raise
    except BadRecording as error:
        found.problem = error.problem
    copy.finish()
    found.messages = copy.messages
    return found


class _Copy:
    """Takes over the records of one file into another."""

    def __init__(self, source: Path, target: BinaryIO) -> None:
        self.messages = 0
        self._source = source
        self._target = target
        self._kind = ""
        self._file: Container | None = None
        self._schemas: dict[int, Schema] = {}
        self._channels: dict[int, int] = {}
        self._retained = 0
        self._span: list[int] = []

    def take(self, record: Record) -> None:
        """Take over one outer record."""
        try:
            match record.opcode:
                case Opcode.METADATA:
                    self._metadata(Metadata.read(record.stream()))
                case Opcode.ATTACHMENT if self._file is not None:
                    self._attachment(attachment_of(self._source, record), self._file)
                case Opcode.CHUNK if self._file is not None:
                    for opcode, body in contents(self._source, record):
                        self._content(opcode, body, self._file)
        except (*UNREADABLE, KeyError, TypeError, RecursionError) as error:
            raise Damaged(self._source, record.offset, str(error)) from error

    def finish(self) -> None:
        """Write the counts and the end."""
        if self._file is None:
            raise NotARecording(self._source, "nothing of a CityHub recording is left in it")
        counts = {"pages" if self._kind == OUTPUTS else "events": str(self.messages)}
        if self._kind == RUN:
            counts["retained"] = str(self._retained)
        if self._span:
            counts |= {"first": text(self._span[0]), "last": text(self._span[-1])}
        self._file.finish(counts)

    def _metadata(self, entry: Metadata) -> None:
        if self._file is None and entry.name in KINDS:
            self._kind = entry.name
            self._file = Container(self._target, entry.name, entry.metadata)
        elif entry.name not in (*KINDS, COUNTS) and self._file is not None:
            self._file.metadata(entry.name, entry.metadata)

    def _attachment(self, entry: Attachment, file: Container) -> None:
        file.flush()
        file.attach(entry.name, entry.media_type, entry.data, entry.log_time // NS)
        if entry.name == RETAINED:
            self._retained = len(json.loads(entry.data))
        self._note(entry.log_time)

    def _content(self, opcode: int, body: bytes, file: Container) -> None:
        stream = ReadDataStream(io.BytesIO(body))
        match opcode:
            case Opcode.SCHEMA:
                schema = Schema.read(stream)
                self._schemas[schema.id] = schema
            case Opcode.CHANNEL:
                channel = Channel.read(stream)
                if channel.id not in self._channels:
                    self._channels[channel.id] = self._channel(channel, file)
            case Opcode.MESSAGE:
                message = Message.read(stream, len(body))
                file.write(
                    self._channels[message.channel_id],
                    message.log_time // NS,
                    message.data,
                    published=message.publish_time,
                    sequence=message.sequence,
                )
                self.messages += 1
                self._note(message.log_time)

    def _channel(self, channel: Channel, file: Container) -> int:
        found = self._schemas[channel.schema_id]
        schema: dict[str, Any] = {"title": found.name, **json.loads(found.data)}  # Any: JSON
        return file.channel(channel.topic, schema, **channel.metadata)

    def _note(self, nanoseconds: int) -> None:
        if nanoseconds:
            self._span = [*self._span[:1], nanoseconds // NS]
