"""Replaying a recording over MQTT: the devices speak again, with their times moved to now.

Retained state first, retained again; then the readings, each at its absolute deadline, QoS 1, so
that pacing does not drift. What the hub itself had appended (ticks, actions, alerts) is left out:
the hub that listens makes its own.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from hub.archive.message import embeddable, payload
from hub.archive.mqtt_link import Link
from hub.archive.recording import read_facts, read_recording
from hub.model.errors import Rejected
from hub.model.event import CARD, STATUS, Event, Logged
from hub.model.instant import SECOND, Instant
from hub.model.topic import ROOT, Kind, parse

_RETAINED = {CARD: Kind.CARD, STATUS: Kind.STATUS}

PROGRESS_EVENTS = 100
"""Events between two calls of the progress function."""

Progress = Callable[[int, int], None]
"""Called with events done and events in all; the latter is 0 when the file does not say."""


class ReplayReport(Struct):
    """What went out. ``acknowledged`` = ``retained`` + ``readings`` when nothing was lost.

    ``left_out`` counts what was not sent: events that are no device's message by type, readings
    whose data is no JSON as `not-json`, names that are no topic by the grammar's reason.
    ``city_clock`` tells whether the broker had one, ``bad_clocks`` how often it was unreadable.
    """

    run: str
    retained: int = 0
    readings: int = 0
    acknowledged: int = 0
    reconnects: int = 0
    city_clock: bool = False
    bad_clocks: int = 0
    stopped: bool = False
    left_out: dict[str, int] = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count an event that is not sent."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def replay_mqtt(
    path: Path,
    url: str,
    progress: Progress,
    *,
    speed: float | None,
    run: str = "",
    stop: threading.Event | None = None,
) -> ReplayReport:
    """Publish a recording to the broker at ``url`` (mqtt://user:password@host:port).

    ``speed`` is recorded seconds per real second, None as fast as the broker acknowledges. A
    reading's time becomes the city time at which it is due, plus what the device's clock was off
    in the recording; its id ends in `~{run}`, so that a second run is no repeat of the first. Set
    ``stop`` to end early. ReplayFailed when the broker refuses or falls silent; BadRecording.
    """
    stop = stop or threading.Event()
    run = run or f"{time.time_ns() // 1_000_000}"
    total = read_facts(path).total
    report = ReplayReport(run)
    with Link(url, f"cityhub-replay-{run}") as link:
        report.city_clock = link.find_clock()
        pacer = _Pacer(speed, stop)
        for done, logged in enumerate(read_recording(path), start=1):
            due = pacer.due(logged)
            if stop.is_set():
                report.stopped = True
                break
            _send(link, logged, due, report)
            if done % PROGRESS_EVENTS == 0:
                progress(done, total)
        link.drain()
        report.acknowledged, report.reconnects = link.acknowledged, link.reconnects
        report.bad_clocks = link.bad_clocks
    progress(total, total)
    return report


class _Pacer:
    """Gives each event the real instant at which it is due, and waits for it.

    Deadlines are absolute, from the first event: what one wait oversleeps, the next makes up.
    """

    def __init__(self, speed: float | None, stop: threading.Event) -> None:
        self._speed = speed
        self._stop = stop
        self._origin: Instant | None = None
        self._monotonic = time.monotonic()
        self._real = time.time_ns() // 1_000

    def due(self, logged: Logged) -> Instant:
        """Wait until the event is due, or ``stop``; return the real instant."""
        if self._origin is None:
            self._origin = logged.time
        elapsed = time.monotonic() - self._monotonic
        if self._speed is None:
            return self._real + round(elapsed * SECOND)
        after = (logged.time - self._origin) / SECOND / self._speed
        if after > elapsed:
            self._stop.wait(after - elapsed)
        return self._real + round(after * SECOND)


def _send(link: Link, logged: Logged, due: Instant, report: ReplayReport) -> None:
    event = logged.event
    topic = _topic(event)
    if not topic:
        report.leave_out(event.type)
        return
    try:
        parse(topic)
    except Rejected as error:
        # A recording may come from anywhere, and a name in it may be no topic (`+`, `#`, NUL).
        report.leave_out(error.reason)
        return
    if event.type in _RETAINED:
        link.publish(
            topic, event.data.strip(b'"') if event.type == STATUS else event.data, retain=True
        )
        report.retained += 1
    elif not embeddable(event.data):
        report.leave_out("not-json")
    else:
        off = 0 if event.time is None else event.time - logged.time
        moved = None if event.time is None else link.clock.at(due) + off
        link.publish(topic, _renewed(event, moved, report.run), retain=False)
        report.readings += 1


def _topic(event: Event) -> str:
    """Return the topic a device uses for this event; empty for what is no device's message."""
    level = _RETAINED.get(event.type)
    if level is None or not event.district:
        return event.topic
    return f"{ROOT}/{event.district}{event.source}/{level}"


def _renewed(event: Event, moved: Instant | None, run: str) -> bytes:
    return payload(replace(event, id=f"{event.id}~{run}", time=moved))
