"""Quarantine (隔离): a scenario that fails again and again is not called; what it misses is kept.

A function of the failures in the state, so every replay quarantines at the same event. The others
never notice. What was missed is remembered by position and comes again by `redrive`.
"""

from collections.abc import Callable

from msgspec import Struct, field

from hub.core.guard import LOAD, LOADING
from hub.core.handler import Handler
from hub.core.route import Route
from hub.core.store import Records, Store
from hub.core.timers import Timers
from hub.model.event import Position
from hub.model.instant import MINUTE, Instant

FAILURES = 5
WITHIN = MINUTE
"""So many failures of one scenario within so much log time quarantine it (our default)."""
SPANS = 1_000
"""Spans of missed positions kept per scenario; beyond it the oldest is forgotten, and counted."""
TABLE = "quarantine"


class Span(Struct, array_like=True):
    """Missed positions ``first`` to ``last``: ``events`` of them; the others are not its affair."""

    first: int
    last: int
    events: int
    late: bool


class Standing(Struct):
    """How one scenario fares in this partition; ``since`` is set while it is quarantined.

    ``failed`` are the newest failures' instants, ``types`` those of the events that it misses,
    ``forgotten`` counts the missed events beyond the bound. ``away``: its code could not be loaded
    when the worker began; nobody knows then what it would have read, so nothing is remembered.
    """

    failed: list[Instant] = field(default_factory=list)
    failures: int = 0
    handler: str = ""
    reason: str = ""
    detail: str = ""
    position: str = ""
    since: Instant | None = None
    missed: list[Span] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    forgotten: int = 0
    broken: bool = False
    away: bool = False

    @property
    def events(self) -> int:
        """How many missed events wait to come again."""
        return sum(span.events for span in self.missed)


class Quarantine:
    """The standing of the scenarios; ``active`` are those that are not called.

    ``tell`` is called when one enters (True) or leaves (False).
    """

    def __init__(
        self,
        store: Store,
        timers: Timers,
        tell: Callable[[str, Standing, Instant, bool], None],
    ) -> None:
        self._records = Records(store, TABLE, Standing)
        self._timers = timers
        self._tell = tell
        self.active: dict[str, None] = {}
        for name in self._records.names():
            standing = self._records.get(name)
            if standing is not None and standing.since is not None:
                self.active[name] = None

    def failed(
        self, handler: Handler, position: Position, now: Instant, reason: str, detail: str
    ) -> None:
        """Count a failure; the last one too many quarantines the scenario."""
        standing = self._standing(handler.scenario)
        standing.failures += 1
        standing.handler, standing.reason = handler.title, reason
        standing.detail, standing.position = detail.partition("\n")[0], str(position)
        recent = [at for at in standing.failed if now - at <= WITHIN]
        standing.failed = [*recent, now][-FAILURES:]
        if standing.since is None and len(standing.failed) == FAILURES:
            standing.since = now
            self.active[handler.scenario] = None
            self._tell(handler.scenario, standing, now, True)

    def miss(self, scenario: str, ordinal: int, *, late: bool) -> None:
        """Remember that a quarantined scenario missed an event of the log."""
        standing = self._standing(scenario)
        if standing.away:
            return
        last = standing.missed[-1] if standing.missed else None
        if last is not None and last.last == ordinal:
            return  # another handler of it
        if last is None or standing.broken or last.late != late:
            standing.missed.append(Span(ordinal, ordinal, 1, late))
        else:
            last.last, last.events = ordinal, last.events + 1
        standing.broken = False
        if len(standing.missed) > SPANS:
            standing.forgotten += standing.missed.pop(0).events

    def pass_over(self, route: Route | None, ordinal: int) -> None:
        """Note an event that is of a quarantined scenario's types, but is not to come again.

        A repeat, or a late one that it has no handler for: it must not fall into a span.
        """
        for handler, _ in () if route is None else route.handlers:
            if handler.scenario in self.active:
                standing = self._standing(handler.scenario)
                if standing.away:
                    continue
                if not standing.missed or standing.missed[-1].last != ordinal:
                    standing.broken = True

    @property
    def away(self) -> dict[str, str]:
        """The scenarios whose code is not there, and why."""
        found = {name: self._standing(name) for name in self.active}
        return {name: each.detail for name, each in found.items() if each.away}

    def leave_out(self, scenario: str, position: Position, now: Instant, why: str) -> None:
        """Quarantine a scenario whose code is not there."""
        standing = self._standing(scenario)
        standing.away = standing.broken = True
        standing.since = now if standing.since is None else standing.since
        standing.handler, standing.reason = f"{scenario}.{LOADING}", LOAD
        standing.detail, standing.position = why, str(position)
        self.active[scenario] = None
        self._tell(scenario, standing, now, True)

    def take_in(self, scenario: str, now: Instant) -> None:
        """Call a scenario whose code is there again, unless it failed its way in before."""
        standing = self._records.get(scenario)
        if standing is None or not standing.away:
            return
        standing.away = False
        self._records.touch(scenario)
        if len(standing.failed) == FAILURES:
            self._tell(scenario, standing, now, True)
        else:
            self.release(scenario, now)

    def claim(self, scenario: str, first: int, last: int) -> Span | None:
        """Take a missed event out, with all since ``first``; return the span it was in."""
        standing = self._records.get(scenario)
        if standing is None:
            return None
        for index, span in enumerate(standing.missed):
            if span.first <= last <= span.last:
                before = [Span(span.first, first - 1, 0, span.late)] if first > span.first else []
                after = [Span(last + 1, span.last, 0, span.late)] if last < span.last else []
                # One event is gone; which side the others are on, nobody counted.
                rest = span.events - 1
                for part in [*after, *before][:1]:
                    part.events = rest
                standing.missed[index : index + 1] = before + after
                self._records.touch(scenario)
                return span
        return None

    def release(self, scenario: str, now: Instant, *, forget: int = 0) -> None:
        """Call a scenario again; ``forget`` what it missed up to that ordinal: it is no more."""
        standing = self._records.get(scenario)
        if standing is None:
            return  # it never failed here
        self._records.touch(scenario)
        standing.missed = [span for span in standing.missed if span.last > forget]
        standing.failed, standing.broken = [], True
        if standing.since is None:
            return
        standing.since = None
        del self.active[scenario]
        for name, key, exercise in self._timers.postponed(scenario):
            self._timers.start(scenario, name, key, now, exercise=exercise)
        self._tell(scenario, standing, now, False)

    def standing(self, scenario: str) -> Standing | None:
        """Return how a scenario fares; None when it never failed."""
        return self._records.get(scenario)

    def _standing(self, scenario: str) -> Standing:
        standing = self._records.get(scenario)
        if standing is None:
            standing = Standing()
            self._records.put(scenario, standing)
        self._records.touch(scenario)
        return standing
