"""The publisher against a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.model.instant import MINUTE, Instant, parse, text
from hub.model.topic import CLOCK_TOPIC
from sensors.city.city import City
from tests.sensors.broker import Broker, Listener

pytestmark = pytest.mark.contract
ROOT = Path(__file__).parents[2]
GATEWAYS = len(City(1, 343).gateways)
GRACE = 5.0
"""Seconds a stopped process gets; it promises two."""


@contextmanager
def sensors(broker: Broker, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run the sensors as a process of their own."""
    argv = [sys.executable, "-m", "sensors", "run", "--mqtt-url", broker.url, "--json"]
    process = subprocess.Popen(
        [*argv, "--faults", "none", *options],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def summary(process: subprocess.Popen[str]) -> dict[str, float]:
    """Return what an ended run prints."""
    result: dict[str, float] = json.loads(process.communicate(timeout=GRACE)[0])
    return result


def sequences(ledger: Path) -> dict[str, list[int]]:
    """Return the acknowledged sequences of each device."""
    found: dict[str, list[int]] = defaultdict(list)
    for line in ledger.read_text().splitlines():
        entry = json.loads(line)
        assert entry["published"] <= entry["acknowledged"]
        found[entry["device"]].append(int(entry["sequence"]))
    return found


def set_clock(listener: Listener, city: Instant, rate: float) -> None:
    """Publish the hub's city clock."""
    clock = {"city": text(city), "real": text(time.time_ns() // 1_000), "rate": rate}
    listener.client.publish(CLOCK_TOPIC, json.dumps(clock), 1, retain=True)


def test_a_run_from_start_to_stop(broker: Broker, listener: Listener, tmp_path: Path) -> None:
    """Cards and `online` first, then readings; on SIGTERM `offline`, and nothing is left over."""
    ledger = tmp_path / "ledger.jsonl"
    with sensors(broker, "--rate", "500", "--ledger", str(ledger)) as process:
        listener.wait("readings", lambda: len(listener.payloads("/occupancy")) > 500)
        assert len(listener.payloads("/$device")) == 343 + 62 + GATEWAYS
        assert listener.payloads("/$status") == [b"online"] * GATEWAYS
        process.send_signal(signal.SIGTERM)
        result = summary(process)
        assert process.returncode == 0
    assert result["pending"] == 0
    assert result["sent"] == result["acknowledged"]
    listener.wait("offline", lambda: listener.payloads("/$status").count(b"offline") == GATEWAYS)
    received = {json.loads(payload)["id"] for payload in listener.payloads("/occupancy")}
    written = {json.loads(line)["id"] for line in ledger.read_text().splitlines()}
    assert written == received
    assert len(written) == result["acknowledged"]


def test_it_outlives_the_broker(broker: Broker, listener: Listener, tmp_path: Path) -> None:
    """After kill -9 of the broker it goes on, and no reading of any device is left out."""
    ledger = tmp_path / "ledger.jsonl"
    with sensors(broker, "--rate", "500", "--ledger", str(ledger)) as process:
        listener.wait("readings", lambda: len(listener.payloads("/occupancy")) > 300)
        broker.kill()
        time.sleep(1)  # an outage has a length; nothing is awaited here
        broker.start()
        before = len(listener.messages)
        listener.wait("more readings", lambda: len(listener.messages) > before + 2_000)
        process.send_signal(signal.SIGTERM)
        result = summary(process)
    assert result["losses"] == GATEWAYS
    assert (result["pending"], result["skipped"]) == (0, 0)
    for numbers in sequences(ledger).values():
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_will_tells_of_a_crash(broker: Broker, listener: Listener) -> None:
    """After kill -9 of the sensors the broker says `offline` for each gateway."""
    with sensors(broker) as process:
        listener.wait("online", lambda: len(listener.payloads("/$status")) == GATEWAYS)
        os.kill(process.pid, signal.SIGKILL)
        listener.wait("wills", lambda: listener.payloads("/$status").count(b"offline") == GATEWAYS)


@pytest.mark.parametrize("protocol", ["3.1.1", "5"])
def test_it_follows_the_city_clock_and_obeys(
    broker: Broker, listener: Listener, protocol: str
) -> None:
    """Readings carry the hub's city time, and a sign answers a command within it."""
    city = parse("2030-05-01T12:00:00Z")
    set_clock(listener, city, 60)
    sign = City(1, 343).signs[0]
    data = {"lines": [{"name": "甲", "free": 7, "distance": 350}]}
    order = {"id": "d1-1", "name": "guide", "expires": text(city + 600 * MINUTE), "data": data}
    with sensors(broker, "--protocol", protocol):
        listener.wait("readings", lambda: len(listener.payloads("/occupancy")) > 100)
        first = json.loads(listener.payloads("/occupancy")[0])
        assert city <= parse(first["time"]) <= city + 60 * MINUTE
        topic = f"city/{sign.district}/parking/{sign.id}/$cmd/guide"
        listener.client.publish(topic, json.dumps(order), 1)
        listener.wait("ack", lambda: bool(listener.payloads("/$ack/d1-1")))
        listener.wait("sign", lambda: bool(listener.payloads(f"{sign.id}/sign")))
    assert json.loads(listener.payloads("/$ack/d1-1")[0])["ok"] is True
    assert json.loads(listener.payloads(f"{sign.id}/sign")[0])["data"]["lines"][0]["free"] == 7


def test_a_turned_clock_reboots_devices_of_a_given_rate(broker: Broker, listener: Listener) -> None:
    """When city time is set back and runs faster, sequences begin at 1 and no id comes twice."""
    late, early = parse("2030-05-01T12:00:00Z"), parse("2029-05-01T12:00:00Z")

    def readings(year: str) -> list[dict[str, str]]:
        events = [json.loads(payload) for payload in listener.payloads("/occupancy")]
        return [event for event in events if event["time"].startswith(year)]

    set_clock(listener, late, 1)
    with sensors(broker, "--rate", "400"):
        listener.wait("readings", lambda: len(readings("2030")) > 400)
        set_clock(listener, early, 10)
        listener.wait("earlier readings", lambda: len(readings("2029")) > 400)
    events = readings("20")
    assert len({event["id"] for event in events}) == len(events)
    for year in ("2029", "2030"):
        assert min(event["sequence"] for event in readings(year)) == "0000000001"


def test_it_waits_for_a_broker_and_stops_without_one(broker: Broker) -> None:
    """No broker is no crash: it goes on trying, and SIGTERM ends it."""
    broker.kill()
    with sensors(broker, "--seconds", "1") as process:
        result = summary(process)
    assert result["sent"] == 0
    assert result["failures"] > 0


@pytest.mark.parametrize(
    ("option", "value"), [("--mqtt-url", "http://x"), ("--start", "noon"), ("--devices", "0")]
)
def test_an_option_that_makes_no_sense_is_named(option: str, value: str) -> None:
    """A bad option ends the run at once, with its name."""
    result = subprocess.run(
        [sys.executable, "-m", "sensors", "run", option, value],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 2
    assert option in result.stderr
