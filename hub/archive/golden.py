"""The golden output of a run: what the city raised, commanded and derived, one JSON line each.

A line says what (`kind`, `id`, `data`), when in log time (`at`), in which partition, and which
event of the log caused it. Ids come from the log alone, so the same log gives the same lines.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from hub.archive.errors import BadGolden
from hub.model.event import ALERT, Event, Logged
from hub.model.instant import Instant, text
from hub.model.output import Answer, Downlink, Incident, Job, Letter, Output

LINE_BYTES = 1024 * 1024
"""Longest line taken: far above the largest message of the hub."""

Told = dict[str, Any]
"""A line as plain JSON; `Any` because another tool may have written it."""


class Line(Struct, frozen=True):
    """One output. ``cause`` is the event or timer that led to it; ``data`` its content."""

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
decode_line = msgspec.json.Decoder(Told).decode

Write = Callable[[bytes], object]
"""Takes one line of JSON without its end."""


class Golden:
    """Takes the outputs of a run and writes the lines. ``worked`` is the event given last."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self.worked: Logged | None = None
        self.lines = 0

    def take(self, partition: str, output: Output | Event, cause: str, now: Instant) -> None:
        """Take one output, or one derived event, that came of ``cause`` at log time ``now``."""
        found = content(output)
        if found is not None:
            kind, id_, data = found
            self.lines += 1
            self._write(_json(Line(text(now), partition, cause, kind, id_, data)))


def content(output: Output | Event) -> tuple[str, str, Raw] | None:  # noqa: PLR0911 one a kind
    """Return kind, id and data; None for what is no part of a golden output.

    The screen is not: it is the same facts again, and changes with every new field. A forward is
    told by the derived event that it carries, an alert by the desk.
    """
    match output:
        case Incident():
            return "alert", output.id, Raw(output.json)
        case Downlink():
            wire = _Command(output.topic, Raw(output.json), output.exercise)
            return "command", output.id, Raw(_json(wire))
        case Event() if output.source.startswith("/scenario/") and output.type != ALERT:
            derived = _Derived(
                output.type, output.subject, output.district, Raw(output.data), output.exercise
            )
            return "event", output.id, Raw(_json(derived))
        case Job():
            return "job", output.id, Raw(_json(_Job(output.action, Raw(output.json))))
        case Answer():
            return "answer", output.key, Raw(output.json)
        case Letter():
            return "letter", output.position, Raw(_json(_letter(output.json)))
        case _:
            return None


def read_golden(path: Path) -> Iterator[Told]:
    """Yield the lines of a golden output, of a replay or of the test kit, as plain JSON objects.

    BadGolden names the line that is none.
    """
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
