"""Pins what the hub replaces inside paho-mqtt: a new version that differs fails here first."""

import inspect

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import MalformedPacket  # type: ignore[attr-defined]

from hub.mqtt.paho import Client, Received, properties, read_publish

V5, V311 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311


def packet(user: list[tuple[str, str]], payload: bytes = b"p") -> bytes:
    """Return the body of a PUBLISH with QoS 1 as MQTT 5 has it."""
    found = properties(PacketTypes.PUBLISH)
    if user:
        found.UserProperty = user
    return b"\x00\x01t\x00\x07" + bytes(found.pack()) + payload  # type: ignore[no-untyped-call]


def test_paho_still_has_what_is_replaced() -> None:
    """`_packet_handle` calls `_handle_publish`, which reads `_in_packet` and `_protocol`."""
    assert "self._handle_publish()" in inspect.getsource(mqtt.Client._packet_handle)
    source = inspect.getsource(mqtt.Client._handle_publish)
    for name in ('self._in_packet["command"]', 'self._in_packet["packet"]', "self._protocol"):
        assert name in source


def test_paho_itself_hangs_up_on_a_byte_order_mark() -> None:
    """Why it is replaced; once this fails, the replacement is for speed alone."""
    found = properties(PacketTypes.PUBLISH)
    with pytest.raises(MalformedPacket):
        found.unpack(b"\x09\x26\x00\x01k\x00\x03\xef\xbb\xbf")  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("user", [[], [("a", "b")], [("id", "x" * 300), ("k", "值")]])
def test_a_publish_is_read_as_paho_reads_it(user: list[tuple[str, str]]) -> None:
    """With and without properties, which may need a length of two bytes."""
    found = read_publish(0x3A, packet(user), V5)
    assert found == Received(b"t", b"p", 7, 1, True, dict(user))
    assert read_publish(0x32, b"\x00\x01t\x00\x07p", V311) == Received(b"t", b"p", 7, 1)
    assert read_publish(0x30, b"\x00\x01tp", V311) == Received(b"t", b"p")


def test_messages_go_to_the_receiver_unacknowledged() -> None:
    """The PUBACK is the hub's to send."""
    received: list[Received] = []
    client = Client("x", V5, received.append)
    client._in_packet["command"] = 0x32
    client._in_packet["packet"] = bytearray(packet([("k", "\ufeff")]))
    assert client._handle_publish() == MQTTErrorCode.MQTT_ERR_SUCCESS
    assert not client.want_write()
    assert received[0].payload == b"p"
    assert "FEFF" in received[0].fault
