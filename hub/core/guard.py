"""The guard: every call of a scenario's code goes through it, so that the edge can stop one.

The core itself has no clock: how long a call may take is the worker's affair (`hub.work.deadline`).
What the worker stopped is in the log as a verdict, and a replay stops it at the same place.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.model.control import Reload
from hub.model.event import VERDICT, Event, Position
from hub.model.verdict import Verdict


class Stopped(BaseException):
    """A call was ended from outside, or must not be made; ``reason`` is the dead letter's.

    No `Exception`: a handler that catches those must not swallow it. ``traced``: where it was
    stopped belongs into the letter; else ``words`` are all there is to say.
    """

    def __init__(self, reason: str, words: str, *, traced: bool = False) -> None:
        super().__init__(words)
        self.reason = reason
        self.words = words
        self.traced = traced


class Guard:
    """Just calls: for tests, where a person waits and may press Ctrl-C."""

    def at(self, _partition: str, _ordinal: int) -> Mapping[str, str] | None:
        """Note which event of the log is worked from now on.

        Return the scenarios whose code is not there from it on, and why; None: as before.
        """
        return None

    def replays(self, _position: Position) -> None:
        """Note where in a recorded log the event stood that is worked next."""

    def reload(self, _what: Reload) -> Registry | None:
        """Return all scenarios with the new code of one; None where it is the newest already.

        Raise BadScenario when it cannot be used: the old code goes on.
        """
        return None

    def run(
        self, _handler: Handler, _cause: str, function: Callable[..., Any], *arguments: object
    ) -> Any:
        """Return what a handler's ``function`` returns; raise what it raises, or Stopped."""
        return function(*arguments)


class Recorded(Guard):
    """Stops what the log says was stopped: for replays of what a worker has worked.

    ``renumbered``: the replay derives events anew, so ordinals are others; `replays` tells which
    event of the log comes. Only what was stopped on an event that it derived in another partition
    is not known again then.
    """

    def __init__(self, verdicts: Iterable[Verdict], *, renumbered: bool = False) -> None:
        self._verdicts: dict[tuple[str, str], Verdict] = {}
        self._loads: dict[str, list[Verdict]] = {}
        self._away: dict[str, dict[str, str]] = {}
        self._renumbered = renumbered
        self._next: Position | None = None
        self._was: dict[str, tuple[str, str]] = {}
        for each in verdicts:
            self._verdicts[each.handler, each.cause] = each
            if each.reason == LOAD:
                self._loads.setdefault(each.cause.partition(".")[0], []).append(each)

    def replays(self, position: Position) -> None:
        """Note where in the log the event stood that is worked next."""
        self._next = position

    def at(self, partition: str, ordinal: int) -> Mapping[str, str] | None:
        """Return the scenarios that were not there, where the log says that this changed."""
        recorded = ordinal
        if self._renumbered:
            known, self._next = self._next, None
            recorded = 0 if known is None else known.ordinal
            self._was[partition] = str(ordinal), str(recorded)
        loads, changed = self._loads.get(partition, []), False
        while loads and loads[0].ordinal <= recorded:
            verdict, changed = loads.pop(0), True
            away = self._away.setdefault(partition, {})
            away[verdict.handler.partition(".")[0]] = verdict.detail
        if not changed:
            return None
        return {name: why for name, why in self._away[partition].items() if why}

    def reload(self, what: Reload) -> Registry | None:
        """Refuse what the log says was refused: else a replay runs today's code all along."""
        known = self._verdicts.get((f"{what.scenario}.{RELOADING}", what.key))
        if known is not None:
            raise Stopped(known.reason, known.detail)
        return None

    def run(
        self, handler: Handler, cause: str, function: Callable[..., Any], *arguments: object
    ) -> Any:
        """Raise Stopped where the log says so, else call."""
        known = self._verdicts.get((handler.title, self._then(cause))) if self._verdicts else None
        if known is not None:
            raise Stopped(known.reason, known.detail)
        return function(*arguments)

    def _then(self, cause: str) -> str:
        """Return how the recorded log names a cause; a timer's name is the same."""
        if not self._renumbered:
            return cause
        partition, number, *rest = cause.split(".")
        now, was = self._was.get(partition, ("", ""))
        return ".".join((partition, was if number == now else number, *rest))


RELOADING = "(reload)"
"""Stands for the handler in the verdict on a reload."""
LOADING = "(load)"
LOAD = "load"
"""The same, and the reason, where a worker began with code that could not be loaded (its detail
says why), or could be again (no detail)."""

NO_GUARD = Guard()


def verdicts(log: Iterable[Event]) -> list[Verdict]:
    """Return the verdicts in a log: they stand behind the events that they are about."""
    return [msgspec.json.decode(e.data, type=Verdict) for e in log if e.type == VERDICT]
