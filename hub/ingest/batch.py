"""Messages that wait for the log: a bounded inbox, and batches of events made from it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from hub.ingest.checks import derived_id
from hub.ingest.decode import decode
from hub.ingest.reasons import Reason
from hub.ingest.senml import RECORDS
from hub.log.vitals import Vitals
from hub.model.errors import BadMessage, BadTopic, Rejected
from hub.model.event import REJECTED, Event
from hub.model.letter import rejection
from hub.model.limits import BATCH_BYTES, BATCH_EVENTS, TOPIC_BYTES
from hub.mqtt.client import RECEIVE_MAXIMUM, Connection
from hub.mqtt.paho import Received

INBOX_MESSAGES = 2 * RECEIVE_MAXIMUM
"""Messages that wait for the log before the socket is read no more."""
INBOX_BYTES = 8 * 1024 * 1024
"""Bytes that do: two of the largest packets the broker lets through."""

_encode = msgspec.json.Encoder().encode


class Message(Struct):
    """One MQTT message and the connection that waits for its PUBACK."""

    connection: Connection
    said: Received

    def ack(self) -> None:
        """Acknowledge it, where the sender asked for that."""
        if self.said.qos:
            self.connection.ack(self.said.packet)


class Inbox:
    """A queue that stops its connection from reading while it is full."""

    def __init__(self) -> None:
        self._waiting: deque[Message] = deque()
        self._bytes = 0
        self._paused: Connection | None = None
        self.filled = asyncio.Event()
        """Set while there is something to do."""

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, what: Message) -> None:
        """Add a message; when the inbox is full now, its connection pauses."""
        self._waiting.append(what)
        self._bytes += len(what.said.payload)
        self.filled.set()
        if self._full(1):
            what.connection.pause()
            self._paused = what.connection

    def pop(self) -> Message:
        """Take the oldest message; when half is free again, the connection reads on."""
        what = self._waiting.popleft()
        self._bytes -= len(what.said.payload)
        if self._paused is not None and not self._full(2):
            self._paused.resume()
            self._paused = None
        return what

    def shut(self) -> None:
        """Let no connection read on any more: the hub stops."""
        self._paused = None

    def _full(self, part: int) -> bool:
        messages = len(self._waiting) * part >= INBOX_MESSAGES
        return messages or self._bytes * part >= INBOX_BYTES


@dataclass
class Batch:
    """Events to append, and the messages to acknowledge once they are."""

    events: list[Event] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    bytes: int = 0

    def ack(self) -> None:
        """Acknowledge every message of the batch."""
        for what in self.messages:
            what.ack()


def take(inbox: Inbox, mine: Callable[[str], bool], vitals: Vitals) -> Batch:
    """Decode waiting messages into a batch within the limits.

    ``mine`` tells whether this partition takes a topic; what another one takes is acknowledged
    here and appended there.
    """
    batch = Batch()
    # A pack brings at most RECORDS events, so that no batch exceeds its limit.
    while len(inbox) and len(batch.events) <= BATCH_EVENTS - RECORDS and batch.bytes < BATCH_BYTES:
        what = inbox.pop()
        batch.messages.append(what)
        topic = what.said.topic.decode("utf-8", "backslashreplace")
        if not mine(topic):
            continue
        vitals.count("received")
        events = _events(topic, what.said, vitals)
        batch.events += events
        batch.bytes += sum(len(event.data) for event in events)
    return batch


def _events(topic: str, said: Received, vitals: Vitals) -> list[Event]:
    try:
        _check_frame(said)
        events = decode(topic, said.payload, said.properties, said.content_type)
    except Rejected as error:
        vitals.count(f"rejected|reason={error.reason}")
        return [_letter(topic, said.payload, error)]
    if not events:
        vitals.count("ignored")
    return events


def _check_frame(said: Received) -> None:
    """Raise Rejected for what MQTT itself should not have let through."""
    try:
        said.topic.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"byte {error.start} of the topic is not UTF-8"
        raise BadTopic(Reason.TOPIC_NOT_UTF8, detail) from None
    if said.fault:
        raise BadMessage(Reason.BAD_PROPERTIES, said.fault)


def _letter(topic: str, payload: bytes, error: Rejected) -> Event:
    data = _encode(rejection(topic[:TOPIC_BYTES], payload, error.reason, error.detail))
    return Event(derived_id(topic, payload), "/hub/ingest", REJECTED, data)
