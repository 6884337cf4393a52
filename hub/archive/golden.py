"""The golden output of a run: what the city raised, commanded and derived, one JSON line each.

A line says what (`kind`, `id`, `data`), when in log time (`at`), in which partition, and which
event of the log caused it. Ids come from the log alone, so the same log gives the same lines.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec import Raw, Struct

from hub.archive.errors import BadGolden
from hub.model.event import ACK, ALERT, Logged
from hub.model.instant import Instant, text
from hub.model.output import Answer, Downlink, Forward, Incident, Job, Letter, Output, Shown

LINE_BYTES = 1024 * 1024
"""Longest line taken: far above the largest message of the hub."""

KINDS = ("alert", "command", "event", "answer", "letter")


class Line(Struct, frozen=True):
    """One output. ``cause`` is `{position} {type} {source}`, or `timer`; ``data`` its content."""

    at: str
    partition: str
    cause: str
    kind: str
    id: str
    data: Raw


class _Derived(Struct, frozen=True, omit_defaults=True):
    type: str
    subject: str
    district: str
    data: Raw
    exercise: bool = False


class _Job(Struct, frozen=True):
    """An action that was asked for."""

    action: str
    data: Raw


class _Command(Struct, frozen=True, omit_defaults=True):
    topic: str
    command: Raw
    exercise: bool = False


class _Letter(Struct, frozen=True):
    """What of a dead letter stays the same when code moves: no traceback."""

    topic: str
    reason: str
    handler: str


_json = msgspec.json.Encoder().encode
_letter = msgspec.json.Decoder(_Letter).decode
decode_line = msgspec.json.Decoder(Line).decode

Write = Callable[[bytes], object]
"""Takes one line of JSON without its end."""


class Golden:
    """Takes the outputs of a run and writes the lines; `caused` says what is being worked."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._cause = ""
        self.worked: Logged | None = None
        self.lines = 0

    def caused(self, logged: Logged | None) -> None:
        """Note the event whose outputs follow; None: those of timers."""
        self.worked = logged
        if logged is None:
            self._cause = "timer"
        else:
            event = logged.event
            self._cause = f"{logged.position} {event.type} {event.source}"

    def take(self, partition: str, output: Output, now: Instant) -> None:
        """Take one output, put out at log time ``now``."""
        found = content(output)
        if found is not None:
            kind, id_, data = found
            self.lines += 1
            self._write(_json(Line(text(now), partition, self._cause, kind, id_, data)))


def content(output: Output) -> tuple[str, str, Raw] | None:  # noqa: PLR0911 one a kind
    """Return kind, id and data of an output; None for what is no part of a golden output.

    The screen is not: it is the same facts again, and changes with every new field.
    """
    match output:
        case Incident():
            return "alert", output.id, Raw(output.json)
        case Downlink():
            wire = _Command(output.topic, Raw(output.json), output.exercise)
            return "command", output.id, Raw(_json(wire))
        case Forward() if output.event.type not in {ALERT, ACK}:  # an alert says it itself
            event = output.event
            derived = _Derived(
                event.type, event.subject, event.district, Raw(event.data), event.exercise
            )
            return "event", event.id, Raw(_json(derived))
        case Job():
            return "job", output.id, Raw(_json(_Job(output.action, Raw(output.json))))
        case Answer():
            return "answer", output.key, Raw(output.json)
        case Letter():
            return "letter", output.position, Raw(_json(_letter(output.json)))
        case Forward() | Shown():
            return None


def read_golden(path: Path) -> Iterator[Line]:
    """Yield the lines of a golden output; BadGolden names the line that is none."""
    with path.open("rb") as file:
        for number in range(1, 1 << 62):
            raw = file.readline(LINE_BYTES + 1)
            if not raw:
                return
            if len(raw) > LINE_BYTES:
                raise BadGolden(path, number, f"longer than {LINE_BYTES} bytes")
            try:
                yield decode_line(raw)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise BadGolden(path, number, f"no line of a golden output: {error}") from error
