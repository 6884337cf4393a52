"""MCAP files of other tools as feeds: each message in JSON is a record.

Chunks packed with zstd, and messages outside of chunks. A record has `topic`, `log_time` and
`publish_time` in Unix seconds, and `payload`.
"""

import struct

import msgspec
from mcap.opcode import Opcode
from mcap.records import Channel

from hub.archive.errors import BadFeed, BadRecording
from hub.archive.feed import BadRow
from hub.archive.framing import UNREADABLE, Record, contents, records
from hub.archive.import_records import RecordFeed, Records

_MESSAGE = struct.Struct("<HIQQ")
_NS = 1_000_000_000


def mcap(feed: RecordFeed) -> Records:
    """Read the messages of an MCAP file; BadFeed when it cannot be read on."""
    feed.source.drain()
    channels: dict[int, Channel] = {}
    number = 0
    try:
        with feed.path.open("rb") as file:
            for record in records(feed.path, file):
                inner = (
                    contents(feed.path, record)
                    if record.opcode == Opcode.CHUNK
                    else iter([(record.opcode, record.body)])
                )
                for opcode, body in inner:
                    if opcode == Opcode.CHANNEL:
                        channel = Channel.read(Record(opcode, record.offset, body).stream())
                        channels[channel.id] = channel
                    elif opcode == Opcode.MESSAGE:
                        number += 1
                        yield _message(number, body, channels)
    except (BadRecording, *UNREADABLE) as error:
        raise BadFeed(feed.path, str(error), "`cityhub recover` mends a recording") from error


def _message(
    number: int, body: bytes, channels: dict[int, Channel]
) -> tuple[int, dict[str, object]] | BadRow:
    channel_id, _, log_time, publish_time = _MESSAGE.unpack_from(body)
    channel = channels.get(channel_id)
    if channel is None or channel.message_encoding != "json":
        found = "of no channel" if channel is None else f"in {channel.message_encoding!r}"
        return BadRow(number, "not-json", f"a message {found[:80]}, JSON is expected")
    try:
        payload = msgspec.json.decode(body[_MESSAGE.size :])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return BadRow(number, "not-json", str(error)[:200])
    return number, {
        "topic": channel.topic,
        "log_time": _seconds(log_time),
        "publish_time": _seconds(publish_time),
        "payload": payload,
    }


def _seconds(nanoseconds: int) -> str:
    """Return Unix seconds as text: a float has too few digits."""
    return f"{nanoseconds // _NS}.{nanoseconds % _NS:09d}"
