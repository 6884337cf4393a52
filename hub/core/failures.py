"""Failures of scenarios' code: each is a dead letter; what hung on the machine is a verdict too."""

from collections.abc import Callable

import msgspec

from hub.core.guard import LOAD, LOADING, RELOADING, Stopped
from hub.core.handler import Handler
from hub.core.letters import Letters
from hub.core.outlet import Outlet
from hub.core.quarantine import Quarantine
from hub.core.rerun import Rerun
from hub.core.trace import trace
from hub.model.control import Reload
from hub.model.event import VERDICT, Event, Position
from hub.model.instant import Instant
from hub.model.output import Forward
from hub.model.verdict import Verdict


class Failures:
    """Tells what went wrong in a handler, and where."""

    def __init__(
        self,
        position: Callable[[], Position],
        *,
        letters: Letters,
        outlet: Outlet,
        quarantine: Quarantine,
    ) -> None:
        self._position = position
        self._letters = letters
        self._outlet = outlet
        self._quarantine = quarantine

    def misfit(
        self,
        handler: Handler,
        event: Event,
        now: Instant,
        detail: str,
        what: Rerun | None = None,
    ) -> None:
        """Dead-letter an event whose data does not fit this handler's view of it."""
        self._letter(handler, event, now, "schema", detail, what)

    def note(  # noqa: PLR0917 a failure and what it happened to
        self,
        handler: Handler,
        cause: str,
        event: Event,
        now: Instant,
        error: BaseException,
        what: Rerun | None = None,
    ) -> None:
        """Dead-letter the event for this handler. Ctrl-C is nobody's failure: it is raised on.

        ``what`` is the run that failed when a time rule ordered it.
        """
        if isinstance(error, KeyboardInterrupt):
            raise error
        reason, detail = "handler-error", ""
        if isinstance(error, Stopped):
            reason, detail = error.reason, "" if error.traced else error.words
        detail = detail or trace(error)
        self._letter(handler, event, now, reason, detail, what)
        self._quarantine.failed(handler, self._position(), now, reason, detail)
        if isinstance(error, Stopped):
            ordinal = self._position().ordinal
            self._record(Verdict(ordinal, handler.title, cause, reason, detail), now)

    def refused(self, what: Reload, now: Instant, words: str) -> None:
        """Record that new code could not be used: it hung on the machine's disk."""
        handler = f"{what.scenario}.{RELOADING}"
        ordinal = self._position().ordinal
        self._record(Verdict(ordinal, handler, what.key, "reload", words), now)

    def away(self, scenario: str, now: Instant, words: str) -> None:
        """Record that a scenario's code is not there from this event on, or is again (no words)."""
        at = self._position()
        cause = f"{at.partition}.{at.ordinal}"
        self._record(Verdict(at.ordinal, f"{scenario}.{LOADING}", cause, LOAD, words), now)

    def _letter(  # noqa: PLR0917 a failure and what it happened to
        self,
        handler: Handler,
        event: Event,
        now: Instant,
        reason: str,
        detail: str,
        what: Rerun | None,
    ) -> None:
        at, title = self._position(), handler.title
        self._letters.event(at, now, event, reason=reason, detail=detail, handler=title, what=what)

    def _record(self, verdict: Verdict, now: Instant) -> None:
        """Have the verdict appended to this very log: it leaves with the commit it is about."""
        event = Event(
            id=f"{verdict.cause}.{verdict.handler}.verdict",
            source="/hub/core",
            type=VERDICT,
            data=msgspec.json.encode(verdict),
            time=now,
        )
        self._outlet.put(Forward(self._outlet.partition, event))
