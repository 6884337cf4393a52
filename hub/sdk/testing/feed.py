"""What a test gives to the city: readings by topic, cards, derived events, whole feeds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from hub.model.device import Card
from hub.model.errors import BadTopic
from hub.model.event import ACK, CARD, STATUS, Event
from hub.model.instant import SECOND, Instant, parse
from hub.model.topic import Kind, Topic
from hub.model.topic import parse as parse_topic
from hub.sdk.testing.errors import KitError

_TYPES = {Kind.CARD: CARD, Kind.STATUS: STATUS, Kind.ACK: ACK}


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a feed.

    ``topic`` is that of MQTT, or the type of a derived event of another scenario, which is then
    about ``subject``. ``time`` is log time: seconds after the start, or RFC 3339. ``said`` is the
    device's own word on time, in the same way.
    """

    topic: str
    payload: Any
    time: float | str
    said: float | str | None = None
    subject: str = ""


def instant(time: float | str, start: Instant) -> Instant:
    """Return the instant of a time: seconds after the start, or RFC 3339."""
    return parse(time) if isinstance(time, str) else start + round(time * SECOND)


def topic_of(text: str) -> Topic:
    """Return the parsed topic, or raise KitError with what is wrong."""
    try:
        return parse_topic(text)
    except BadTopic as error:
        raise KitError(f"{text!r} is no topic: {error}") from error


def event_of(topic: Topic, data: object, id_: str, **more: Any) -> Event:
    """Return the event that ingest would make of a message on a topic."""
    if topic.kind is Kind.COMMAND:
        raise KitError(f"{topic} is a command's topic: devices do not publish there")
    type_ = _TYPES.get(topic.kind, topic.type)
    return Event(
        id_, topic.source, type_, msgspec.json.encode(data), district=topic.district, **more
    )


def derived(type_: str, data: object, id_: str, **more: Any) -> Event:
    """Return an event as another scenario derives it."""
    scenario = type_.partition(".")[0]
    return Event(id_, f"/scenario/{scenario}", type_, msgspec.json.encode(data), **more)


def card(topic: Topic, value: Card | None, id_: str) -> Event:
    """Return the event of a device's card, None when it is withdrawn."""
    device = msgspec.structs.replace(topic, kind=Kind.CARD, name="")
    return event_of(device, value, id_)


def read(file: Path) -> Iterator[Line]:
    """Yield the lines of a feed (JSONL); a wrong one is named with file and line."""
    for number, raw in enumerate(file.read_bytes().splitlines(), start=1):
        if raw.strip():
            try:
                yield msgspec.json.decode(raw, type=Line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise KitError(f"{file}:{number} is no line of a feed: {error}") from error
