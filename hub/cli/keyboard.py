"""Keys of a replay in a terminal: read one by one, without Enter, as long as it runs."""

import os
import re
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

from hub.archive.replay_pace import Control

HELP = "space: pause or go on · s or →: one event · a: until an alert · q: end"
LOOK_SECONDS = 0.2
"""How often the reader looks whether the replay is over."""
_KEY_BYTES = 64
"""What is pasted comes in parts."""
_KEYS = re.compile(rb"\x1b\[.|.", re.DOTALL)
"""An arrow is three bytes."""


@contextmanager
def keyboard(control: Control) -> Iterator[bool]:
    """Let the keys steer while the block runs; tell whether there is a keyboard at all."""
    if not sys.stdin.isatty():
        yield False
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    over = threading.Event()
    reader = threading.Thread(target=_read, args=(terminal, control, over), name="keyboard")
    try:
        tty.setcbreak(terminal)
        reader.start()
        yield True
    finally:
        over.set()
        reader.join()
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def press(key: bytes, control: Control) -> None:
    """Do what a key means; an unknown one means nothing."""
    match key:
        case b" ":
            control.toggle()
        case b"s" | b"\x1b[C":
            control.step()
        case b"a":
            control.run_until_alert()
        case b"q":
            control.stop()


def _read(terminal: int, control: Control, over: threading.Event) -> None:
    while not over.is_set():
        ready, _, _ = select.select([terminal], [], [], LOOK_SECONDS)
        if ready:
            typed = os.read(terminal, _KEY_BYTES)
            if not typed:
                return
            for key in _KEYS.findall(typed):
                press(key, control)
