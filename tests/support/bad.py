"""Handlers that misbehave, each in its own way, for tests of what stops them."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any


def loops() -> None:
    """Never end."""
    while True:
        pass


def regex_bomb() -> None:
    """Match a pattern that takes exponentially long."""
    re.match(r"(a+)+$", "a" * 60 + "b")


def swallows() -> None:
    """Never end, and catch what an ordinary `except` catches."""
    for _ in count():
        with suppress(Exception):
            loops()


def sleeps() -> None:
    """Wait, without using the processor."""
    time.sleep(3600)


def hoards() -> None:
    """Use memory without end, in Python."""
    kept: list[Any] = []
    while True:
        kept.append([0] * 100)


def recurses() -> None:
    """Call itself without end."""
    recurses()


class _Deep:
    def __repr__(self) -> str:
        return repr([self])


def recurses_in_c() -> None:
    """Call itself without end, through code in C."""
    repr(_Deep())


def nests() -> None:
    """Build a structure so deep that its end is a recursion in C."""
    deep: list[Any] = []
    for _ in range(1_000_000):
        deep = [deep]


def raises() -> None:
    """Raise an ordinary error."""
    raise ValueError("no")


def leaves() -> None:
    """Ask the whole process to end."""
    raise SystemExit(3)


def interrupts() -> None:
    """Pretend that somebody pressed Ctrl-C."""
    raise KeyboardInterrupt


class Odd(BaseException):
    """What nobody expects to be raised."""


def odd() -> None:
    """Raise what no `except Exception` catches."""
    raise Odd


STOPPED: list[Callable[[], None]] = [loops, regex_bomb, swallows, sleeps, hoards]
"""What only the deadline ends."""

FAILING: list[Callable[[], None]] = [raises, recurses, recurses_in_c, leaves, interrupts, odd]
"""What ends by itself."""
