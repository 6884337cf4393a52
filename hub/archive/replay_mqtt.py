"""Replaying a recording over MQTT: the devices speak again, as an exercise.

Retained state first, retained again; then the readings, each at its absolute deadline, QoS 1, so
that pacing does not drift. What could not be read then is sent again as it was. What the hub itself
had appended (ticks, actions, alerts) is left out: the hub that listens makes its own.
"""

import base64
import time
from collections.abc import Callable, Iterable

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from hub.archive.message import embeddable, payload
from hub.archive.mqtt_link import Link
from hub.archive.replay_pace import Control, Pace
from hub.archive.replay_select import topic_of
from hub.archive.replay_time import Times
from hub.model.device import Card
from hub.model.errors import Rejected
from hub.model.event import CARD, EXERCISE, REJECTED, STATUS, Event, Logged
from hub.model.instant import SECOND, Instant
from hub.model.letter import Rejection
from hub.model.topic import parse

PROGRESS_EVENTS = 100
"""Events between two calls of the progress function."""

NOW = Times("now")

Progress = Callable[[int, Instant], None]
"""Called with the events done and the log time reached."""


class ReplayReport(Struct):
    """What went out. ``acknowledged`` = ``retained`` + ``readings`` + ``raw`` when nothing is lost.

    ``raw`` counts messages that the recorded hub could not read, sent again as they were.
    ``left_out`` counts what was not sent: events that are no device's message by type, readings
    whose data is no JSON as `not-json`, names that are no topic by the grammar's reason.
    ``drift`` is how much slower than asked it went, ``city_clock`` whether the broker had one,
    ``bad_clocks`` how often it was unreadable.
    """

    run: str
    retained: int = 0
    readings: int = 0
    raw: int = 0
    acknowledged: int = 0
    reconnects: int = 0
    city_clock: bool = False
    bad_clocks: int = 0
    stopped: bool = False
    drift: float = 0.0
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """All messages that went out."""
        return self.retained + self.readings + self.raw

    def leave_out(self, reason: str) -> None:
        """Count an event that is not sent."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def replay_mqtt(
    log: Iterable[Logged],
    url: str,
    progress: Progress,
    *,
    pace: Pace,
    control: Control,
    times: Times = NOW,
    run: str = "",
) -> ReplayReport:
    """Publish a log to the broker at ``url`` (mqtt://user:password@host:port), as an exercise.

    With ``times`` `now` a reading's time becomes the city time at which it is due, plus what the
    device's clock was off in the recording. Its id ends in `~{run}`, so that a second run is no
    repeat of the first. ReplayFailed when the broker refuses or falls silent; BadRecording.
    """
    run = run or f"{time.time_ns() // 1_000_000}"
    report = ReplayReport(run)
    with Link(url, f"cityhub-replay-{run}") as link:
        report.city_clock = link.find_clock()
        clock = _Clock(times, link)
        done = 0
        for done, logged in enumerate(log, start=1):
            due = pace.wait(logged.time)
            if due is None:
                report.stopped = True
                break
            _send(link, logged, clock.moved(logged, due), report)
            if done % PROGRESS_EVENTS == 0:
                progress(done, logged.time)
        link.drain()
        report.acknowledged, report.reconnects = link.acknowledged, link.reconnects
        report.bad_clocks, report.drift = link.bad_clocks, pace.drift
        report.stopped = report.stopped or control.stopped
    progress(done, 0)
    return report


class _Clock:
    """Gives each event its new time."""

    def __init__(self, times: Times, link: Link) -> None:
        self._times = times
        self._link = link
        self._real = time.time_ns() // 1_000
        self._first: Instant | None = None

    def moved(self, logged: Logged, due: float) -> Instant | None:
        """Return the time of an event that is due so many seconds after the first one."""
        said = logged.event.time
        if self._first is None:
            self._first = logged.time
        if said is None or self._times.mode == "original":
            return said
        off = said - logged.time
        if self._times.mode == "anchor":
            return self._times.anchor + (logged.time - self._first) + off
        return self._link.clock.at(self._real + round(due * SECOND)) + off


def _send(link: Link, logged: Logged, moved: Instant | None, report: ReplayReport) -> None:
    event = logged.event
    if event.type == REJECTED:
        _send_raw(link, event, report)
        return
    topic = topic_of(event)
    if not _sendable(topic, event.type, report):
        return
    if event.type == CARD:
        link.publish(topic, _card(event.data), retain=True)
        report.retained += 1
    elif event.type == STATUS:
        link.publish(topic, event.data.strip(b'"'), retain=True)
        report.retained += 1
    elif not embeddable(event.data):
        report.leave_out("not-json")
    else:
        renewed = replace(event, id=f"{event.id}~{report.run}", time=moved, flags=(EXERCISE,))
        link.publish(topic, payload(renewed), retain=False)
        report.readings += 1


def _sendable(topic: str, kind: str, report: ReplayReport) -> bool:
    if not topic:
        report.leave_out(kind)
        return False
    try:
        parse(topic)
    except Rejected as error:
        # A recording may come from anywhere, and a name in it may be no topic (`+`, `#`, NUL).
        report.leave_out(error.reason)
        return False
    return True


def _send_raw(link: Link, event: Event, report: ReplayReport) -> None:
    """Send again what could not be read, where all of it was kept."""
    try:
        what = msgspec.json.decode(event.data, type=Rejection)
        raw = what.original.encode()
        body = base64.b64decode(raw, validate=True) if what.encoding == "base64" else raw
    except ValueError:
        report.leave_out("not-json")
        return
    if what.truncated:
        report.leave_out("truncated-original")
    elif _sendable(what.topic, event.type, report):
        link.publish(what.topic, body, retain=False)
        report.raw += 1


def _card(data: bytes) -> bytes:
    """Return the card marked as an exercise; a withdrawal, and what is no card, as it is."""
    try:
        card = msgspec.json.decode(data, type=Card | None)
    except (msgspec.DecodeError, RecursionError):
        return data
    return b"" if card is None else msgspec.json.encode(replace(card, exercise=True))
