"""Compares MQTT brokers by what the hub needs of them, each in the same run on the same machine.

Run from the checkout as `python -m tests.bench.broker_bench`: mosquitto and the embedded broker.
Another candidate is a command line: `--broker 'name=argv with {port} and {data}'`.
Prints one Markdown table row per broker and protocol version, or JSON lines with `--json`.
"""

import argparse
import getpass
import json
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import cast

import psutil
from paho.mqtt.enums import MQTTProtocolVersion

from hub.broker.launch import broker_command
from tests.bench.mqtt_clients import (
    CARD,
    HOST,
    STATUS,
    Subscriber,
    connect_packet,
    join,
    make_client,
    publish_elsewhere,
    wait_until,
)

AUTOSAVE_WAIT = 2.5  # seconds before the kill: longer than any candidate's own save interval
PLANNED = ("mosquitto", "embedded")  # those that the hub knows how to start
BIG = "city/210102/parking/lot-0012/big"


@dataclass
class Row:
    """One broker under one protocol version; `None` = not reached."""

    broker: str
    protocol: str
    connects: bool = False
    listens: str = ""
    rate: int | None = None
    rss_start_mb: int | None = None
    rss_mb: int | None = None
    away_rss_mb: int | None = None
    away_kept: str = ""
    slow_publish_s: float | None = None
    slow_rss_mb: int | None = None
    slow_kept: str = ""
    killed_kept: str = ""
    killed_card: bool | None = None
    card: bool | None = None
    will: bool | None = None
    two_megabytes: str = ""
    bad_topic: str = ""


class Broker:
    """A broker process on a free loopback port, restarted on the same data folder."""

    def __init__(self, template: str, data: Path) -> None:
        self.template, self.data = template, data
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            self.port = int(probe.getsockname()[1])
        self.start()

    def start(self) -> None:
        """Starts the process and waits for its port."""
        if self.template in PLANNED:
            argv = self._planned()
        else:
            argv = shlex.split(self.template.format(port=self.port, data=self.data))
        self.process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
        wait_until(self._listening, 15)
        self.ps = psutil.Process(self.process.pid)

    def _planned(self) -> list[str]:
        hidden = "node" if self.template == "mosquitto" else "mosquitto"
        plan = broker_command(
            lambda name: None if Path(name).name == hidden else shutil.which(name),
            port=self.port,
            data_dir=self.data,
            user=getpass.getuser(),
        )
        if plan.config_path and plan.config_text:
            plan.config_path.write_text(plan.config_text, encoding="utf-8")
        return list(plan.argv)

    def _listening(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"broker ended with status {self.process.returncode}")
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def stop(self, *, kill: bool = False) -> None:
        """Ends the process, by SIGKILL or SIGTERM."""
        self.process.kill() if kill else self.process.terminate()
        self.process.wait(15)

    def rss(self) -> int:
        """Returns its resident memory, in MB."""
        return int(self.ps.memory_info().rss / 1e6)

    def listens(self) -> str:
        """Returns the addresses it listens on."""
        rows = self.ps.net_connections(kind="inet")
        return " ".join(sorted({str(c.laddr.ip) for c in rows if c.status == psutil.CONN_LISTEN}))


def bad_topic(broker: Broker, subscriber: Subscriber) -> str:
    """What becomes of a PUBLISH whose topic is not UTF-8."""
    before = len(subscriber.topics)
    with socket.create_connection((HOST, broker.port), timeout=3) as raw:
        raw.sendall(connect_packet("bench-bad"))
        raw.recv(16)
        body = struct.pack(">H", 7) + b"city/\xff\xfe" + b"x"
        raw.sendall(bytes([0x30, len(body)]) + body)
        try:
            closed = raw.recv(16) == b""
        except (TimeoutError, ConnectionError) as error:
            closed = isinstance(error, ConnectionError)
    if broker.process.poll() is not None:
        return "broker dies"
    passed = len(subscriber.topics) > before
    return ("delivered" if passed else "not delivered") + (", closed" if closed else ", kept open")


def measure_flow(broker: Broker, version: MQTTProtocolVersion, row: Row, count: int) -> None:
    """A publisher at full speed, and the hub's session that takes all of it."""
    row.rss_start_mb = broker.rss()
    hub = Subscriber(broker.port, version)
    first: list[float] = []

    def note_first() -> None:
        wait_until(lambda: bool(hub.seen), 20)
        first.append(time.perf_counter())

    watch = threading.Thread(target=note_first)
    watch.start()
    publish_elsewhere(broker.port, int(version), 0, count)
    got = hub.wait(count)
    watch.join()
    row.rate = int(got / max(hub.last - first[0], 1e-3))
    row.rss_mb = broker.rss()
    measure_marks(broker, version, row, hub)
    hub.leave()


