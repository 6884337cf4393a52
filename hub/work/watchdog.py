"""The watchdog: a process beside the worker that kills it when one call holds it for good.

The deadline's signal cannot reach code in C that keeps the interpreter (`sum(range(2 * 10**8))`), a
handler that swallows everything, or memory that grows without end. The watchdog sees on the board
that one call does not end, stops the worker, notes the death in Redis, and kills it; whoever keeps
the worker running starts it again. It goes with the worker, whatever ends that.
"""

import contextlib
import os
import signal
import sys
import time

import psutil
from redis.exceptions import RedisError

from hub.work.board import Board, Call
from hub.work.deaths import note

LOOK_SECONDS = 0.05
"""How often the board is looked at: memory grows at some GB/s, processor time at one."""
CPU_SECONDS = 2.0
"""Processor time of the worker within one call: 40 times the deadline, below the lease's 5 s."""
WALL_SECONDS = 10.0
"""Time of one call that uses no processor, while the worker is not paused: it waits for good."""
GROWTH_BYTES = 512 * 1024 * 1024
"""What the worker may grow within one call (our default)."""


class Watch:
    """What one call has cost so far. ``look`` returns why the worker must end, or nothing."""

    def __init__(self, board: Board, process: psutil.Process) -> None:
        self._board = board
        self._process = process
        self._serial = 0
        self._since = self._cpu = 0.0
        self._memory = 0

    def look(self) -> str:
        """Look once."""
        serial = self._board.serial
        if serial == 0 or serial != self._serial:
            self._serial = serial
            if serial:
                self._since, self._cpu = time.monotonic(), self._used()
                self._memory = self._process.memory_info().rss
            return ""
        used = self._used() - self._cpu
        if used > CPU_SECONDS:
            return f"one call computed for over {CPU_SECONDS:g} s and could not be stopped"
        if self._process.memory_info().rss - self._memory > GROWTH_BYTES:
            return f"one call took over {GROWTH_BYTES // 2**20} MiB of memory"
        if self._process.status() == psutil.STATUS_STOPPED:
            self._since = time.monotonic()  # a paused worker is not stuck
        elif time.monotonic() - self._since > WALL_SECONDS:
            return f"one call waited for over {WALL_SECONDS:g} s and could not be stopped"
        return ""

    def _used(self) -> float:
        times = self._process.cpu_times()
        return float(times.user + times.system)


def watch(board: Board, crash: int, worker: int, url: str) -> None:
    """Watch the process ``worker`` until it ends. ``crash`` is where it writes when it crashes."""
    with contextlib.suppress(psutil.NoSuchProcess):
        look = Watch(board, psutil.Process(worker)).look
        while os.getppid() == worker:
            time.sleep(LOOK_SECONDS)
            why = look()
            if why and os.getppid() == worker:
                _end(board, worker, url, why)
    died_of = os.pread(crash, 200, 0).decode("utf-8", "replace").partition("\n")[0]
    call = board.read()
    if died_of and call is not None:
        _note(url, call, f"the worker crashed: {died_of}")


def _end(board: Board, worker: int, url: str, why: str) -> None:
    """Kill the worker, unless the call ended at the last moment."""
    serial = board.serial
    os.kill(worker, signal.SIGSTOP)
    call = board.read()
    if call is None or call.serial != serial:
        os.kill(worker, signal.SIGCONT)
        return
    _note(url, call, why)
    os.kill(worker, signal.SIGKILL)


def _note(url: str, call: Call, why: str) -> None:
    where = f"{call.handler} at {call.partition}/{call.ordinal}"
    try:
        note(url, call, why)
        sys.stderr.write(f"watchdog: {where}: {why}\n")
    except (RedisError, OSError) as error:
        sys.stderr.write(f"watchdog: {where}: {why}; not noted: {error}\n")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the worker's
    _board, _crash, _worker = map(int, sys.argv[1:])
    watch(Board(_board), _crash, _worker, os.environ["CITYHUB_REDIS_URL"])
