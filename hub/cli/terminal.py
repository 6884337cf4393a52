"""What every command shares that prints: safe text, local time, JSON."""

import sys
import unicodedata
from datetime import datetime

import msgspec
from rich.cells import set_cell_size
from rich.console import Console
from rich.text import Text

from hub.model.instant import CITY_ZONE, Instant, to_datetime

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that move the cursor, turn the writing round, or cannot be written."""

PIPE_WIDTH = 160
"""Width of tables that go into a file or a pipe, which has none: wide enough to cut nothing."""


def safe(text: str) -> str:
    """Return text from outside with whatever a terminal would obey written as an escape."""
    return "".join(map(_escaped, text)) if _suspect(text) else text


def cut(text: str, width: int | None) -> str:
    """Return text that fills at most ``width`` cells (a Chinese character has two), None: all."""
    if width is None:
        return text
    short = set_cell_size(text, width).rstrip()
    return short if len(short) >= len(text.rstrip()) else set_cell_size(text, width - 1) + "…"


def local(instant: Instant) -> str:
    """Return an instant as a person in the city reads it: +08:00, to the millisecond."""
    return _local(to_datetime(instant))


def local_text(rfc3339: str) -> str:
    """Return an interface's RFC 3339 time as a person in the city reads it."""
    return _local(datetime.fromisoformat(rfc3339))


def as_json(value: object) -> str:
    """Return JSON in one line, with what a terminal would obey escaped as JSON does it."""
    text = msgspec.json.encode(value).decode()
    if not _suspect(text):
        return text
    # In this JSON such characters stand only within strings.
    return "".join(char if _harmless(char) else _units(char) for char in text)


def print_json(value: object) -> None:
    """Print a value as one line of JSON."""
    sys.stdout.write(as_json(value) + "\n")


def output() -> Console:
    """Return the console of results; nothing printed there is taken for markup."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)


def errors() -> Console:
    """Return the console of progress and trouble, which a pipe does not swallow."""
    return Console(stderr=True, markup=False, highlight=False, emoji=False)


def cell(text: str, style: str = "") -> Text:
    """Return text from outside for a table."""
    return Text(safe(text), style=style, overflow="fold")


def _local(moment: datetime) -> str:
    return moment.astimezone(CITY_ZONE).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]


def _suspect(text: str) -> bool:
    return not text.isprintable() and not all(map(_harmless, text))


def _harmless(char: str) -> bool:
    return unicodedata.category(char) not in _UNSAFE


def _escaped(char: str) -> str:
    return char if _harmless(char) else char.encode("unicode_escape").decode("ascii")


def _units(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))
