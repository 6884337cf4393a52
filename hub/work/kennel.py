"""Keeps the watchdog beside the worker: starts it, starts it again, ends it."""

import faulthandler
import os
import subprocess
import sys

import structlog

from hub.work.board import Board, shared

log = structlog.get_logger()


class Kennel:
    """The watchdog's process, and what both processes share."""

    def __init__(self, redis_url: str) -> None:
        self.board = Board.create()
        self._crash = shared("crash")
        self._env = {**os.environ, "CITYHUB_REDIS_URL": redis_url}
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Start the watchdog unless it runs."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            log.warning("watchdog.ended", status=self._process.returncode)
        else:
            faulthandler.enable(self._crash)  # what a crash in C leaves behind
        shares = (self.board.descriptor, self._crash)
        argv = [sys.executable, "-m", "hub.work.watchdog", *map(str, shares), str(os.getpid())]
        self._process = subprocess.Popen(argv, env=self._env, pass_fds=shares)  # noqa: S603 our own module

    def end(self) -> None:
        """End the watchdog at a clean stop."""
        if self._process is not None:
            self._process.kill()  # it holds nothing
            self._process.wait()
