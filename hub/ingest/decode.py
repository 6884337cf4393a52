"""From an MQTT message to events: CloudEvents, SenML, bare JSON, cards, statuses, answers. Pure.

`decode` raises nothing but `hub.model.errors.Rejected`, whatever the bytes.
"""

from collections.abc import Mapping

import msgspec
from msgspec import Raw, Struct

from hub.ingest import senml
from hub.ingest.adapters import ADAPTERS, Adapter
from hub.ingest.checks import (
    PARSE_ERRORS,
    as_name,
    as_object,
    as_sequence,
    as_time,
    check_bytes,
    check_size,
    derived_id,
    refused,
)
from hub.ingest.reasons import Reason
from hub.model import event, topic
from hub.model.command import Ack
from hub.model.device import Card
from hub.model.errors import BadMessage
from hub.model.event import Event
from hub.model.instant import DAY, SECOND
from hub.model.limits import SAID_CHARACTERS
from hub.model.topic import Kind, Topic

SPECVERSION = "1.0"
LONGEST_PERIOD = 366 * DAY // SECOND
"""Seconds; a device that reports less than yearly is not periodic, and larger numbers overflow."""
LARGEST_ATTRIBUTE = 2**53
"""Integers of a card above this are not exact in a browser and do not fit msgpack."""

Adapters = Mapping[tuple[str, str], Adapter]


class _Envelope(Struct):
    """CloudEvents 1.0, structured mode. Other extension attributes are tolerated.

    ``exercise`` marks what is played and not real; the hub carries it into all that follows.
    """

    specversion: str
    id: str
    source: str
    type: str
    data: Raw
    time: str | None = None
    sequence: str | None = None
    subject: str | None = None
    exercise: bool = False


_envelope = msgspec.json.Decoder(_Envelope).decode
_raw = msgspec.json.Decoder(Raw).decode
_card = msgspec.json.Decoder(Card | None).decode
_ack = msgspec.json.Decoder(Ack).decode
_encode = msgspec.json.Encoder().encode


def decode(
    name: str,
    payload: bytes,
    properties: Mapping[str, str],
    content_type: str | None,
    adapters: Adapters = ADAPTERS,
) -> list[Event]:
    """Return the events of one message on topic ``name``; raise Rejected when it holds none.

    ``properties`` are the MQTT 5 user properties. An empty list means that the message is known and
    of no concern: the hub's own commands, and a status that was cleared.
    """
    check_size(payload)
    where = topic.parse(name)
    match where.kind:
        case Kind.READING:
            return _reading(where, payload, properties, content_type, adapters)
        case Kind.CARD:
            card = _card_data(payload)
            said = _card(card)
            flags = (event.EXERCISE,) if said is not None and said.exercise else ()
            return [_hub_event(where, event.CARD, payload, card, flags)]
        case Kind.STATUS:
            return [_hub_event(where, event.STATUS, payload, _status(payload))] if payload else []
        case Kind.ACK:
            return [_hub_event(where, event.ACK, payload, _answer(where, payload))]
        case Kind.COMMAND:
            return []


def _reading(
    where: Topic,
    payload: bytes,
    properties: Mapping[str, str],
    content_type: str | None,
    adapters: Adapters,
) -> list[Event]:
    check_bytes(payload)
    media = (content_type or "").partition(";")[0].strip().lower()
    if media == senml.MEDIA_TYPE or payload.lstrip()[:1] == b"[":
        return senml.decode(where, payload)
    if "id" in properties or "specversion" in properties:
        return [_binary(where, payload, properties)]
    try:
        return [_checked(where, _envelope(payload))]
    except PARSE_ERRORS as error:
        rejected = refused(error)
    adapter = adapters.get((where.domain, where.name))
    # A message that calls itself a CloudEvent is held to be one.
    if adapter is None or rejected.reason == Reason.NOT_JSON or b'"specversion"' in payload:
        raise rejected
    return [_adapted(where, payload, adapter)]


