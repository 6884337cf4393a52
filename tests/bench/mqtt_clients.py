"""The clients of the broker comparison: one persistent subscriber, publishers, raw packets."""

import struct
import threading
import time
from collections.abc import Callable
from multiprocessing import get_context

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

HOST = "127.0.0.1"
PAYLOAD = 184  # bytes: a parking reading of the demo
TOPIC = "city/210102/parking/lot-0012/occupancy"
CARD = "city/210102/parking/lot-0012/$device"
STATUS = "city/210102/gateway/gw-1/$status"
SESSION_SECONDS = 3600
PATIENCE = 60.0  # seconds a step may take before its figure is "what came so far"
IDLE = 4.0  # seconds of silence after which a delivery counts as over


class Subscriber:
    """A persistent QoS 1 session `hub-city` on `city/#`; `seen` holds distinct payloads."""

    def __init__(self, port: int, version: MQTTProtocolVersion) -> None:
        self.seen: set[bytes] = set()
        self.retained: dict[str, bytes | bytearray] = {}
        self.topics: dict[str, bytes | bytearray] = {}
        self.last = time.perf_counter()
        self.ready = threading.Event()
        self.client = make_client("hub-city", version)
        self.client.on_message = self._message
        self.client.on_connect = lambda c, *_: c.subscribe("city/#", 1)
        self.client.on_subscribe = lambda *_: self.ready.set()
        join(self.client, port, version)
        if not self.ready.wait(10):
            raise ConnectionError("no SUBACK")

    def _message(self, _c: mqtt.Client, _u: object, message: mqtt.MQTTMessage) -> None:
        self.last = time.perf_counter()
        self.topics[message.topic] = message.payload
        if message.retain:
            self.retained[message.topic] = message.payload
        if message.topic == TOPIC:
            self.seen.add(bytes(message.payload[:16]))

    def wait(self, count: int) -> int:
        """Waits for `count` distinct readings, or until nothing has come for a while."""
        self.last = time.perf_counter()
        over = time.perf_counter() + PATIENCE
        while len(self.seen) < count and time.perf_counter() < over:
            if time.perf_counter() - self.last > IDLE:
                break
            time.sleep(0.01)
        return len(self.seen)

    def leave(self) -> None:
        """Says DISCONNECT."""
        self.client.disconnect()
        self.client.loop_stop()


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Asks again until it holds; False when the seconds are over."""
    over = time.perf_counter() + seconds
    while time.perf_counter() < over:
        if done():
            return True
        time.sleep(0.02)
    return False


def make_client(name: str, version: MQTTProtocolVersion, *, clean: bool = False) -> mqtt.Client:
    """Returns a client that is not yet connected; `clean` is meant for MQTT 3.1.1."""
    session = None if version == MQTTProtocolVersion.MQTTv5 else clean
    # A user name too: amqtt keeps no session for a client without one.
    client = mqtt.Client(CallbackAPIVersion.VERSION2, name, clean_session=session, protocol=version)
    client.username_pw_set("bench", "bench")
    client.max_inflight_messages_set(200)
    client.max_queued_messages_set(0)
    return client


def join(client: mqtt.Client, port: int, version: MQTTProtocolVersion) -> None:
    """Connects, with a session that outlives the connection under MQTT 5 too."""
    if version == MQTTProtocolVersion.MQTTv5:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # paho has no types here
        properties.SessionExpiryInterval = SESSION_SECONDS
        client.connect(HOST, port, clean_start=False, properties=properties)
    else:
        client.connect(HOST, port)
    client.loop_start()


def publish(port: int, version: int, first: int, count: int) -> None:
    """Publishes numbered readings and returns when every one is acknowledged (or time is up)."""
    client = make_client("bench-publisher", MQTTProtocolVersion(version), clean=True)
    join(client, port, MQTTProtocolVersion(version))
    wait_until(client.is_connected, 10)
    sent = [
        client.publish(TOPIC, f"{n:016d}".ljust(PAYLOAD), 1) for n in range(first, first + count)
    ]
    wait_until(lambda: all(info.is_published() for info in sent[-300:]), PATIENCE)
    client.disconnect()
    client.loop_stop()


def publish_elsewhere(port: int, version: int, first: int, count: int) -> float:
    """The same in another process; returns the seconds it took, its start included."""
    process = get_context("spawn").Process(target=publish, args=(port, version, first, count))
    start = time.perf_counter()
    process.start()
    process.join(PATIENCE + 20)
    if process.is_alive():
        process.kill()
    return time.perf_counter() - start


def connect_packet(name: str) -> bytes:
    """CONNECT of MQTT 3.1.1 with a persistent session, as raw bytes."""
    who, user = name.encode(), b"bench"
    body = b"\x00\x04MQTT\x04\xc0\x00\x00" + struct.pack(">H", len(who)) + who
    body += (struct.pack(">H", len(user)) + user) * 2
    return bytes([0x10, len(body)]) + body
