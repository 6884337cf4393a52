"""The inbox is bounded, and a batch keeps within the limits of the log."""

from hub.ingest.batch import INBOX_BYTES, INBOX_MESSAGES, Inbox, Message, take
from hub.log.vitals import Vitals
from hub.model.limits import BATCH_EVENTS
from hub.mqtt.client import Connection
from hub.mqtt.paho import Received
from tests.hub.ingest.samples import TOPIC, reading


class Socket(Connection):
    """A connection without a socket, that knows whether it reads and what was acknowledged."""

    def __init__(self) -> None:
        self.reading = True
        self.acked: list[int] = []

    def pause(self) -> None:
        """Stop reading."""
        self.reading = False

    def resume(self) -> None:
        """Read on."""
        self.reading = True

    def ack(self, packet: int) -> None:
        """Note an acknowledgement."""
        self.acked.append(packet)


def filled(count: int, payload: bytes, connection: Connection) -> Inbox:
    """Return an inbox with messages on one topic."""
    inbox = Inbox()
    for packet in range(1, count + 1):
        inbox.put(Message(connection, Received(TOPIC.encode(), payload, packet, qos=1)))
    return inbox


def test_a_full_inbox_stops_the_reading_until_half_is_free() -> None:
    """By count or by bytes: a slow log fills the broker's queue, not this process."""
    for count, payload in ((INBOX_MESSAGES, b"x"), (8, b"x" * (INBOX_BYTES // 8))):
        connection = Socket()
        inbox = filled(count - 1, payload, connection)
        assert connection.reading
        inbox.put(Message(connection, Received(b"x", payload)))
        seen = [connection.reading]
        while len(inbox):
            inbox.pop()
            seen.append(connection.reading)
        half = count // 2
        assert seen == [False] * (half + 1) + [True] * half, f"of {count}"


def test_a_batch_never_exceeds_the_limit_of_events() -> None:
    """Not even with packs of many readings; what is left waits."""
    pack = b'[{"bn":"x:","bt":1.7e9},' + b",".join([b'{"n":"a","v":1}'] * 250) + b"]"
    connection = Socket()
    inbox = filled(20, pack, connection)
    vitals = Vitals("test")
    batch = take(inbox, lambda _: True, vitals)
    assert 0 < len(batch.events) <= BATCH_EVENTS
    assert len(batch.messages) + len(inbox) == 20
    batch.ack()
    assert connection.acked == [message.said.packet for message in batch.messages]


def test_counters_add_up() -> None:
    """Each message is appended, rejected with a reason, ignored, or another partition's."""
    connection, vitals, inbox = Socket(), Vitals("test"), Inbox()
    for topic, payload in (
        (TOPIC, reading()),
        (TOPIC, b"x"),
        ("city/210103/parking/sign-03/$cmd/guide", b"{}"),
        ("city/210106/parking/lot-1/occupancy", b"x"),
    ):
        inbox.put(Message(connection, Received(topic.encode(), payload, 1, qos=1)))
    batch = take(inbox, lambda topic: "/210106/" not in topic, vitals)
    assert vitals.counters == {"received": 3, "rejected|reason=not-json": 1, "ignored": 1}
    assert len(batch.events) == 2
    assert len(batch.messages) == 4, "all are acknowledged here"
