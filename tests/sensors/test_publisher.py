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
from sensors.city.size import Size
from sensors.control import CLOCK_SET_TOPIC, STATUS_TOPIC
from tests.sensors.broker import Broker, Listener

pytestmark = pytest.mark.contract
ROOT = Path(__file__).parents[2]
GATEWAYS = len(City(1).gateways)
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
        if entry["sequence"]:
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
        cards = Size().devices + 62 + GATEWAYS
        assert len(listener.payloads("/$device")) == cards
        assert listener.payloads("/$status") == [b"online"] * GATEWAYS
        process.send_signal(signal.SIGTERM)
        result = summary(process)
        assert process.returncode == 0
    assert result["pending"] == 0
    assert result["sent"] == result["acknowledged"]
    listener.wait("offline", lambda: listener.payloads("/$status").count(b"offline") == GATEWAYS)
    received = {
        json.loads(message.payload)["id"]
        for message in listener.messages
        if "$" not in message.topic and message.topic.startswith("city/")
    }
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
    for numbers in sequences(ledger).values():  # of on-change devices there are none
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
    sign = City(1).signs[0]
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


def show(broker: Broker, *options: str) -> subprocess.Popen[str]:
    """Ask the running sensors for a story."""
    argv = [sys.executable, "-m", "sensors", "run", "--mqtt-url", broker.url, "--story-at", "0"]
    return subprocess.Popen([*argv, *options], cwd=ROOT, text=True, stderr=subprocess.PIPE)


def stories(listener: Listener) -> list[str]:
    """Return the stories that the latest status tells of."""
    said = [m.payload for m in listener.messages if m.topic == STATUS_TOPIC and m.payload]
    return [story["name"] for story in json.loads(said[-1])["stories"]] if said else []


def test_running_sensors_take_a_story_over(broker: Broker, listener: Listener) -> None:
    """A second command publishes no device, turns the clock through the hub, and ends the story."""
    listener.client.subscribe([(STATUS_TOPIC, 1), (CLOCK_SET_TOPIC, 1)])
    set_clock(listener, parse("2030-05-01T12:00:00Z"), 1)

    def rates() -> list[float]:
        said = [m.payload for m in listener.messages if m.topic == CLOCK_SET_TOPIC]
        return [json.loads(payload)["rate"] for payload in said]

    def leak() -> float:
        said = [
            json.loads(payload)["data"]["lel"]
            for payload in listener.payloads("gas-0004/concentration")
        ]
        return max(said, default=0.0)

    with sensors(broker, "--rate", "400"):
        listener.wait("a status", lambda: any(m.topic == STATUS_TOPIC for m in listener.messages))
        guest = show(broker, "--story", "gas-leak", "--speed", "60")
        listener.wait("the wish for a faster clock", lambda: rates() == [60])
        set_clock(listener, parse("2030-05-01T12:00:00Z"), 60)
        listener.wait("the story", lambda: stories(listener) == ["gas-leak"])
        listener.wait("gas", lambda: leak() > 10, limit=30)
        guest.send_signal(signal.SIGINT)
        _, said = guest.communicate(timeout=GRACE)
        assert guest.returncode == 0
        assert "浓度开始上升" in said
        listener.wait("the old clock", lambda: rates() == [60, 1])
        assert listener.payloads("/$status").count(b"online") == GATEWAYS


def test_a_run_of_its_own_plays_stories(broker: Broker, listener: Listener) -> None:
    """Without running sensors the command is the publisher, and its story begins by itself."""
    listener.client.subscribe(STATUS_TOPIC, 1)
    with sensors(broker, "--story", "match-day", "--story-at", "0") as process:
        listener.wait("the story", lambda: stories(listener) == ["match-day"])
        process.send_signal(signal.SIGTERM)
        summary(process)
    listener.wait("no status", lambda: listener.messages[-1].payload in (b"", b"offline"))


def test_a_story_that_is_not_there_is_named() -> None:
    """A wrong story ends the run at once, with the names of those there are."""
    argv = [sys.executable, "-m", "sensors", "run", "--story", "flood"]
    result = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "rainstorm" in result.stderr


def test_it_waits_for_a_broker_and_stops_without_one(broker: Broker) -> None:
    """No broker is no crash: it goes on trying, and SIGTERM ends it."""
    broker.kill()
    with sensors(broker, "--seconds", "1") as process:
        result = summary(process)
    assert result["sent"] == 0
    assert result["failures"] > 0


@pytest.mark.parametrize(
    ("option", "value"), [("--mqtt-url", "http://x"), ("--start", "noon"), ("--devices", "5")]
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
