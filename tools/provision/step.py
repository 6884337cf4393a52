"""A step of the setup: shown, timed, and skipped while its inputs are what they were."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from provision.errors import SetupError

# Enough of a failed command's output to hold its own error message.
SHOWN_LINES = 12


def fingerprint(files: Iterable[Path], *facts: str) -> str:
    """Return the SHA-256 over the names and contents of `files` and over `facts`."""
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(fact.encode() + b"\0")
    for file in sorted(files):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file}\0{content}\0".encode())
    return digest.hexdigest()


def is_current(stamp: Path, print_: str) -> bool:
    """Tell whether `stamp` was written for this fingerprint."""
    return stamp.is_file() and stamp.read_text() == print_


def once(title: str, stamp: Path, print_: str, action: Callable[[], None]) -> None:
    """Run `action` unless `stamp` holds `print_`; write the stamp after it succeeded.

    A stamp lies inside what its step makes, so that who deletes the one deletes the other.
    """
    if is_current(stamp, print_):
        return
    with timed(title):
        stamp.unlink(missing_ok=True)
        action()
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text(print_)


@contextmanager
def timed(title: str) -> Iterator[None]:
    """Print the title when the step begins, and the seconds it took when it ends."""
    print(f"• {title} …", flush=True)
    start = time.monotonic()
    yield
    print(f"✓ {title}  {time.monotonic() - start:.1f} s", flush=True)


def run(
    command: list[str | Path], remedy: str, *, cwd: Path, env: Mapping[str, str] | None = None
) -> None:
    """Run a command; on a terminal its last line of output is shown while it works.

    Raises SetupError with the end of the output and `remedy` when it fails.
    """
    words = [str(word) for word in command]
    try:
        process = subprocess.Popen(
            words,
            cwd=cwd,
            env={**os.environ, **(env or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        cause = f"`{words[0]}` does not start: {error.strerror}."
        raise SetupError(cause, remedy) from error
    last: deque[str] = deque(maxlen=SHOWN_LINES)
    with process:
        for line in process.stdout or ():
            last.append(line.rstrip())
            _show(last[-1])
    _show("")
    if process.returncode:
        output = "\n".join(f"    {line}" for line in last)
        raise SetupError(f"`{' '.join(words)}` failed:\n{output}", remedy)


def _show(line: str) -> None:
    """Overwrite the terminal's current line; print nothing into a file or a pipe."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 4
        print(f"\r\x1b[2K{line[:width]}", end="", flush=True)
