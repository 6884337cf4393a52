"""One gateway's MQTT connection: paho driven by the event loop, back after every loss.

Nothing is published beyond a bound of unacknowledged messages; paho keeps those and sends them
again after a reconnect (persistent session, fixed client id).
"""

import asyncio
import random
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import structlog
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.model.instant import Instant
from sensors.city.message import Message
from sensors.client import make_client
from sensors.ledger import Entry, Ledger
from sensors.options import Broker

MOST_PENDING = 500
"""Unacknowledged messages per connection: some 200 kB, and far below the 65,535 packet ids."""
FIRST_WAIT = 0.25
LONGEST_WAIT = 2.0
"""Seconds between attempts to connect: back within 3 s of the broker (R1, R3)."""

log = structlog.get_logger()


@dataclass
class Counts:
    """What became of the readings, connections and commands of all links together."""

    sent: int = 0
    acknowledged: int = 0
    resent: int = 0
    refused: int = 0
    skipped: int = 0
    losses: int = 0
    failures: int = 0
    commands: int = 0
    commands_bad: int = 0
    commands_dropped: int = 0
    answers: int = 0


@dataclass(frozen=True)
class _Sent:
    message: Message
    published: Instant


def real_now() -> Instant:
    """Return the real time."""
    return time.time_ns() // 1_000


class Speaker(Protocol):
    """Whose connection a link is: a gateway, or a guest without a status of its own."""

    @property
    def id(self) -> str:
        """Its name; the client id ends with it."""

    @property
    def status_topic(self) -> str:
        """Where its will goes; empty where it has none, then its session does not last."""


class Link:
    """The connection of one gateway.

    ``heard`` gets (gateway, topic, payload) of what arrives on ``filters``. ``greeting`` gives what
    to say first, once ``begun`` is set; its flag tells whether the broker forgot the session.
    """

    def __init__(
        self,
        gateway: Speaker,
        broker: Broker,
        *,
        protocol: str,
        client_id: str,
        filters: list[str],
        heard: Callable[[str, str, bytes], None],
        greeting: Callable[[str, bool], Iterable[Message]],
        begun: asyncio.Event,
        counts: Counts,
        ledger: Ledger,
    ) -> None:
        self.gateway = gateway
        self.subscribed = asyncio.Event()
        self.introduced = asyncio.Event()
        self._begun = begun
        self._handed: dict[int, _Sent] = {}
        self._outbox: deque[Message] = deque()
        self._ready = False
        self._filters = filters
        self._heard = heard
        self._greeting = greeting
        self._counts = counts
        self._ledger = ledger
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._turned = asyncio.Event()
        self._moved = asyncio.Event()
        self._fresh = True
        self._closing = False
        stays = bool(gateway.status_topic)
        name = f"{client_id}-{gateway.id}"
        self._client = make_client(broker, protocol, name, lasting=stays)
        if stays:
            self._client.will_set(gateway.status_topic, b"offline", 1, retain=True)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message

    @property
    def connected(self) -> bool:
        """Whether the broker has greeted us and the connection stands."""
        return self._connected.is_set() and not self._lost.is_set()

    @property
    def full(self) -> bool:
        """Whether nothing more may be published before something is acknowledged."""
        return self._held() >= MOST_PENDING

    @property
    def pending(self) -> int:
        """Readings that were published but not acknowledged."""
        handed = sum(1 for sent in self._handed.values() if sent.message.id)
        return handed + sum(1 for message in self._outbox if message.id)

    def publish(self, message: Message) -> None:
        """Publish with QoS 1, or as soon as the connection stands.

        Not before: paho would put it ahead of what it has to send again, and break the order.
        """
        if message.id:
            self._counts.sent += 1
        if self._ready and self.connected:
            self._hand(message)
        else:
            self._outbox.append(message)

    async def room(self) -> None:
        """Wait until one more message may be published."""
        await self._settled(MOST_PENDING - 1)

    async def drained(self) -> None:
        """Wait until everything is acknowledged."""
        await self._settled(0)

    async def run(self) -> None:
        """Keep the connection up until cancelled."""
        wait = FIRST_WAIT
        while True:
            if await self._connect():
                wait = FIRST_WAIT
                await self._introduce()
                await self._watched(self._lost)
                self._ready = False
                if self._closing:
                    return
                self._counts.losses += 1
                log.warning("connection lost", gateway=self.gateway.id, pending=self.pending)
            await asyncio.sleep(wait * random.uniform(0.75, 1.25))  # noqa: S311 only spreads load
            wait = min(wait * 2, LONGEST_WAIT)

    async def close(self) -> None:
        """Say goodbye, so that the broker does not publish the will, and wait for the close."""
        self._closing = True
        if self.connected:
            self._client.disconnect()
            await self._lost.wait()

    async def _connect(self) -> bool:
        for event in (self._connected, self._lost, self._turned):
            event.clear()
        try:
            await asyncio.to_thread(self._client.reconnect)
        except OSError as error:
            self._counts.failures += 1
            log.debug("no broker", gateway=self.gateway.id, error=str(error))
            return False
        await self._watched(self._turned)
        return self.connected

    async def _introduce(self) -> None:
        """Subscribe, then say who is here, once the city's time is known."""
        self._client.subscribe([(name, 1) for name in self._filters])
        self.subscribed.set()
        await self._watched(self._begun)
        for message in self._greeting(self.gateway.id, self._fresh):
            while self.full and self.connected:
                self._moved.clear()
                await self._watched(self._moved)
            if not self.connected:
                return
            self._hand(message)
        while self._outbox:
            self._hand(self._outbox.popleft())
        self._ready = True
        self.introduced.set()

    async def _watched(self, event: asyncio.Event) -> None:
        """Wait for an event while paho minds its keepalive."""
        while not event.is_set():
            try:
                async with asyncio.timeout(1):
                    await event.wait()
            except TimeoutError:
                self._client.loop_misc()

    def _hand(self, message: Message) -> None:
        info = self._client.publish(message.topic, message.payload, 1, message.retain)
        if info.rc not in (MQTTErrorCode.MQTT_ERR_SUCCESS, MQTTErrorCode.MQTT_ERR_NO_CONN):
            raise OSError(f"{message.topic}: {info.rc.name}")
        self._handed[info.mid] = _Sent(message, real_now())

    def _held(self) -> int:
        return len(self._handed) + len(self._outbox)

    async def _settled(self, most: int) -> None:
        while self._held() > most:
            self._moved.clear()
            await self._moved.wait()

    def _on_connect(
        self, _client: Client, _userdata: object, flags: ConnectFlags, reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        if reason.is_failure:
            log.error("broker refuses", gateway=self.gateway.id, reason=str(reason))
            return
        self._fresh = not flags.session_present
        self._counts.resent += sum(1 for sent in self._handed.values() if sent.message.id)
        self._connected.set()
        self._turned.set()

    def _on_disconnect(
        self, _client: Client, _userdata: object, _flags: DisconnectFlags, _reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        self._lost.set()
        self._turned.set()
        self._moved.set()

    def _on_publish(
        self, _client: Client, _userdata: object, mid: int, reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:  # fmt: skip
        sent = self._handed.pop(mid, None)
        self._moved.set()
        if sent is None or not sent.message.id:
            return
        if reason.is_failure:
            self._counts.refused += 1
            return
        self._counts.acknowledged += 1
        message = sent.message
        self._ledger.write(
            Entry(message.device, message.sequence, message.id, sent.published, real_now())
        )

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        self._heard(self.gateway.id, message.topic, bytes(message.payload))
