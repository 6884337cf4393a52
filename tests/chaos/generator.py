"""The load: devices that count, publish with QoS 1, keep a ledger, and send again what is asked.

A process of its own: `python -m tests.chaos.generator --port P --ledger FILE --run NAME`. It counts
at a steady rate against absolute deadlines until standard input says `stop`, then waits until all
is acknowledged, says `drained`, and goes on answering `resend` until standard input ends.
"""

import argparse
import json
import os
import select
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any, TextIO

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

DISTRICT = "210102"
KEPT = 256
"""Readings a device keeps to send again: what the hub may ask for at once."""
GATEWAYS = 4
"""Connections; a device always uses the same one, so that its order holds."""
DRAIN_SECONDS = 30.0
SLICE = 0.002
"""Seconds between two looks at what is due."""


@dataclass
class Device:
    """One counting device: its last number and the readings it can send again."""

    name: str
    sequence: int = 0
    kept: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=KEPT))

    def next(self) -> bytes:
        """Return its next reading."""
        self.sequence += 1
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        payload = json.dumps(
            {
                "specversion": "1.0",
                "id": f"{self.name}-{self.sequence:010d}",
                "source": f"/ledger/{self.name}",
                "type": "city.ledger.count",
                "time": now,
                "sequence": f"{self.sequence:010d}",
                "data": {"n": self.sequence},
            }
        ).encode()
        self.kept.append((self.sequence, payload))
        return payload


class Gateway:
    """One connection with a lasting session; paho keeps what is not acknowledged yet.

    paho's thread only puts what it hears into queues: `step` does everything else.
    """

    def __init__(self, port: int, name: str, devices: list[Device], ledger: TextIO) -> None:
        self.devices = {device.name: device for device in devices}
        self.due: deque[Device] = deque()
        self.connected = threading.Event()
        self._ledger = ledger
        self._pending: dict[int, tuple[str, int, float, bool]] = {}
        self._acks: SimpleQueue[tuple[int, float]] = SimpleQueue()
        self._commands: SimpleQueue[mqtt.MQTTMessage] = SimpleQueue()
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            f"chaos-{name}",
            clean_session=False,
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        self._client.max_inflight_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = lambda *_: self.connected.clear()
        self._client.on_publish = lambda _c, _d, mid, *_: self._acks.put((mid, time.time()))
        self._client.on_message = lambda _c, _d, message: self._commands.put(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    @property
    def pending(self) -> int:
        """How many readings are not acknowledged or not published."""
        return len(self._pending) + len(self.due)

    def step(self) -> None:
        """Publish what is due and what was asked for, while connected; note what has come."""
        while self.due and self.connected.is_set():
            device = self.due.popleft()
            self._publish(device.name, device.next(), device.sequence, resent=False)
        while not self._commands.empty():
            self._send_again(self._commands.get())
        while not self._acks.empty():
            self._acknowledged(*self._acks.get())

    def close(self) -> None:
        """Disconnect; the session stays."""
        self._client.disconnect()
        self._client.loop_stop()

    def _publish(self, device: str, payload: bytes, sequence: int, *, resent: bool) -> None:
        info = self._client.publish(f"city/{DISTRICT}/ledger/{device}/count", payload, qos=1)
        self._pending[info.mid] = (device, sequence, time.time(), resent)

    def _send_again(self, message: mqtt.MQTTMessage) -> None:
        device = self.devices[message.topic.split("/")[3]]
        data = json.loads(message.payload)["data"]
        first, last = int(data["from"]), int(data["to"])
        for sequence, payload in list(device.kept):
            if first <= sequence <= last:
                self._publish(device.name, payload, sequence, resent=True)

    def _acknowledged(self, mid: int, at: float) -> None:
        device, sequence, sent, resent = self._pending.pop(mid)
        row = {"device": device, "sequence": sequence, "id": f"{device}-{sequence:010d}"}
        row |= {"sent": sent, "acked": at, "resent": resent}
        self._ledger.write(json.dumps(row) + "\n")

    def _on_connect(self, client: mqtt.Client, *_: Any) -> None:  # paho's own arguments
        # At each connection: a broker that was killed may have lost the session.
        client.subscribe([(f"city/{DISTRICT}/ledger/{d}/$cmd/resend", 1) for d in self.devices])
        self.connected.set()


def run(gateways: list[Gateway], rate: float) -> None:
    """Count at ``rate`` readings a second until told to stop, drain, answer until the input ends.

    What is due while a gateway is away is published when it is back, in order.
    """
    turns = [(gateway, device) for gateway in gateways for device in gateway.devices.values()]
    began, done = time.monotonic(), 0
    while not _told():
        due = int((time.monotonic() - began) * rate)
        for number in range(done, due):
            gateway, device = turns[number % len(turns)]
            gateway.due.append(device)
        done = due
        _step(gateways)
    over = time.monotonic() + DRAIN_SECONDS
    while sum(gateway.pending for gateway in gateways) and time.monotonic() < over:
        _step(gateways)
    _say(f"drained {sum(gateway.pending for gateway in gateways)}")
    while not _told():
        _step(gateways)
    _step(gateways)


def _step(gateways: list[Gateway]) -> None:
    for gateway in gateways:
        gateway.step()
    time.sleep(SLICE)


def _told() -> bool:
    """Return whether standard input has a line, or its end."""
    if not select.select([sys.stdin.fileno()], [], [], 0)[0]:
        return False
    os.read(sys.stdin.fileno(), 64)
    return True


def main() -> None:
    """Run until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--ledger", type=Path, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--rate", type=float, default=1_000)
    parser.add_argument("--devices", type=int, default=200)
    options = parser.parse_args()
    with options.ledger.open("w", encoding="utf-8") as ledger:
        devices = [Device(f"{options.run}-{index:03d}") for index in range(options.devices)]
        gateways = [
            Gateway(options.port, f"{options.run}-{index}", devices[index::GATEWAYS], ledger)
            for index in range(GATEWAYS)
        ]
        if not all(gateway.connected.wait(DRAIN_SECONDS) for gateway in gateways):
            sys.exit("no connection")
        _say("loading")
        run(gateways, options.rate)
        for gateway in gateways:
            gateway.close()


def _say(word: str) -> None:
    sys.stdout.write(word + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
