"""The hand of a test in the machine: gives it new code, kills it in the middle of a handler."""

from collections.abc import Callable
from copy import copy
from typing import Any

from hub.core.guard import Guard
from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.model.control import Reload


class Killed(KeyboardInterrupt):
    """The process died. Like Ctrl-C it is no failure of the handler, and goes through the core."""


class Hand(Guard):
    """``fresh`` is the code that a reload gives, ``victim`` the handler whose next run kills."""

    fresh: Registry | None = None
    victim: str = ""

    def reload(self, _what: Reload) -> Registry | None:
        """Return a copy of the new code: each partition has its own."""
        return copy(self.fresh)

    def run(
        self, handler: Handler, _cause: str, function: Callable[..., Any], *arguments: object
    ) -> Any:
        """Call, and raise Killed after the victim."""
        found = function(*arguments)
        if self.victim and handler.name == self.victim:
            self.victim = ""
            raise Killed
        return found
