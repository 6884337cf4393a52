"""A publisher's connection to a broker: QoS 1, bounded in flight, the city clock followed."""

import ssl
import threading
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import msgspec
import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.archive.errors import ReplayFailed
from hub.model.instant import CityClock, parse
from hub.model.topic import CLOCK_TOPIC

IN_FLIGHT = 100
"""Most messages not yet acknowledged: fills the link, and bounds what a lost one can repeat."""

CONNECT_SECONDS = 10.0
"""How long the broker may take to accept, and to answer the subscription."""

CLOCK_SECONDS = 0.5
"""How long the retained city clock may take after the subscription; without one, city time is
real time."""

STALLED_SECONDS = 30.0
"""How long no acknowledgement may come, reconnecting included, before giving up."""

_Client = mqtt.Client


class _Clock(Struct, frozen=True):
    city: str
    real: str
    rate: float


class Link:
    """One connection, used from one thread; paho's own thread answers it.

    ReplayFailed when the broker is not there, refuses, or no longer acknowledges. paho connects
    again by itself and sends what was not acknowledged once more.
    """

    def __init__(self, url: str, client_id: str, stalled: float = STALLED_SECONDS) -> None:
        self.clock = CityClock()
        self.acknowledged = 0
        self.reconnects = -1
        self.bad_clocks = 0
        self._url = urlsplit(url)
        self._stalled = stalled
        self._published = 0
        self._refused = ""
        self._connected = threading.Event()
        self._subscribed = threading.Event()
        self._clock_known = threading.Event()
        self._free = threading.BoundedSemaphore(IN_FLIGHT)
        self._client = self._build(client_id)

    def __enter__(self) -> Self:
        host, port = self._url.hostname, self._url.port
        try:
            self._client.connect(host or "127.0.0.1", port or 1883)
        except OSError as error:
            raise ReplayFailed(f"no broker at {host}:{port}: {error}") from error
        self._client.loop_start()
        if not self._connected.wait(CONNECT_SECONDS) or self._refused:
            self._client.loop_stop()
            raise ReplayFailed(f"{host}:{port} refused: {self._refused or 'no answer'}")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def find_clock(self) -> bool:
        """Subscribe to the city clock; tell whether the broker has one."""
        self._client.subscribe(CLOCK_TOPIC, qos=1)
        if not self._subscribed.wait(CONNECT_SECONDS):
            raise ReplayFailed("the broker does not answer the subscription")
        return self._clock_known.wait(CLOCK_SECONDS)

    def publish(self, topic: str, payload: bytes, *, retain: bool) -> None:
        """Send one message, waiting while as many as allowed are not yet acknowledged."""
        if not self._free.acquire(timeout=self._stalled):
            raise ReplayFailed(f"no acknowledgement for {self._stalled:g} s")
        self._published += 1
        self._client.publish(topic, payload, qos=1, retain=retain)

    def drain(self) -> None:
        """Wait until everything is acknowledged."""
        for _ in range(IN_FLIGHT):
            if not self._free.acquire(timeout=self._stalled):
                lost = self._published - self.acknowledged
                raise ReplayFailed(f"{lost} messages not acknowledged for {self._stalled:g} s")
        self._free.release(IN_FLIGHT)

    def _build(self, client_id: str) -> _Client:
        client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id)
        # An exception in a callback would end paho's thread while the client seems connected.
        client.suppress_exceptions = True
        client.max_inflight_messages_set(IN_FLIGHT)
        if self._url.username:
            client.username_pw_set(unquote(self._url.username), unquote(self._url.password or ""))
        if self._url.scheme == "mqtts":
            client.tls_set_context(ssl.create_default_context())
        client.on_connect = self._on_connect
        client.on_subscribe = self._on_subscribe
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        return client

    def _on_connect(
        self,
        client: _Client,
        _data: Any,  # paho's signature
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refused = str(reason)
        else:
            self.reconnects += 1
            if self.reconnects:
                client.subscribe(CLOCK_TOPIC, qos=1)
        self._connected.set()

    def _on_subscribe(self, *_: object) -> None:
        self._subscribed.set()

    def _on_message(
        self,
        _client: _Client,
        _data: Any,  # paho's signature
        message: mqtt.MQTTMessage,
    ) -> None:
        try:
            said = msgspec.json.decode(message.payload, type=_Clock)
            self.clock = CityClock(parse(said.city), parse(said.real), said.rate)
            self._clock_known.set()
        except ValueError:
            self.bad_clocks += 1

    def _on_publish(
        self,
        _client: _Client,
        _data: Any,  # paho's signature
        _mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        self.acknowledged += 1
        self._free.release()
