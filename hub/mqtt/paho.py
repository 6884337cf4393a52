"""paho-mqtt with its handling of incoming messages replaced, pinned by a contract test."""

import struct
from collections.abc import Callable, Mapping

import paho.mqtt.client as mqtt
from msgspec import Struct
from paho.mqtt import MQTTException
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

QOS, DUP = 0x06, 0x08
"""Bits of a PUBLISH header. A packet id follows the topic when a bit of QOS is set."""
NO_PROPERTIES: Mapping[str, str] = {}


class Received(Struct):
    """One PUBLISH as it came. ``fault`` says why its MQTT 5 properties could not be read."""

    topic: bytes
    payload: bytes
    packet: int = 0
    qos: int = 0
    dup: bool = False
    properties: Mapping[str, str] = NO_PROPERTIES
    content_type: str | None = None
    fault: str = ""


class Client(mqtt.Client):
    """A paho client that hands each message to ``receive`` and leaves it unacknowledged.

    paho 2.2 takes a user property with U+FEFF, which the standard allows and mosquitto passes on,
    for a malformed packet and closes the connection. The broker then sends the message again, for
    ever: one message would silence the hub. Here such a message is handed on with its fault. Not
    building empty properties either saves a third of the time that a message takes.
    """

    def __init__(
        self, client_id: str, version: MQTTProtocolVersion, receive: Callable[[Received], None]
    ) -> None:
        five = version == MQTTProtocolVersion.MQTTv5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if five else False,
            protocol=version,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._receive = receive

    def _handle_publish(self) -> MQTTErrorCode:
        packet = bytes(self._in_packet["packet"])
        self._receive(read_publish(self._in_packet["command"], packet, self._protocol))
        return MQTTErrorCode.MQTT_ERR_SUCCESS


def read_publish(header: int, packet: bytes, version: MQTTProtocolVersion) -> Received:
    """Return a PUBLISH packet (MQTT 5 and 3.1.1 §3.3) read; struct.error when it is cut short."""
    (length,) = struct.unpack_from("!H", packet)
    start = 2 + length
    found = Received(packet[2:start], b"", qos=(header & QOS) >> 1, dup=bool(header & DUP))
    if found.qos:
        (found.packet,) = struct.unpack_from("!H", packet, start)
        start += 2
    if version == MQTTProtocolVersion.MQTTv5:
        start = _properties(found, packet, start)
    found.payload = packet[start:]
    return found


def _properties(found: Received, packet: bytes, start: int) -> int:
    """Read the properties that begin at ``start``; return where they end."""
    size = shift = 0
    for end in range(start, start + 4):  # a variable byte integer (MQTT 5 §1.5.5)
        (byte,) = struct.unpack_from("!B", packet, end)
        size |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:  # noqa: PLR2004 the continuation bit
            break
    if size:
        try:
            read = properties(PacketTypes.PUBLISH)
            read.unpack(packet[start:])  # type: ignore[no-untyped-call]
        except (MQTTException, ValueError, KeyError, IndexError, struct.error) as error:
            found.fault = str(error) or repr(error)
        else:
            found.properties = dict(getattr(read, "UserProperty", ()))
            found.content_type = getattr(read, "ContentType", None)
    return end + 1 + size


def properties(packet_type: int) -> Properties:
    """Return empty properties for a packet; paho's class has no types."""
    return Properties(packet_type)  # type: ignore[no-untyped-call]
