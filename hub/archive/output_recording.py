"""What a partition put out, as an MCAP file: the screen at its start, then every commit.

The screen at the start (keyframe) is the attachment `screen.json.zst`: all entities and, in `city`,
the open alerts. It is what a seek begins from. The messages are commits (`hub.archive.page`), in
order; log times never fall. The alerts that changed within a whole file stand at its end, in
`alerts.json`: the marks of a timeline need not read the chunks.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import msgspec
import zstandard
from mcap.opcode import Opcode
from mcap.records import Metadata
from msgspec import Raw, Struct

from hub.archive import page as pages
from hub.archive.container import NS, Container
from hub.archive.errors import Damaged, NotARecording, Truncated
from hub.archive.framing import (
    RECORD_BYTES,
    UNREADABLE,
    Record,
    attachment_of,
    following,
    messages,
    records,
)
from hub.log.outputs import Page
from hub.model.instant import Instant, text
from hub.model.output import Incident

OUTPUTS = "cityhub.outputs"
"""Metadata at the start: format, partition, epoch."""
FORMAT = "1"
KEYFRAME = "screen.json.zst"
ALERTS = "alerts.json"

_ZSTD = "application/zstd"
_JSON = "application/json"


class Keyframe(Struct, frozen=True):
    """The screen of one partition as of input ordinal ``offset``; JSON as the screen has it."""

    partition: str
    offset: int
    out: int
    time: Instant
    entities: list[Raw]
    alerts: list[Raw]

    @property
    def cursor(self) -> str:
        """Where the outputs go on from."""
        return f"{self.out}-{self.offset}"


_keyframe = msgspec.json.Decoder(Keyframe).decode


class OutputWriter:
    """Writes one file into a binary stream that the caller opens and closes."""

    def __init__(self, stream: BinaryIO, run: Mapping[str, str], keyframe: Keyframe) -> None:
        facts = {"format": FORMAT, "partition": keyframe.partition, **dict(sorted(run.items()))}
        self._file = Container(stream, OUTPUTS, facts)
        self._partition = keyframe.partition
        packed = zstandard.compress(msgspec.json.encode(keyframe))
        self._file.attach(KEYFRAME, _ZSTD, packed, keyframe.time)
        self._channel = self._file.channel(f"{keyframe.partition}/outputs", pages.SCHEMA)
        self._alerts: dict[str, bytes] = {}
        self._first = self.time = keyframe.time
        self.pages = 0

    def write(self, page: Page) -> None:
        """Append a commit."""
        self.time = max(self.time, page.time)
        body = pages.encode(self._partition, page)
        self._file.write(
            self._channel, self.time, body, published=self.time * NS, sequence=page.offset
        )
        self.pages += 1
        for emitted in page.outputs:
            if isinstance(emitted.output, Incident):
                self._alerts[emitted.output.id] = emitted.output.json

    def flush(self) -> None:
        """Close the chunk in progress and hand it to the operating system."""
        self._file.flush()

    def finish(self) -> None:
        """Write the alerts that changed, the counts, the indexes and the end."""
        self._file.flush()
        changed = {name: Raw(alert) for name, alert in self._alerts.items()}
        self._file.attach(ALERTS, _JSON, msgspec.json.encode(changed), self.time)
        counts = {"pages": str(self.pages), "first": text(self._first), "last": text(self.time)}
        self._file.finish(counts)


class OutputReader:
    """Reads one file, also while it grows: `pages` ends where the file ends for now.

    NotARecording or Damaged where it is not what it should be; ``whole`` once its end was read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.whole = False
        self._file = path.open("rb")
        try:
            self.keyframe = self._start()
        except BaseException:
            self.close()
            raise
        self._at = self._file.tell()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def pages(self) -> Iterator[Page]:
        """Yield the commits that follow those that were yielded before."""
        self._file.seek(self._at)
        try:
            for record in following(self.path, self._file):
                # A chunk is taken as a whole: who stops within it gets the rest of it never.
                self._at = self._file.tell()
                if record.opcode == Opcode.CHUNK:
                    yield from _pages(self.path, record)
        except Truncated as error:
            self._at = error.offset
            return
        self.whole = True

    def _start(self) -> Keyframe:
        known = False
        try:
            for record in records(self.path, self._file):
                if record.opcode == Opcode.METADATA:
                    known = _facts(self.path, record).get("format") == FORMAT or known
                elif record.opcode == Opcode.ATTACHMENT and known:
                    return _screen(self.path, record)
                elif record.opcode != Opcode.HEADER:
                    break
        except Truncated as error:
            raise NotARecording(self.path, "it ends before its keyframe") from error
        raise NotARecording(self.path, "it is not a file of what the hub put out")


def read_alerts(path: Path) -> dict[str, bytes]:
    """Return the alerts that changed within a file, each as it stood last: JSON by id."""
    changed: dict[str, bytes] = {}
    with path.open("rb") as file:
        try:
            for record in records(path, file, peek=True):
                if record.opcode == Opcode.ATTACHMENT:
                    attachment = attachment_of(path, record)
                    if attachment.name == ALERTS:
                        return _alerts(path, record, attachment.data)
        except Truncated:
            pass  # it still grows, or was cut: its commits tell
    reader = OutputReader(path)
    try:
        for page in reader.pages():
            for emitted in page.outputs:
                if isinstance(emitted.output, Incident):
                    changed[emitted.output.id] = emitted.output.json
    finally:
        reader.close()
    return changed


def last_time(path: Path) -> Instant:
    """Return the log time of the last commit that is read whole, else of the keyframe; 0: none."""
    last = 0
    with path.open("rb") as file:
        try:
            for record in records(path, file, peek=True):
                if record.opcode == Opcode.ATTACHMENT and not last:
                    last = attachment_of(path, record).log_time // NS
                elif record.opcode == Opcode.CHUNK:
                    last = max(last, record.span()[1] // NS)
        except Truncated:
            pass  # it still grows
    return last


def _pages(path: Path, record: Record) -> Iterable[Page]:
    for nanoseconds, body in messages(path, record):
        try:
            yield pages.decode(body, nanoseconds // NS)
        except ValueError as error:
            raise Damaged(path, record.offset, str(error)) from error


def _facts(path: Path, record: Record) -> dict[str, str]:
    try:
        metadata = Metadata.read(record.stream())
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error
    return dict(metadata.metadata) if metadata.name == OUTPUTS else {}


def _screen(path: Path, record: Record) -> Keyframe:
    attachment = attachment_of(path, record)
    try:
        size = zstandard.frame_content_size(attachment.data)
        if attachment.name != KEYFRAME or not 0 <= size <= RECORD_BYTES:
            raise Damaged(path, record.offset, f"a keyframe of {size} bytes")
        return _keyframe(zstandard.decompress(attachment.data))
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error


def _alerts(path: Path, record: Record, data: bytes) -> dict[str, bytes]:
    try:
        found = msgspec.json.decode(data, type=dict[str, Raw])
    except msgspec.DecodeError as error:
        raise Damaged(path, record.offset, str(error)) from error
    return {name: bytes(raw) for name, raw in found.items()}
