"""One event as it stands in a recording: a CloudEvent 1.0 in JSON.

Beside the standard attributes it carries the extensions `sequence` (CloudEvents), `district`,
`flags` (words parted by spaces), `position` (`{partition}/{ordinal}`, the id it has everywhere in
the hub; MCAP's own sequence has only 32 bits) and, in retained state, `logtime`.
"""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta, Raw, Struct
from msgspec.structs import replace

from hub.archive.errors import NotRecordable
from hub.model.event import Event, Logged, Position
from hub.model.instant import Instant, from_datetime, to_datetime

SPEC_VERSION = "1.0"

_Moment = Annotated[datetime, Meta(tz=True)]
_ABSENT = Raw()
"""msgspec leaves a Raw out when it is the very default object, not an equal one."""


class Message(Struct, frozen=True, omit_defaults=True, gc=False):
    """The JSON object. ``data`` is empty when the bytes are no JSON and stand in base64."""

    specversion: str
    id: str
    source: str
    type: str
    time: _Moment | None = None
    subject: str = ""
    sequence: str = ""
    district: str = ""
    flags: str = ""
    position: str = ""
    logtime: _Moment | None = None
    exercise: bool = False
    """Only on the wire; in a recording it is one of the flags."""
    unixmicros: str = ""
    """The event's time where it lies outside the calendar of RFC 3339 (years 1 to 9999)."""
    data: Raw = _ABSENT
    data_base64: bytes | None = None


class _Probe(Struct):
    data: Raw


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Message)
_PROBE = msgspec.json.Decoder(_Probe)


def encode(logged: Logged, *, retained: bool = False) -> bytes:
    """Return the message of a logged event; ``retained`` also writes the log time into it.

    NotRecordable when a flag is not a word.
    """
    message = of_event(logged.event, str(logged.position))
    if retained:
        message = replace(message, logtime=to_datetime(logged.time))
    return _ENCODER.encode(message)


def payload(event: Event) -> bytes:
    """Return the CloudEvent that a device would send for this event: no extension of the hub's.

    But `exercise`, which a device may say of itself.
    """
    plain = of_event(replace(event, district="", flags=()), "")
    return _ENCODER.encode(replace(plain, exercise=event.exercise))


def of_event(event: Event, position: str) -> Message:
    """Return the message of an event, its data as JSON where that gives back the same bytes."""
    for flag in event.flags:
        if len(flag.split()) != 1 or flag.strip() != flag:
            raise NotRecordable(f"{flag!r} is no flag: flags are words without spaces")
    time, unixmicros = _moment(event.time)
    plain = embeddable(event.data)
    return Message(
        specversion=SPEC_VERSION,
        id=event.id,
        source=event.source,
        type=event.type,
        time=time,
        subject=event.subject,
        sequence=event.sequence,
        district=event.district,
        flags=" ".join(event.flags),
        position=position,
        unixmicros=unixmicros,
        data=Raw(event.data) if plain else _ABSENT,
        data_base64=None if plain else event.data,
    )


def embeddable(data: bytes) -> bool:
    """Tell whether the bytes are JSON that, put into an object, comes out as the same bytes."""
    try:
        if not data.isascii():
            data.decode("utf-8")
        return bytes(_PROBE.decode(b'{"data":' + data + b"}").data) == data
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def decode(body: bytes, log_time: Instant | None = None) -> Logged:
    """Return the logged event of a message; ``log_time`` unless the message has its own.

    ValueError when it is not a message of a recording.
    """
    try:
        message = _DECODER.decode(body)
    except RecursionError:
        raise ValueError("a message is nested too deeply") from None
    partition, _, ordinal = message.position.rpartition("/")
    if log_time is None:
        if message.logtime is None:
            raise ValueError("a retained message has no logtime")
        log_time = from_datetime(message.logtime)
    return Logged(Position(partition, int(ordinal)), log_time, _event(message))


def _event(message: Message) -> Event:
    time = None if message.time is None else from_datetime(message.time)
    if message.unixmicros:
        time = int(message.unixmicros)
    data = message.data_base64
    return Event(
        id=message.id,
        source=message.source,
        type=message.type,
        data=bytes(message.data) if data is None else data,
        time=time,
        district=message.district,
        sequence=message.sequence,
        subject=message.subject,
        flags=tuple(message.flags.split()) if message.flags else (),
    )


def _moment(time: Instant | None) -> tuple[datetime | None, str]:
    if time is None:
        return None, ""
    try:
        return to_datetime(time), ""
    except OverflowError:
        return None, str(time)
