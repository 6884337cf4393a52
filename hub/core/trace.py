"""Tracebacks that are the same on every machine: files by their last two names."""

import traceback
from pathlib import PurePath

CHARACTERS = 2_000
"""Most characters kept of an error's words."""
LINES = 40
"""Most frames kept: an endless recursion has a thousand alike."""
CALLERS = ("core/calls.py", "core/guard.py", "work/deadline.py")
"""Files of ours that lead to a scenario's code: not the same ones in a worker and in a replay."""


def trace(error: BaseException) -> str:
    """Return what was raised and where, the innermost frames, without paths of the machine."""
    places = [
        ("/".join(PurePath(frame.filename).parts[-2:]), frame)
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    frames = [(file, frame) for file, frame in places if file not in CALLERS][-LINES:]
    lines = [f"{file}:{frame.lineno} in {frame.name}" for file, frame in frames]
    return "\n".join([f"{type(error).__name__}: {_words(error)}", *lines])


def _words(error: BaseException) -> str:
    try:
        words = str(error)
    except Exception as another:  # noqa: BLE001 the words of a stranger's error are his code too
        words = f"(its words cannot be read: {type(another).__name__})"
    return words.encode("utf-8", "backslashreplace").decode()[:CHARACTERS]
