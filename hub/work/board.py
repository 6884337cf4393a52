"""The board: which call of a scenario's code runs now, in memory that two processes share.

The worker writes a few numbers a call, the watchdog reads them: no lock, no system call. What was
written is only believed when it has stood unchanged for long, so a torn read harms nobody.
"""

import mmap
import os
import tempfile
from typing import Self

import msgspec
from msgspec import Struct

SERIAL, BASE, ORDINAL, HANDLER, PARTITION, LENGTH = range(6)
"""The words of the board, 64 bits each."""
_NAMES_AT = 6 * 8
SIZE = 1024 * 1024
"""Bytes of the memory: room for the names of some 20,000 handlers."""


class Call(Struct, frozen=True):
    """One call: the ``number``-th of the event at ``ordinal``; ``serial`` tells two runs apart."""

    serial: int
    partition: str
    ordinal: int
    number: int
    handler: str


class Board:
    """The shared memory behind a file descriptor, which a child process inherits.

    ``words`` are written by the worker as it goes, straight: a method's call would cost more than
    they do. The word SERIAL is 0 while no scenario's code runs.
    """

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, SIZE)
        self.words = memoryview(self._memory)[:_NAMES_AT].cast("Q")
        self._names: dict[str, int] = {}

    @classmethod
    def create(cls) -> Self:
        """Return a new, empty board; its memory is gone with the last process that has it."""
        descriptor = shared("board")
        os.ftruncate(descriptor, SIZE)
        return cls(descriptor)

    # -- the worker's side ------------------------------------------------------------------------

    def index(self, name: str) -> int:
        """Return the number of a name, which the other side can turn back; 0 when it is full."""
        known = self._names.get(name)
        return self._add(name) if known is None else known

    def _add(self, name: str) -> int:
        raw = msgspec.json.encode([*self._names, name])
        if len(raw) > SIZE - _NAMES_AT:
            return 0
        self._names[name] = len(self._names) + 1
        self._memory[_NAMES_AT : _NAMES_AT + len(raw)] = raw
        self.words[LENGTH] = len(raw)
        return self._names[name]

    # -- the watchdog's side ----------------------------------------------------------------------

    @property
    def serial(self) -> int:
        """The running call's serial; 0 when no scenario's code runs."""
        return self.words[SERIAL]

    def read(self) -> Call | None:
        """Return the call that runs, or None."""
        serial, base, ordinal, handler, partition, length = self.words
        if serial == 0:
            return None
        raw = self._memory[_NAMES_AT : _NAMES_AT + length]
        try:
            names = ["?", *msgspec.json.decode(raw, type=list[str])]
            return Call(serial, names[partition], ordinal, serial - base, names[handler])
        except (msgspec.DecodeError, IndexError):
            return None  # read while it was written: the next look sees it whole


def shared(name: str) -> int:
    """Return the descriptor of a new file without a place in any folder."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create(f"cityhub-{name}")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