def _binary(where: Topic, payload: bytes, properties: Mapping[str, str]) -> Event:
    """CloudEvents binary mode: the attributes are MQTT 5 user properties, the payload is `data`."""
    for name in ("id", "source", "type"):
        if name not in properties:
            raise BadMessage(Reason.MISSING_FIELD, f"user property {name} is missing")
    try:
        data = _raw(payload)
    except PARSE_ERRORS as error:
        raise refused(error) from None
    envelope = _Envelope(
        properties.get("specversion", SPECVERSION),
        properties["id"],
        properties["source"],
        properties["type"],
        data,
        properties.get("time"),
        properties.get("sequence"),
        properties.get("subject"),
        properties.get("exercise") == "true",
    )
    return _checked(where, envelope)


def _checked(where: Topic, said: _Envelope) -> Event:
    if said.specversion != SPECVERSION:
        detail = f"specversion {said.specversion[:20]!r}, expected {SPECVERSION!r}"
        raise BadMessage(Reason.UNKNOWN_VERSION, detail)
    for what, found, expected in (
        ("source", said.source, where.source),
        ("type", said.type, where.type),
    ):
        if found != expected:
            detail = f"{what} {found[:80]!r}, the topic says {expected!r}"
            raise BadMessage(Reason.TOPIC_MISMATCH, detail)
    return Event(
        as_name(said.id, "id"),
        where.source,
        where.type,
        as_object(said.data),
        as_time(said.time),
        where.district,
        as_sequence(said.sequence),
        as_name(said.subject, "subject") if said.subject else "",
        (event.EXERCISE,) if said.exercise else (),
    )


def _adapted(where: Topic, payload: bytes, adapter: Adapter) -> Event:
    try:
        bare = adapter(payload)
    except PARSE_ERRORS as error:
        raise refused(error) from None
    unique = derived_id(str(where), str(bare.time), bare.data)
    return Event(unique, where.source, where.type, bare.data, bare.time, where.district)


def _hub_event(
    where: Topic, kind: str, payload: bytes, data: bytes, flags: tuple[str, ...] = ()
) -> Event:
    unique = derived_id(str(where), payload)
    return Event(unique, where.source, kind, data, district=where.district, flags=flags)


def _card_data(payload: bytes) -> bytes:
    """Return the canonical card; `null` for the empty payload that removes a retained one."""
    if not payload:
        return b"null"
    check_bytes(payload)
    try:
        card = _card(payload)
    except PARSE_ERRORS as error:
        raise BadMessage(_card_reason(error), str(error)[:200]) from None
    if card is None:
        raise BadMessage(Reason.BAD_CARD, "null; an empty message removes a card")
    if card.reporting.period is not None and card.reporting.period > LONGEST_PERIOD:
        raise BadMessage(Reason.BAD_CARD, f"a period above {LONGEST_PERIOD} seconds")
    if card.via and not topic.DEVICE.fullmatch(card.via):
        raise BadMessage(Reason.BAD_CARD, f"via {card.via[:80]!r} is no device name")
    for name, value in card.attributes.items():
        if isinstance(value, int) and abs(value) > LARGEST_ATTRIBUTE:
            raise BadMessage(Reason.BAD_CARD, f"attribute {name[:40]!r} is above 2^53")
    return _encode(card)


def _card_reason(error: Exception) -> Reason:
    return Reason.BAD_CARD if isinstance(error, msgspec.ValidationError) else Reason.NOT_JSON


def _status(payload: bytes) -> bytes:
    if payload not in (b"online", b"offline"):
        raise BadMessage(Reason.BAD_STATUS, f"{payload[:40]!r}, expected online or offline")
    return b'"' + payload + b'"'


def _answer(where: Topic, payload: bytes) -> bytes:
    check_bytes(payload)
    try:
        answer = _ack(payload)
    except PARSE_ERRORS as error:
        rejected = refused(error)
        malformed = rejected.reason == Reason.NOT_JSON
        reason = Reason.NOT_JSON if malformed else Reason.BAD_ACK
        raise BadMessage(reason, rejected.detail) from None
    if answer.id != where.name:
        detail = f"id {answer.id[:80]!r}, the topic says {where.name!r}"
        raise BadMessage(Reason.TOPIC_MISMATCH, detail)
    return _encode(Ack(answer.id, answer.ok, answer.detail[:SAID_CHARACTERS]))
