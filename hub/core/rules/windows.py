"""`tumbling` and `sliding`: readings added up over spans of the data's own time.

Readings go into buckets of ``every``; a window is one bucket or several. What changes with every
reading (the open buckets) is kept apart from what only a closing window needs (the past ones).
"""

from math import isfinite

from msgspec import Struct, field
from msgspec.structs import replace

from hub.core.context import Context
from hub.core.handler import Given, Handler, Question, Role
from hub.core.rules.rule import Rule, inner, run, slim, start, timed, timer_of
from hub.core.window import ONLY, Stats, Window
from hub.model.event import Event
from hub.model.instant import CITY_ZONE, SECOND, Duration, Instant

MOST_FIELDS = 32
"""Most fields of one window: what is kept of a key is bounded whatever `of` returns."""
MOST_BUCKETS = 31 * 24
"""Most buckets of a sliding window: a month of hours."""

_CLOSE = "close"
_ZONE: Duration = round(CITY_ZONE.utcoffset(None).total_seconds()) * SECOND
_Buckets = dict[int, dict[str, Stats]]
"""Bucket by its beginning."""


class Open(Struct, omit_defaults=True):
    """Of a key: buckets that got readings since a window closed, and when the next one closes.

    ``until`` is the end of the last window that any reading so far belongs to; ``last`` says where
    the last one came from.
    """

    buckets: _Buckets = field(default_factory=dict)
    due: Instant = 0
    until: Instant = 0
    last: Event | None = None


class Past(Struct):
    """Of a key: the buckets of windows that closed, as long as a window needs them."""

    buckets: _Buckets = field(default_factory=dict)


class Span(Struct, frozen=True):
    """The windows of a rule: ``span`` long, one every ``every``, closed ``lateness`` after its end.

    All begin at a multiple of ``every`` since midnight in the city (+08:00).
    """

    every: Duration
    span: Duration
    lateness: Duration

    def begin(self, time: Instant) -> Instant:
        """Return the beginning of the bucket that an instant lies in."""
        return time - (time + _ZONE) % self.every

    def next_end(self, begin: Instant, now: Instant) -> Instant | None:
        """Return the end of the first window still open that a bucket is in; None when closed."""
        end = max(begin + self.every, self.begin(now - self.lateness) + self.every)
        return end if end <= begin + self.span else None


class Windows:
    """Runs ``target`` with each window that has readings, when it closes.

    ``late`` runs on readings all of whose windows have closed; they are counted either way.
    """

    def __init__(
        self, target: Handler, span: Span, *, of: Question, late: Handler | None = None
    ) -> None:
        self._target = target
        self._span = span
        self._of = of
        self._late = late
        self._timer = timer_of(target, _CLOSE)

    def rule(self) -> Rule:
        """Return it as the machine runs it."""
        target = self._target
        return Rule(
            handlers=(inner(target, "take", self._take, Open, self._of),),
            timers=(replace(timed(target, _CLOSE, self._close, Open), past=Past),),
            targets=(target,) if self._late is None else (target, self._late),
        )

    def _take(self, given: Given) -> bool:
        """Take in a reading."""
        ctx: Context = given[Role.CONTEXT]
        known: Open = given[Role.MEMORY]
        begin = self._span.begin(ctx.time)
        end = self._span.next_end(begin, ctx.now)
        if end is None:
            ctx.note("window-late", self._target.title)
            run(ctx, self._late, ctx.event)
            return False
        values = _values(self._of.ask(given))
        if not values:
            return False
        bucket = known.buckets.setdefault(begin, {})
        for name, value in values.items():
            bucket.setdefault(name, Stats()).add(value, ctx.time)
        if len(bucket) > MOST_FIELDS:
            raise ValueError(f"more than {MOST_FIELDS} fields in one window")
        known.last = slim(ctx.event, data=False)
        known.until = max(known.until, begin + self._span.span)
        self._arm(ctx, known, end)
        return True

    def _close(self, given: Given) -> bool:
        """Close the window that is due, and see when the next one is."""
        ctx: Context = given[Role.CONTEXT]
        known: Open = given[Role.MEMORY]
        span, last = self._span, known.last
        if not known.due or last is None:
            return False
        end = known.due - span.lateness
        fields = _closed(known, given[Role.PAST], span, end)
        if fields:
            run(ctx, self._target, last, Window(end - span.span, end, fields))
        known.due = 0
        if end < known.until:
            self._arm(ctx, known, end + span.every)
        else:
            known.until, known.last = 0, None
        return True

    def _arm(self, ctx: Context, known: Open, end: Instant) -> None:
        due = end + self._span.lateness
        if not known.due or due < known.due:
            known.due = due
            start(ctx, self._timer, due)


def _closed(known: Open, past: Past, span: Span, end: Instant) -> dict[str, Stats]:
    """Return the window that ends at ``end``; keep of the past what the next one needs."""
    for begin in sorted(begin for begin in known.buckets if begin < end):
        _merge(past.buckets.setdefault(begin, {}), known.buckets.pop(begin))
    fields: dict[str, Stats] = {}
    for begin in sorted(past.buckets):
        if begin >= end - span.span:
            _merge(fields, past.buckets[begin])
        if begin < end + span.every - span.span:
            del past.buckets[begin]
    return fields


def _values(found: object) -> dict[str, float]:
    """Return the fields of a reading; a field without a value is none."""
    values: dict[str, float] = {}
    for name, value in found.items() if isinstance(found, dict) else ((ONLY, found),):
        if value is None:
            continue
        if not isinstance(name, str) or not isinstance(value, int | float) or not isfinite(value):
            raise ValueError(f"`of` gave {name!r}: {value!r}; it gives finite numbers or None")
        values[name] = value
    return values


def _merge(into: dict[str, Stats], later: dict[str, Stats]) -> None:
    for name, stats in later.items():
        into.setdefault(name, Stats()).merge(stats)
