"""The outer records of an MCAP file, read with bounds.

The `mcap` library parses each record; the walk over them is here, because the library's reader
trusts every length in the file: a damaged one makes it allocate gigabytes, and a cut file cannot
be told from a damaged one.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Attachment, Chunk
from mcap.writer import MCAP0_MAGIC

from hub.archive.errors import Damaged, NotARecording, Truncated

RECORD_BYTES = 64 * 1024 * 1024
"""Largest record taken: 500 chunks' worth, and above the retained state of 150,000 devices."""

UNREADABLE = (McapError, ValueError, OverflowError, struct.error, zstandard.ZstdError)
"""What `mcap` and its helpers raise on a record that is not what it says it is."""

_PREFIX = struct.Struct("<BQ")
_MESSAGE = struct.Struct("<HIQQ")
_SPAN = struct.Struct("<QQ")
_LARGE = frozenset({Opcode.CHUNK, Opcode.MESSAGE_INDEX})


class Record:
    """One record: ``opcode``, the ``offset`` at which it begins, and its ``body``."""

    __slots__ = ("body", "offset", "opcode")

    def __init__(self, opcode: int, offset: int, body: bytes) -> None:
        self.opcode = opcode
        self.offset = offset
        self.body = body

    def stream(self) -> ReadDataStream:
        """Return the body as what `mcap.records` parses."""
        return ReadDataStream(BytesIO(self.body))

    def span(self) -> tuple[int, int]:
        """Return the first and the last log time in a chunk, in ns."""
        return cast("tuple[int, int]", _SPAN.unpack_from(self.body))


def records(path: Path, file: BinaryIO, *, peek: bool = False) -> Iterator[Record]:
    """Yield the outer records up to the footer; NotARecording, Truncated or Damaged.

    With ``peek`` of a chunk and its indexes only the first bytes are read: `Record.span`.
    """
    magic = file.read(len(MCAP0_MAGIC))
    if magic != MCAP0_MAGIC:
        raise NotARecording(path, "it is empty" if not magic else "it is no MCAP file")
    yield from following(path, file, peek=peek)


def following(path: Path, file: BinaryIO, *, peek: bool = False) -> Iterator[Record]:
    """Yield the records from where ``file`` stands. Truncated says where to go on later."""
    size = os.fstat(file.fileno()).st_size
    opcode = 0
    while opcode != Opcode.FOOTER:
        offset = file.tell()
        prefix = file.read(_PREFIX.size)
        if len(prefix) < _PREFIX.size:
            raise Truncated(path, offset)
        opcode, length = _PREFIX.unpack(prefix)
        if length > RECORD_BYTES:
            raise Damaged(path, offset, f"a record of {length} bytes is above {RECORD_BYTES}")
        if peek and opcode in _LARGE:
            body = file.read(min(length, _SPAN.size))
            if offset + _PREFIX.size + length > size:
                raise Truncated(path, offset)
            file.seek(offset + _PREFIX.size + length)
        else:
            body = file.read(length)
            if len(body) < length:
                raise Truncated(path, offset)
        yield Record(opcode, offset, body)
    if file.read(len(MCAP0_MAGIC)) != MCAP0_MAGIC:
        raise Truncated(path, file.tell())


def messages(path: Path, record: Record) -> Iterator[tuple[int, bytes]]:
    """Yield (log time in ns, data) of each message in a chunk; Damaged when it does not add up."""
    for opcode, body in contents(path, record):
        if opcode == Opcode.MESSAGE:
            try:
                _, _, log_time, _ = _MESSAGE.unpack_from(body)
            except struct.error as error:
                raise Damaged(path, record.offset, str(error)) from error
            yield log_time, body[_MESSAGE.size :]


def contents(path: Path, record: Record) -> Iterator[tuple[int, bytes]]:
    """Yield (opcode, body) of each record in a chunk; Damaged when it does not add up."""
    content = _content(path, record)
    at, end = 0, len(content)
    while at < end:
        try:
            opcode, length = _PREFIX.unpack_from(content, at)
        except struct.error as error:
            raise Damaged(path, record.offset, str(error)) from error
        start = at + _PREFIX.size
        at = start + length
        if at > end:
            raise Damaged(path, record.offset, "a message is longer than its chunk")
        yield opcode, content[start:at]


def attachment_of(path: Path, record: Record) -> Attachment:
    """Return the attachment of a record; Damaged when its checksum is wrong."""
    if zlib.crc32(record.body[:-4]) != int.from_bytes(record.body[-4:], "little"):
        raise Damaged(path, record.offset, "the checksum of an attachment is wrong")
    try:
        found: Attachment = Attachment.read(record.stream())
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error
    return found


def _content(path: Path, record: Record) -> bytes:
    try:
        chunk = Chunk.read(record.stream())
        if chunk.compression != "zstd":
            raise Damaged(path, record.offset, f"compression {chunk.compression!r} is not zstd")
        # A frame may promise any size: what is promised is what would be allocated.
        size = zstandard.frame_content_size(chunk.data)
        if not 0 <= size <= RECORD_BYTES or size != chunk.uncompressed_size:
            raise Damaged(path, record.offset, f"a chunk of {size} bytes")
        content = zstandard.decompress(chunk.data)
    except UNREADABLE as error:
        raise Damaged(path, record.offset, str(error)) from error
    if zlib.crc32(content) != chunk.uncompressed_crc:
        raise Damaged(path, record.offset, "the checksum of a chunk is wrong")
    return content