def measure_marks(broker: Broker, version: MQTTProtocolVersion, row: Row, hub: Subscriber) -> None:
    """Retained card, will, 2 MB and a bad topic, with the subscriber present."""
    device = make_client("bench-device", version, clean=True)
    device.will_set(STATUS, b"offline", 1, retain=True)
    join(device, broker.port, version)
    wait_until(device.is_connected, 10)
    device.publish(CARD, b'{"name":"card"}', 1, retain=True)
    row.card = wait_until(lambda: CARD in hub.topics, 3)
    device.publish(BIG, b"x" * 2_000_000, 1)
    arrived = wait_until(lambda: BIG in hub.topics, 8)
    row.two_megabytes = "delivered" if arrived else "refused"
    device.loop_stop()
    link = device.socket()
    if link is not None:
        cast("socket.socket", link).shutdown(socket.SHUT_RDWR)
    row.will = wait_until(lambda: hub.topics.get(STATUS) == b"offline", 5)
    row.bad_topic = bad_topic(broker, hub)


def measure_away(broker: Broker, version: MQTTProtocolVersion, row: Row, count: int) -> None:
    """Readings queue while the subscriber is away; then it comes back."""
    publish_elsewhere(broker.port, int(version), 10**9, count)
    row.away_rss_mb = broker.rss()
    start = time.perf_counter()
    hub = Subscriber(broker.port, version)
    got = hub.wait(count)
    row.away_kept = f"{got:,} of {count:,} in {hub.last - start:.1f} s"
    hub.leave()


def measure_slow(broker: Broker, version: MQTTProtocolVersion, row: Row, count: int) -> None:
    """The session's holder stops reading its socket; others go on publishing."""
    with socket.create_connection((HOST, broker.port), timeout=5) as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.sendall(connect_packet("hub-city"))
        raw.recv(4)
        row.slow_publish_s = round(
            publish_elsewhere(broker.port, int(version), 2 * 10**9, count), 1
        )
        row.slow_rss_mb = broker.rss()
    hub = Subscriber(broker.port, version)
    row.slow_kept = f"{hub.wait(count):,} of {count:,}"
    hub.leave()


def measure_kill(broker: Broker, version: MQTTProtocolVersion, row: Row) -> None:
    """SIGKILL of the broker with 500 acknowledged readings queued, then a restart."""
    publish_elsewhere(broker.port, int(version), 3 * 10**9, 500)
    time.sleep(AUTOSAVE_WAIT)
    broker.stop(kill=True)
    broker.start()
    hub = Subscriber(broker.port, version)
    row.killed_kept = f"{hub.wait(500)} of 500"
    row.killed_card = wait_until(lambda: CARD in hub.retained, 3)
    hub.leave()


def measure(name: str, template: str, version: MQTTProtocolVersion, scale: float) -> Row:
    """Asks everything of one broker under one protocol version."""
    row = Row(name, "5" if version == MQTTProtocolVersion.MQTTv5 else "3.1.1")
    with tempfile.TemporaryDirectory() as folder:
        broker = Broker(template, Path(folder))
        try:
            row.listens = broker.listens()
            Subscriber(broker.port, version).leave()
            row.connects = True
            measure_flow(broker, version, row, int(20_000 * scale))
            measure_away(broker, version, row, int(50_000 * scale))
            measure_slow(broker, version, row, int(20_000 * scale))
            measure_kill(broker, version, row)
        except (ConnectionError, OSError) as error:
            sys.stderr.write(f"{name} {row.protocol}: {error}\n")
        finally:
            broker.stop(kill=True)
    return row


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--broker", action="append", metavar="NAME=ARGV")
    parser.add_argument("--protocol", action="append", choices=["3.1.1", "5"])
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full message counts")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    names = [field.name for field in fields(Row)]
    if not args.json:
        sys.stdout.write(f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n")
    for candidate in args.broker or PLANNED:
        name, _, template = candidate.partition("=")
        for protocol in args.protocol or ["3.1.1", "5"]:
            five = protocol == "5"
            version = MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311
            row = asdict(measure(name, template or name, version, args.scale))
            cells = " | ".join(str(value) for value in row.values())
            sys.stdout.write((json.dumps(row) if args.json else f"| {cells} |") + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
