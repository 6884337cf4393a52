"""The deadline: a handler that runs too long is stopped by a signal, within its own code only.

One interval timer looks at the running call; a call itself costs a few stores into shared memory,
no clock and no system call. Code in C that keeps the interpreter is the watchdog's affair.
"""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from hub.core.guard import RELOADING, Guard, Stopped
from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.model.control import Reload
from hub.work.board import BASE, HANDLER, ORDINAL, PARTITION, SERIAL, Board
from hub.work.deaths import Doomed
from hub.work.loader import Loader

PERIOD = 0.025
"""Seconds between two looks: a call is stopped at most this much after its time."""
CPU_SECONDS = 0.050
"""Processor time a call may use: above 1,000 times what one usually needs. Processor time, because
on a busy machine an innocent handler may have to wait for its turn (ENGINEERING §3)."""
BLOCKED_LOOKS = 20
"""Looks (0.5 s) after which a call that uses no processor is stopped too: it sleeps or waits.
Looks and not a clock: a process that was paused has not been looked at."""

WORDS = "the call took more than its 50 ms of processor time, or waited for over 0.5 s"

FUNCTIONS = 10_000
"""Functions whose number is kept at hand: each reload of a scenario brings new ones."""


class Deadline(Guard):
    """Runs handlers on the main thread; `armed` around each batch starts the looking.

    ``away``, by partition: scenarios that a new machine is without, and why; told to it once.
    """

    def __init__(self, board: Board, loader: Loader | None = None) -> None:
        self._loader = loader
        self.doomed = Doomed()
        self.away: dict[str, Mapping[str, str]] = {}
        self._partition = ""
        self._serial = 0
        self._running = False
        self._looks = 0
        self._seen = 0
        self._cpu = 0.0
        self._own = Deadline.run.__code__
        self.board, self._words = board, board.words
        self._indices: dict[Callable[..., Any], int] = {}

    @contextmanager
    def armed(self, partition: str) -> Iterator[None]:
        """Look at the calls of a partition's batch."""
        self._partition = partition
        self._words[PARTITION] = self.board.index(partition)
        before = signal.signal(signal.SIGALRM, self._look)
        signal.setitimer(signal.ITIMER_REAL, PERIOD, PERIOD)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
            self._words[SERIAL] = 0

    def at(self, partition: str, ordinal: int) -> Mapping[str, str] | None:
        """Note which event is worked; at a machine's first, return who is ``away`` in it."""
        words = self._words
        words[ORDINAL], words[BASE] = ordinal, self._serial
        return self.away.pop(partition, None) if self.away else None

    def reload(self, what: Reload) -> Registry | None:
        """Return all scenarios with the new code of one, or raise BadScenario."""
        if self._loader is None:
            return None
        handler = f"{what.scenario}.{RELOADING}"
        self._serial += 1
        if self.doomed.calls:
            self._spare(handler)
        words = self._words
        words[HANDLER], words[SERIAL] = self.board.index(handler), self._serial
        return self._loader.reload(what)  # it may take its time, up to the watchdog's

    def run(
        self, handler: Handler, _cause: str, function: Callable[..., Any], *arguments: object
    ) -> Any:
        """Call; raise Stopped when it takes too long, or killed the worker twice."""
        self._serial = serial = self._serial + 1
        if self.doomed.calls:
            self._spare(handler.title)
        words = self._words
        words[HANDLER] = self._indices.get(function) or self._index(handler, function)
        words[SERIAL] = serial
        self._running = True
        try:
            return function(*arguments)
        except KeyboardInterrupt as error:  # Ctrl-C is the event loop's: this one is its own
            own = RuntimeError("the handler raised KeyboardInterrupt")
            raise own.with_traceback(error.__traceback__) from None
        finally:
            self._running = False

    def _index(self, handler: Handler, function: Callable[..., Any]) -> int:
        """Return a handler's number on the board; known by its function from now on."""
        if len(self._indices) > FUNCTIONS:
            self._indices.clear()
        self._indices[function] = index = self.board.index(handler.title)
        return index

    def _spare(self, handler: str) -> None:
        """Raise Stopped when the next call is one that the worker died of."""
        ordinal, number = self._words[ORDINAL], self._serial - self._words[BASE]
        why = self.doomed.why(self._partition, ordinal, number, handler)
        if why:
            raise Stopped("killed", why)

    def _look(self, _number: int, frame: FrameType | None) -> None:
        """Stop the running call when its time is over; never outside of its own code."""
        if not self._running or frame is None or frame.f_code is self._own:
            return
        if self._seen != self._serial:
            self._seen, self._looks, self._cpu = self._serial, 0, time.thread_time()
            return
        self._looks += 1
        used = time.thread_time() - self._cpu
        if used >= CPU_SECONDS or self._looks >= BLOCKED_LOOKS:
            # Again at each look: one may be swallowed, in a destructor or by `except:`.
            raise Stopped("deadline", WORDS, traced=True)
