"""Replay over MQTT, against a real mosquitto of this test's own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue
from typing import Any

import msgspec
import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from hub.archive.errors import ReplayFailed
from hub.archive.importer import import_feed
from hub.archive.mapping import Mapping
from hub.archive.mqtt_link import IN_FLIGHT, Link
from hub.archive.recording import read_recording
from hub.archive.replay_mqtt import ReplayReport, replay_mqtt
from hub.archive.replay_pace import Control, Pace
from hub.archive.writer import RecordingWriter
from hub.model.event import CARD, REJECTED, STATUS, TICK, Event, Logged, Position
from hub.model.instant import SECOND, parse
from hub.model.letter import rejection

pytestmark = pytest.mark.contract

WAIT = 10.0
WriteFeed = Callable[..., Path]
Heard = Queue[mqtt.MQTTMessage]


@contextmanager
def _listening(url: str, topic: str = "city/#") -> Iterator[Heard]:
    """Hear all messages under a topic."""
    heard: Heard = Queue()
    ready = threading.Event()
    host, _, port = url.removeprefix("mqtt://").partition(":")
    client = mqtt.Client(CallbackAPIVersion.VERSION2)
    client.on_message = lambda _client, _data, message: heard.put(message)
    client.on_subscribe = lambda *_: ready.set()
    client.connect(host, int(port))
    client.loop_start()
    client.subscribe(topic, qos=1)
    assert ready.wait(WAIT)
    try:
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()


def _take(heard: Heard, count: int) -> list[tuple[str, Any]]:  # Any: JSON of several shapes
    messages = [heard.get(timeout=WAIT) for _ in range(count)]
    return [(message.topic, msgspec.json.decode(message.payload)) for message in messages]


def _replay(path: Path, url: str, speed: float | None = None, run: str = "r1") -> ReplayReport:
    control = Control()
    pace = Pace(speed, control)
    log = read_recording(path)
    return replay_mqtt(log, url, lambda _done, _time: None, pace=pace, control=control, run=run)


@pytest.fixture
def recording(write_feed: WriteFeed, small: Mapping) -> Path:
    """Two cards and 400 readings of two lots, a second apart."""
    rows = [
        f"2024-03-01 08:{n // 60:02d}:{n % 60:02d},{lot},100,{n}"
        for n in range(200)
        for lot in ("A", "B")
    ]
    output = write_feed(*rows).with_name("r.mcap")
    import_feed(write_feed(*rows), small, output, lambda _done, _total: None)
    return output


def test_everything_arrives_in_order(broker: str, recording: Path) -> None:
    """Cards first, then each reading once, in order, all acknowledged."""
    with _listening(broker) as heard:
        report = _replay(recording, broker)
        messages = _take(heard, 402)
    assert (report.retained, report.readings, report.acknowledged) == (2, 400, 402)
    assert [topic for topic, _ in messages[:2]] == [
        "city/210103/parking/t-a/$device",
        "city/210103/parking/t-b/$device",
    ]
    lot = [body for topic, body in messages if topic.endswith("t-a/occupancy")]
    assert [body["sequence"] for body in lot] == [f"{n:010d}" for n in range(1, 201)]
    assert [body["data"]["used"] for body in lot] == list(range(200))
    assert heard.empty()


def test_all_is_an_exercise(broker: str, recording: Path) -> None:
    """Each card and each reading says so: a living city must not take it for real."""
    with _listening(broker) as heard:
        _replay(recording, broker)
        messages = _take(heard, 402)
    assert all(body["exercise"] is True for _, body in messages)


def test_what_could_not_be_read_is_sent_again_as_it_was(broker: str, tmp_path: Path) -> None:
    """A damaged message goes out byte for byte; one of which only a part was kept stays out."""
    path, topic = tmp_path / "bad.mcap", "city/210103/parking/lot-1/occupancy"
    raws = [b'{"specversion":"1.0', b'\xff{"id":1}', b"x" * 5000]
    with path.open("wb") as stream, RecordingWriter(stream, {}) as writer:
        for n, raw in enumerate(raws, start=1):
            data = msgspec.json.encode(rejection(topic, raw, "not-json", ""))
            event = Event(f"{n}", "/hub/ingest", REJECTED, data)
            writer.write(Logged(Position("d1", n), n * SECOND, event))
    with _listening(broker) as heard:
        report = _replay(path, broker)
        found = [heard.get(timeout=WAIT).payload for _ in range(2)]
    assert found == raws[:2]
    assert (report.raw, report.left_out) == (2, {"truncated-original": 1})


def test_cards_are_retained(broker: str, recording: Path) -> None:
    """Who comes later still finds the cards, and no reading."""
    _replay(recording, broker)
    with _listening(broker) as heard:
        topics = {topic for topic, _ in _take(heard, 2)}
    assert topics == {f"city/210103/parking/t-{lot}/$device" for lot in "ab"}


def test_ids_differ_between_runs(broker: str, recording: Path) -> None:
    """A second run is no repeat of the first, so the hub does not drop it."""
    with _listening(broker, "city/+/+/+/occupancy") as heard:
        _replay(recording, broker, run="one")
        _replay(recording, broker, run="two")
        ids = [body["id"] for _, body in _take(heard, 800)]
    assert len(set(ids)) == 800
    assert ids[0] == "t-a-0000000001~one"


def test_times_are_moved_to_now(broker: str, recording: Path) -> None:
    """At a given speed, times begin now and keep their distances divided by the speed."""
    with _listening(broker, "city/+/+/t-a/occupancy") as heard:
        _replay(recording, broker, speed=400.0)
        bodies = [body for _, body in _take(heard, 200)]
    times = [parse(body["time"]) for body in bodies]
    assert times[0] > parse("2026-01-01T00:00:00Z")
    assert times[-1] - times[0] == pytest.approx(199 / 400 * SECOND, abs=2)


def test_city_clock_is_followed(broker: str, recording: Path) -> None:
    """Where the broker has a city clock, times are city times: at its rate, as far apart as ever.

    The clock's origin is its real instant, so the expected times need no look at the wall clock.
    """
    clock = b'{"city":"2030-01-01T00:00:00.000Z","real":"2026-01-01T00:00:00.000Z","rate":400.0}'
    with Link(broker, "clock") as link:
        link.publish("cityhub/clock", clock, retain=True)
        link.drain()
    with _listening(broker, "city/+/+/t-a/occupancy") as heard:
        report = _replay(recording, broker, speed=400.0)
        times = [parse(body["time"]) for _, body in _take(heard, 200)]
    assert report.city_clock
    assert times[0] > parse("2030-01-01T00:00:00Z")
    assert times[-1] - times[0] == pytest.approx(199 * SECOND, abs=2 * 400)


def test_unreadable_city_clock_is_counted(broker: str, recording: Path) -> None:
    """Rubbish on the clock's topic leaves real time, and a count."""
    with Link(broker, "clock") as link:
        link.publish("cityhub/clock", b'{"city":"noon"}', retain=True)
        link.drain()
    report = _replay(recording, broker)
    assert (report.city_clock, report.bad_clocks) == (False, 1)
    assert report.acknowledged == 402


