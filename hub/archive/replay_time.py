"""When a replayed event happens: as recorded, moved to now, or from a chosen instant on. Pure.

The device's own word moves with log time, so that what its clock was off stays off. Times within
`data` are the scenarios' business and stay, but for the hub's own `hub.listening`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from hub.archive.errors import BadReplay
from hub.model.event import LISTENING, Event, Listening, Logged
from hub.model.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant, parse

PAUSE: Duration = SECOND
"""Between the last event of one round and the first of the next: log time goes on (our default)."""


class Times(Struct, frozen=True):
    """Which times replayed events have: their own, from now on, or from ``anchor`` on."""

    mode: Literal["original", "now", "anchor"] = "original"
    anchor: Instant = 0


_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


def instant(text: str, first: Instant) -> Instant:
    """Return the instant of `2026-11-23T08:00:00Z`, or of `+90s`, `+2h` after ``first``."""
    try:
        if text.startswith("+"):
            return first + round(float(text[1:-1]) * _UNITS[text[-1]])
        return parse(text)
    except (ValueError, KeyError, OverflowError) as error:
        remedy = "Write RFC 3339 such as 2026-11-23T08:00:00Z, or +90s, +15m, +2h, +1d"
        raise BadReplay(f"{text!r} is no time: {error}", remedy) from error


def moved(log: Iterable[Logged], to: Instant) -> Iterator[Logged]:
    """Yield the log moved as a whole, so that its first event is at ``to``."""
    shift: Duration | None = None
    for logged in log:
        if shift is None:
            shift = to - logged.time
        yield _shifted(logged, shift) if shift else logged


def looped(open_log: Callable[[], Iterable[Logged]], rounds: int) -> Iterator[Logged]:
    """Yield the log again and again, log time always rising; ``rounds`` 0: without end.

    Ids end in `~{round}`, so that no round is a repeat of the one before. A device's `sequence`
    begins again, as after a restart of the device, and is counted as such.
    """
    shift: Duration = 0
    latest: Instant = 0
    number = 0
    while number < rounds or not rounds:
        number += 1
        begun = False
        for logged in open_log():
            if number > 1 and not begun:
                shift = latest + PAUSE - logged.time
            begun = True
            latest = max(latest, logged.time + shift)
            yield logged if number == 1 else _renamed(_shifted(logged, shift), number)
        if not begun:
            return


def _renamed(logged: Logged, number: int) -> Logged:
    return replace(logged, event=replace(logged.event, id=f"{logged.event.id}~{number}"))


def _shifted(logged: Logged, shift: Duration) -> Logged:
    event = logged.event
    said = None if event.time is None else event.time + shift
    data = _listening(event, shift) if event.type == LISTENING else event.data
    return replace(logged, time=logged.time + shift, event=replace(event, time=said, data=data))


def _listening(event: Event, shift: Duration) -> bytes:
    try:
        change = msgspec.json.decode(event.data, type=Listening)
    except msgspec.DecodeError:  # the machine makes a dead letter of it
        return event.data
    return msgspec.json.encode(replace(change, since=change.since + shift))
