"""`silent`: no reading of a type from a device for so long."""

from msgspec import Struct

from hub.core.context import Context
from hub.core.handler import Given, Handler, Role
from hub.core.rules.rule import (
    PARKED,
    Rule,
    about_device,
    forgetting,
    inner,
    run,
    slim,
    start,
    timed,
    timer_of,
)
from hub.core.witness import Witness
from hub.model.device import Device
from hub.model.event import FRESH, GONE, STALE, Event
from hub.model.instant import Duration, Instant

_DUE = "due"


class Heard(Struct, omit_defaults=True):
    """Of a device: its last reading of the type, when, and the hub's deafness then.

    ``armed`` while a timer runs; ``quiet`` from the time the rule ran until it is heard again.
    """

    last: Event | None = None
    at: Instant = 0
    deaf: Duration = 0
    armed: bool = False
    quiet: bool = False

    @property
    def active(self) -> bool:
        """Whether it is silent."""
        return self.quiet


class Silent:
    """Runs ``target`` once nothing was heard of a device for ``duration``.

    A periodic device's silence counts from its last reading, without the time the hub was deaf; an
    on-change device is silent only while it is offline. ``heard`` runs when that ends.
    """

    def __init__(
        self, target: Handler, *, duration: Duration, heard: Handler | None = None
    ) -> None:
        self._target = target
        self._duration = duration
        self._heard = heard
        self._timer = timer_of(target, _DUE)
        self._keep = target.reads or (heard is not None and heard.reads)

    def rule(self) -> Rule:
        """Return it as the machine runs it."""
        target = self._target
        return Rule(
            handlers=(
                inner(target, "listen", self._listen, Heard),
                about_device(target, "stale", self._look, Heard, STALE),
                about_device(target, "fresh", self._online, Heard, FRESH),
                forgetting(target, self._timer, Heard, GONE),
            ),
            timers=(timed(target, _DUE, self._look, Heard),),
            targets=(target,) if self._heard is None else (target, self._heard),
        )

    def _listen(self, given: Given) -> bool:
        """Take in a reading; the timer that runs is left to find out that there was one."""
        ctx: Context = given[Role.CONTEXT]
        known: Heard = given[Role.MEMORY]
        witness: Witness = given[Role.WITNESS]
        known.last = slim(ctx.event, data=self._keep)
        known.at, known.deaf = ctx.now, witness.deafness(ctx.now)
        if not known.armed:
            self._arm(ctx, witness, known, ctx.now + self._duration)
        if known.quiet:
            known.quiet = False
            run(ctx, self._heard, ctx.event, active=False)
        return True

    def _look(self, given: Given) -> bool:
        """Look whether it is silent: its timer fired, or it went stale."""
        ctx: Context = given[Role.CONTEXT]
        known: Heard = given[Role.MEMORY]
        witness: Witness = given[Role.WITNESS]
        if known.last is None or known.quiet:
            return False
        due = known.at + self._duration + witness.deafness(ctx.now) - known.deaf
        if witness.deaf or due > ctx.now:
            self._arm(ctx, witness, known, due)
            return True
        known.armed = False
        if _can_be_silent(witness.device(known.last.source)):
            known.quiet = True
            ctx.stop(self._timer)
            run(ctx, self._target, known.last, active=True)
        return True  # an on-change device that is online: its going offline will tell

    def _online(self, given: Given) -> bool:
        """End the silence of an on-change device that is back online: it has nothing new to say."""
        ctx: Context = given[Role.CONTEXT]
        known: Heard = given[Role.MEMORY]
        witness: Witness = given[Role.WITNESS]
        if not known.quiet or known.last is None or _periodic(witness.device(known.last.source)):
            return False
        known.quiet = False
        run(ctx, self._heard, known.last, active=False)
        return True

    def _arm(self, ctx: Context, witness: Witness, known: Heard, due: Instant) -> None:
        known.armed = True
        start(ctx, self._timer, PARKED if witness.deaf else due)


def _periodic(device: Device | None) -> bool:
    return device is not None and device.card is not None and device.card.period is not None


def _can_be_silent(device: Device | None) -> bool:
    """Whether its saying nothing means anything: an on-change device is stale only when offline."""
    return _periodic(device) or (device is not None and device.stale)
