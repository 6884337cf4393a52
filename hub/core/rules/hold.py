"""`hold`: a condition that has been true for so long, and the condition that ends it."""

from msgspec import Struct

from hub.core.context import Context
from hub.core.handler import Given, Handler, Question, Role
from hub.core.rules.rule import PARKED, Rule, forgetting, inner, run, slim, start, timed, timer_of
from hub.core.witness import Witness
from hub.model.event import GONE, Event
from hub.model.instant import Duration, Instant

_DUE = "due"


class Holding(Struct, omit_defaults=True):
    """Of a key: since when the condition is true while that is pending, and whether it holds.

    ``last`` is the last reading that said so, ``deaf`` the hub's deafness when it began.
    """

    since: Instant | None = None
    deaf: Duration = 0
    last: Event | None = None
    holds: bool = False

    @property
    def active(self) -> bool:
        """Whether it holds."""
        return self.holds

    def cancel(self) -> None:
        """Forget what is pending."""
        self.since, self.deaf, self.last = None, 0, None

    def lost(self, witness: Witness) -> bool:
        """Return whether the device that said so last was lost since it began."""
        if self.since is None or self.last is None:
            return False
        return witness.lost_since(self.last.source, self.since)


class Hold:
    """Runs ``target`` once ``when`` has been true for ``duration``.

    ``cleared`` runs when it held and ``until`` is true (without it: when ``when`` is not). What is
    pending ends with a reading for which ``when`` is false and with the loss of the device; what
    holds stays. Time is log time; while the hub is deaf it does not count.
    """

    def __init__(
        self,
        target: Handler,
        *,
        when: Question,
        duration: Duration,
        until: Question | None = None,
        cleared: Handler | None = None,
    ) -> None:
        self._target = target
        self._when = when
        self._until = until
        self._duration = duration
        self._cleared = cleared
        self._timer = timer_of(target, _DUE)

    def rule(self) -> Rule:
        """Return it as the machine runs it."""
        target = self._target
        watch = inner(target, "watch", self._watch, Holding, self._when, self._until)
        handlers = [watch]
        if target.key is None:
            handlers.append(forgetting(target, self._timer, Holding, GONE))
        targets = (target,) if self._cleared is None else (target, self._cleared)
        return Rule(tuple(handlers), (timed(target, _DUE, self._look, Holding),), targets)

    def _watch(self, given: Given) -> bool:
        """Take in a reading."""
        ctx: Context = given[Role.CONTEXT]
        known: Holding = given[Role.MEMORY]
        ended = known.holds and self._ended(given, ctx, known)
        if known.holds:
            return False
        if self._when.ask(given):  # also of the reading that ended it: a new while begins
            self._pend(ctx, given[Role.WITNESS], known)
            return True
        if known.since is None:
            return ended
        known.cancel()
        ctx.stop(self._timer)
        return True

    def _ended(self, given: Given, ctx: Context, known: Holding) -> bool:
        over = not self._when.ask(given) if self._until is None else self._until.ask(given)
        if over:
            known.holds = False
            run(ctx, self._cleared, ctx.event, active=False)
        return bool(over)

    def _pend(self, ctx: Context, witness: Witness, known: Holding) -> None:
        if known.since is None or known.lost(witness):
            known.since, known.deaf = ctx.now, witness.deafness(ctx.now)
            start(ctx, self._timer, PARKED if witness.deaf else ctx.now + self._duration)
        known.last = slim(ctx.event, data=self._target.reads)

    def _look(self, given: Given) -> bool:
        """Look whether it holds: its timer fired."""
        ctx: Context = given[Role.CONTEXT]
        known: Holding = given[Role.MEMORY]
        witness: Witness = given[Role.WITNESS]
        last = known.last
        if known.since is None or last is None:
            return False
        due = known.since + self._duration + witness.deafness(ctx.now) - known.deaf
        if witness.deaf or due > ctx.now:
            start(ctx, self._timer, PARKED if witness.deaf else due)
            return False
        lost = known.lost(witness)
        known.cancel()
        if not lost:
            known.holds = True
            run(ctx, self._target, last, active=True)
        return True