def test_what_is_no_devices_message(broker: str, tmp_path: Path) -> None:
    """Ticks and hostile names stay out, counted; a status is bare; a wrong clock stays wrong."""
    path = tmp_path / "mixed.mcap"
    start = parse("2024-03-01T08:00:00Z")
    source, district = "/gateway/gw", "210103"
    events = [
        Event("1", source, CARD, b'{"name":"g","kind":"Gateway"}', district=district),
        Event("2", source, STATUS, b'"online"', district=district),
        Event("3", "/hub", TICK),
        Event("4", source, "city.gateway.load", b"{}", start - 60 * SECOND, district),
        Event("5", source, "city.gateway.load", b"\xff", start, district),
        Event("6", source, "city.gateway.load", b"{}", None, district),
        Event("7", "/gateway/+", "city.gateway.load", b"{}", start, district),
        Event("8", "/gateway/a/#", CARD, b"{}", start, district),
    ]
    with path.open("wb") as stream, RecordingWriter(stream, {}) as writer:
        for n, event in enumerate(events, start=1):
            writer.write(Logged(Position("d1", n), start, event))
    with _listening(broker) as heard:
        report = _replay(path, broker, speed=1.0)
        heard.get(timeout=WAIT)
        assert heard.get(timeout=WAIT).payload == b"online"
        (_, off), (_, timeless) = _take(heard, 2)
    assert report.left_out == {TICK: 1, "not-json": 1, "topic-level": 1, "topic-shape": 1}
    assert (report.retained, report.readings, report.acknowledged) == (2, 2, 4)
    assert parse("2026-01-01T00:00:00Z") < parse(off["time"])
    assert "time" not in timeless


def test_stop_ends_early(broker: str, recording: Path) -> None:
    """A replay that is told to stop sends no more, and awaits what it sent."""
    control = Control()
    calls: list[int] = []

    def progress(done: int, _time: int) -> None:
        calls.append(done)
        control.stop()

    log = read_recording(recording)
    report = replay_mqtt(log, broker, progress, pace=Pace(None, control), control=control)
    assert report.stopped
    assert report.acknowledged == report.retained + report.readings == calls[0] == 100


def test_no_broker(recording: Path) -> None:
    """Without a broker there is one clear error."""
    with pytest.raises(ReplayFailed, match="no broker"):
        _replay(recording, "mqtt://127.0.0.1:1")


def test_silent_broker_is_given_up(broker: str) -> None:
    """When nothing is acknowledged any more, the link says so and does not grow its queue."""
    with Link(broker, "stalled", stalled=0.2) as link:
        # The thread that would hear the acknowledgements no longer runs.
        link._client.loop_stop()
        for _ in range(IN_FLIGHT):
            link.publish("city/x", b"{}", retain=False)
        with pytest.raises(ReplayFailed, match="no acknowledgement"):
            link.publish("city/x", b"{}", retain=False)
        with pytest.raises(ReplayFailed, match="not acknowledged"):
            link.drain()
