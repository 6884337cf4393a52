"""One MQTT connection, from CONNECT to its end: paho driven by the event loop.

A connection is never used again. A message is acknowledged on the connection it came on, and that
is a no-op once that one is gone: packet ids mean something else on the next.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

import structlog
from paho.mqtt.client import ConnectFlags, DisconnectFlags
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from hub.mqtt.broker import Broker
from hub.mqtt.errors import Lost, Refused, Unreachable
from hub.mqtt.paho import Client, Received, properties

if TYPE_CHECKING:
    from paho.mqtt.client import Client as PahoClient
    from paho.mqtt.client import SocketLike

log = structlog.get_logger()

V5 = MQTTProtocolVersion.MQTTv5
V311 = MQTTProtocolVersion.MQTTv311

SESSION_SECONDS = 24 * 3600
"""How long the broker keeps what the hub has not fetched: a day, to mend a server (our default)."""
KEEPALIVE_SECONDS = 30
"""A link that is cut without a word is noticed within twice this."""
ANSWER_SECONDS = 5.0
"""How long to wait for a CONNACK."""
READ_PACKETS = 256
"""Packets read in one go before other tasks have their turn: some 10 ms."""
RECEIVE_MAXIMUM = 2_000
"""Unacknowledged messages an MQTT 5 broker may send: two commits, as in `hub.broker.limits`."""

OLD_BROKER = "Unsupported protocol version"
"""The reason of a broker that speaks only MQTT 3.1.1."""

_T = TypeVar("_T")


class Connection:
    """A connection that is being opened, is open, or was."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        version: MQTTProtocolVersion,
        receive: Callable[["Connection", Received], None],
    ) -> None:
        self.version = version
        self._loop = asyncio.get_running_loop()
        self.lost: asyncio.Future[str] = self._loop.create_future()
        """Set with the reason when the connection has ended."""
        self._receive = receive
        self._connack: asyncio.Future[ReasonCode] = self._loop.create_future()
        self._subacks: dict[int, asyncio.Future[list[ReasonCode]]] = {}
        self._pubacks: dict[int, asyncio.Future[ReasonCode]] = {}
        self._attached = self._reading = False
        self._packets = 0
        self._broker = broker
        # The callbacks are there before it connects: a kept session delivers after the CONNACK.
        self._paho = self._client(client_id)

    def _client(self, client_id: str) -> Client:
        paho = Client(client_id, self.version, self._on_message)
        if self._broker.user is not None:
            paho.username_pw_set(self._broker.user, self._broker.password)
        if self._broker.tls:
            paho.tls_set_context(ssl.create_default_context())
        paho.connect_timeout = ANSWER_SECONDS / 2
        paho.max_inflight_messages_set(RECEIVE_MAXIMUM)
        paho.on_connect = self._on_connect
        paho.on_subscribe = self._on_subscribe
        paho.on_publish = self._on_publish
        paho.on_disconnect = self._on_disconnect
        paho.on_socket_close = self._on_socket_close
        paho.on_socket_register_write = self._on_register_write
        paho.on_socket_unregister_write = self._on_unregister_write
        return paho

    @property
    def alive(self) -> bool:
        """Whether it is up, as far as is known."""
        return self._attached and not self.lost.done()

    async def open(self) -> None:
        """Connect and await the CONNACK, or raise Unreachable or Refused."""
        host, port = self._broker.host, self._broker.port
        if self.version == V5:
            connect = properties(PacketTypes.CONNECT)
            connect.SessionExpiryInterval = SESSION_SECONDS
            connect.ReceiveMaximum = RECEIVE_MAXIMUM
            self._paho.connect_async(
                host, port, KEEPALIVE_SECONDS, clean_start=False, properties=connect
            )
        else:
            self._paho.connect_async(host, port, KEEPALIVE_SECONDS)
        try:
            # Name look-up, TCP and TLS block. No callback of ours touches the loop from there.
            await asyncio.to_thread(self._paho.reconnect)
        except (OSError, ValueError) as error:
            raise Unreachable(str(error)) from error
        self._attach()
        await self._first(self._connack, ANSWER_SECONDS)
        if not self._connack.done():
            self.drop("no CONNACK")
            raise Unreachable("the connection was made but not answered", early=True)
        if (reason := self._connack.result()).is_failure:
            self.drop("refused")
            raise Refused(str(reason), version=str(reason) == OLD_BROKER)

    async def subscribe(self, filters: Sequence[str]) -> None:
        """Subscribe with QoS 1 and await the SUBACK, or raise Refused or Lost.

        A subscription that the session still has gets no retained messages again (MQTT 5).
        """
        options = SubscribeOptions(qos=1, retainHandling=1)
        if self.version == V5:
            result, mid = self._paho.subscribe([(name, options) for name in filters])
        else:
            result, mid = self._paho.subscribe([(name, 1) for name in filters])
        if result != MQTTErrorCode.MQTT_ERR_SUCCESS or mid is None:
            raise Lost(f"not connected ({result})")
        suback = self._subacks[mid] = self._loop.create_future()
        codes = await self._answer(suback)
        if refused := [str(code) for code in codes if code.is_failure]:
            raise Refused(f"subscription: {refused[0]}")

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish with QoS 1 and await the PUBACK, or raise Refused or Lost."""
        if not self.alive:
            raise Lost("not connected")
        info = self._paho.publish(topic, payload, 1, retain)
        puback = self._pubacks[info.mid] = self._loop.create_future()
        reason = await self._answer(puback)
        if reason.is_failure:
            raise Refused(f"publication: {reason}")

    async def _answer(self, future: "asyncio.Future[_T]") -> _T:
        await self._first(future)
        if not future.done():
            raise Lost(self.lost.result())
        return future.result()

    async def _first(self, future: "asyncio.Future[_T]", seconds: float | None = None) -> None:
        """Wait for an answer or the end of the connection."""
        waiting: list[asyncio.Future[_T] | asyncio.Future[str]] = [future, self.lost]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    def ack(self, packet: int) -> None:
        """Send the PUBACK of a message that came on this connection, if it is still up."""
        if self.alive:
            self._paho.ack(packet, 1)

    def pause(self) -> None:
        """Stop reading the socket: the kernel and then the broker hold what comes."""
        if self._reading:
            self._reading = False
            self._loop.remove_reader(self._socket())

    def resume(self) -> None:
        """Read the socket again."""
        if self.alive and not self._reading:
            self._reading = True
            self._loop.add_reader(self._socket(), self._readable)
            # What TLS has already decrypted makes no socket readable.
            self._loop.call_soon(self._readable)

    def beat(self) -> None:
        """Send a PINGREQ when it is due; to be called each second."""
        if self.alive:
            self._guarded(self._paho.loop_misc)

    async def close(self) -> None:
        """Send what is queued and a DISCONNECT. Never an UNSUBSCRIBE: the session must go on."""
        if self.alive:
            self.pause()
            self._paho.disconnect()
            await asyncio.wait({self.lost}, timeout=1.0)
        self.drop("closed")

    def drop(self, reason: str) -> None:
        """End the connection without a word."""
        found = self._paho.socket()
        self._detach(found)
        if found is not None:
            found.close()
        self._end(reason)

    # paho's callbacks. All but `_on_register_write` run in the event loop's thread.

    def _on_message(self, message: Received) -> None:
        self._packets += 1
        self._receive(self, message)

    def _on_connect(
        self,
        _client: "PahoClient",
        _data: object,
        _flags: ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if not self._connack.done():
            self._connack.set_result(reason)

    def _on_subscribe(
        self,
        _client: "PahoClient",
        _data: object,
        mid: int,
        reasons: list[ReasonCode],
        _properties: Properties | None,
    ) -> None:
        if future := self._subacks.pop(mid, None):
            future.set_result(reasons)

    def _on_publish(
        self,
        _client: "PahoClient",
        _data: object,
        mid: int,
        reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        if future := self._pubacks.pop(mid, None):
            future.set_result(reason)

    def _on_disconnect(
        self,
        _client: "PahoClient",
        _data: object,
        _flags: DisconnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        self._end(str(reason))

    def _on_socket_close(self, _client: "PahoClient", _data: object, found: "SocketLike") -> None:
        self._detach(found)

    def _on_register_write(self, _client: "PahoClient", _data: object, found: "SocketLike") -> None:
        if self._attached:  # while connecting, another thread is here; `_attach` makes up for it
            self._loop.add_writer(found, self._writable)

    def _on_unregister_write(
        self, _client: "PahoClient", _data: object, found: "SocketLike"
    ) -> None:
        if self._attached:
            self._loop.remove_writer(found)

    # The event loop's callbacks.

    def _attach(self) -> None:
        self._attached = True
        self.resume()
        self._loop.add_writer(self._socket(), self._writable)

    def _detach(self, found: "SocketLike | None") -> None:
        if self._attached and found is not None:
            self._attached = self._reading = False
            self._loop.remove_reader(found)
            self._loop.remove_writer(found)

    def _socket(self) -> "SocketLike":
        if (found := self._paho.socket()) is None:
            raise Lost("not connected")
        return found

    def _readable(self) -> None:
        for _ in range(READ_PACKETS):
            before = self._packets
            if not self._reading:
                return
            self._guarded(self._paho.loop_read)
            if self._packets == before:
                return  # nothing more, a part of a packet, or no PUBLISH: poll again

    def _writable(self) -> None:
        self._guarded(self._paho.loop_write)

    def _guarded(self, step: Callable[[], MQTTErrorCode]) -> None:
        try:
            step()
        except Exception as error:
            # Whatever paho or a callback raises ends this connection, never the hub.
            log.exception("mqtt.broken")
            self.drop(repr(error))

    def _end(self, reason: str) -> None:
        if not self.lost.done():
            self.lost.set_result(reason)
