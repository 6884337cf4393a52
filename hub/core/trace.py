"""Tracebacks that are the same on every machine: files by their last two names."""

import traceback
from pathlib import PurePath

LINES = 40
"""Most frames kept: an endless recursion has a thousand alike."""


def trace(error: BaseException) -> str:
    """Return what was raised and where, the innermost frames, without paths of the machine."""
    frames = traceback.extract_tb(error.__traceback__)[-LINES:]
    lines = [
        f"{'/'.join(PurePath(frame.filename).parts[-2:])}:{frame.lineno} in {frame.name}"
        for frame in frames
    ]
    return "\n".join([f"{type(error).__name__}: {error}", *lines])
