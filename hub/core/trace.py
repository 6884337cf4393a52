"""Tracebacks that are the same on every machine: files by their last two names."""

import traceback
from pathlib import PurePath

CHARACTERS = 2_000
"""Most characters kept of an error's words."""
LINES = 40
"""Most frames kept: an endless recursion has a thousand alike."""


def trace(error: BaseException) -> str:
    """Return what was raised and where, the innermost frames, without paths of the machine."""
    frames = traceback.extract_tb(error.__traceback__)[-LINES:]
    lines = [
        f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}"
        for frame in frames
    ]
    return "\n".join([f"{type(error).__name__}: {_words(error)}", *lines])


def _words(error: BaseException) -> str:
    try:
        words = str(error)
    except Exception as another:  # noqa: BLE001 the words of a stranger's error are his code too
        words = f"(its words cannot be read: {type(another).__name__})"
    return words.encode("utf-8", "backslashreplace").decode()[:CHARACTERS]
