"""One child process of `demo`: started, its words kept, started again when it dies."""

import asyncio
import ctypes
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from time import monotonic

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
"""Seconds before a dead child is started again: doubled each time it dies young."""
GROWN_UP = 4.0
"""Seconds after which a death is a new story and the pause begins small again: under the 5 s of R1,
so that one killed every 5 s is back within its 3 s each time."""
STOP_SECONDS = 10.0
"""How long a child may take to stop before it is killed (R21)."""
LOG_BYTES = 5_000_000
LOG_FILES = 2
"""Bound of each child's log: 10 MB."""
LINE_BYTES = 64 * 1024

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Spec:
    """What to start: its name, command, extra environment, and how to know that it is up."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    up: Callable[[], Awaitable[None]] | None = None


class Child:
    """Keeps one process running until it is told to stop."""

    def __init__(self, spec: Spec, log_dir: Path, tell: Callable[[str], None]) -> None:
        self.spec = spec
        self.restarts = 0
        self._tell = tell
        self._stop = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._log = _logger(spec.name, log_dir / f"{spec.name}.log")
        self._last = "it said nothing"
        self.first_up = asyncio.Event()

    async def run(self) -> None:
        """Start it, wait for its end, start it again."""
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            started = monotonic()
            status = await self._once()
            if self._stop.is_set():
                return
            self.restarts += 1
            if monotonic() - started > GROWN_UP:
                pause = FIRST_PAUSE
            self._tell(f"{self.spec.name} ended ({_how(status)}), starting again: {self._last}")
            await _wait(self._stop, pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def stop(self) -> None:
        """Ask it to end, kill it when it does not."""
        self._stop.set()
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            self._tell(f"{self.spec.name} did not stop within {STOP_SECONDS:g} s; killed")
            process.kill()
            await process.wait()

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    async def _once(self) -> int:
        self._process = await asyncio.create_subprocess_exec(
            *self.spec.argv,
            env=dict(self.spec.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LINE_BYTES,
            start_new_session=True,  # Ctrl-C reaches `demo` alone, which stops all in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._listen(self._process))
            if self.spec.up is None:
                self.first_up.set()
            else:
                tasks.create_task(self._until_up(self._process))
        return await self._process.wait()

    async def _until_up(self, process: asyncio.subprocess.Process) -> None:
        """Wait until the child serves, or is dead."""
        if self.spec.up is None:
            return
        up = asyncio.ensure_future(self.spec.up())
        ended = asyncio.ensure_future(process.wait())
        await asyncio.wait({up, ended}, return_when=asyncio.FIRST_COMPLETED)
        if up.done():
            self.first_up.set()
        for waiting in (up, ended):
            waiting.cancel()
        await asyncio.gather(up, ended, return_exceptions=True)

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # a line beyond LINE_BYTES: asyncio dropped what it had read
                self._log.info("(a line of over %d bytes was dropped)", LINE_BYTES)
                continue
            if not line:
                return
            self._last = line.decode("utf-8", "backslashreplace").rstrip("\n")
            self._log.info(self._last)


def _logger(name: str, path: Path) -> logging.Logger:
    logger = logging.getLogger(f"cityhub.child.{name}")
    logger.propagate = False
    logger.setLevel(logging.INFO)
    handler = RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES - 1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.handlers = [handler]
    return logger


def _die_with_parent() -> None:
    """Have the kernel end the child when `demo` itself is killed: no stray listener is left."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _how(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
