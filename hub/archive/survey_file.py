"""What is in a file of the archive or a recording: read to its end, checksums and all."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import msgspec
from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Message, Metadata
from msgspec import Struct, field

from hub.archive.container import COUNTS, NS
from hub.archive.errors import BadRecording, Damaged, NotARecording
from hub.archive.framing import UNREADABLE, Record, attachment_of, contents, records
from hub.archive.output_recording import OUTPUTS
from hub.archive.recording import RETAINED, RUN
from hub.model.instant import text

KINDS = {RUN: "recording", OUTPUTS: "outputs"}
PROGRESS = 10_000
"""Messages between two calls of the progress function."""


class Contents(Struct):
    """What was found; ``problem`` says what stopped the reading, ``topics`` counts messages."""

    kind: str = ""
    problem: str = ""
    facts: dict[str, str] = field(default_factory=dict)
    retained: int = 0
    messages: int = 0
    first: str = ""
    last: str = ""
    topics: dict[str, int] = field(default_factory=dict)


def survey(path: Path, progress: Callable[[int], None]) -> Contents:
    """Return what is in a file; NotARecording when it is none of ours, OSError."""
    reading = _Survey(path, progress)
    try:
        with path.open("rb") as file:
            for record in records(path, file):
                reading.take(record)
    except NotARecording:
        raise
    except BadRecording as error:
        reading.found.problem = error.problem
    if not reading.found.kind:
        raise NotARecording(path, reading.found.problem or "it is not one of CityHub")
    return reading.close()


class _Survey:
    def __init__(self, path: Path, progress: Callable[[int], None]) -> None:
        self.found = Contents()
        self._path = path
        self._progress = progress
        self._topics: dict[int, str] = {}
        self._span: list[int] = []

    def take(self, record: Record) -> None:
        """Take in one outer record."""
        found = self.found
        try:
            if record.opcode == Opcode.METADATA:
                entry = Metadata.read(record.stream())
                found.kind = found.kind or KINDS.get(entry.name, "")
                found.facts |= {} if entry.name == COUNTS else entry.metadata
            elif record.opcode == Opcode.ATTACHMENT:
                attachment = attachment_of(self._path, record)
                if attachment.name == RETAINED:
                    raws = msgspec.json.decode(attachment.data, type=list[msgspec.Raw])
                    found.retained = len(raws)
            elif record.opcode == Opcode.CHUNK:
                for opcode, body in contents(self._path, record):
                    self._content(opcode, body)
        except (*UNREADABLE, KeyError) as error:
            raise Damaged(self._path, record.offset, str(error)) from error

    def close(self) -> Contents:
        """Return what was found, its times in words."""
        if self._span:
            self.found.first = text(self._span[0])
            self.found.last = text(self._span[-1])
        return self.found

    def _content(self, opcode: int, body: bytes) -> None:
        stream = ReadDataStream(BytesIO(body))
        if opcode == Opcode.CHANNEL:
            channel = Channel.read(stream)
            self._topics[channel.id] = channel.topic
        elif opcode == Opcode.MESSAGE:
            message = Message.read(stream, len(body))
            topic, found = self._topics[message.channel_id], self.found
            found.topics[topic] = found.topics.get(topic, 0) + 1
            found.messages += 1
            self._span = [*self._span[:1], message.log_time // NS]
            if found.messages % PROGRESS == 0:
                self._progress(found.messages)
