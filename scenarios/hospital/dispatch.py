"""120: how fast calls are answered and ambulances roll, over the last hour of a dispatch centre."""

from msgspec import field

from hub.sdk import HOUR, Context, Gone, Silence, State, Sums
from scenarios.hospital.levels import share_low
from scenarios.hospital.look import ANSWER, ANSWERED, DISPATCH, ROLLED, TURNOUT, hospital
from scenarios.hospital.messages import At, CallTaken
from scenarios.hospital.readings import Call, Turnout
from scenarios.hospital.rules import (
    ANSWER_SECONDS,
    DISPATCH_LEVEL,
    SHARE,
    SHARE_LEAST,
    SHARE_SPAN,
    SHARE_STEP,
    TURNOUT_SECONDS,
    WAITING_FOR,
    WAITING_MOST,
)
from scenarios.hospital.views import DispatchView


def _sums() -> Sums:
    return Sums(width=SHARE_STEP, keep=SHARE_SPAN // SHARE_STEP)


class DispatchState(State):
    """A dispatch centre: its last hour; ``waiting`` until when each call counts, oldest first."""

    name: str = ""
    at: At | None = None
    district: str = ""
    silent: bool = False
    calls: Sums = field(default_factory=_sums)
    answered: Sums = field(default_factory=_sums)
    turnouts: Sums = field(default_factory=_sums)
    rolled: Sums = field(default_factory=_sums)
    waiting: dict[str, int] = field(default_factory=dict)
    slow_answer: bool = False
    slow_turnout: bool = False


@hospital.on("city.ems.call", late=True)
def call(ctx: Context, said: Call, centre: DispatchState) -> None:
    """Take a call: was it answered within 10 s, and where is help wanted?"""
    centre.calls.add(ctx.time, 1)
    centre.answered.add(ctx.time, said.answeredSeconds <= ANSWER_SECONDS)
    if not ctx.late:  # a call that comes out of order may have its turnout already
        centre.waiting[said.call] = ctx.time + WAITING_FOR.get(said.level, WAITING_FOR[4])
    while len(centre.waiting) > WAITING_MOST:
        del centre.waiting[next(iter(centre.waiting))]
    ctx.emit("hospital.call", CallTaken(said.call, (said.lng, said.lat)))
    _identify(ctx, centre)
    _judge(ctx, centre)


@hospital.on("city.ems.turnout", late=True)
def turnout(ctx: Context, said: Turnout, centre: DispatchState) -> None:
    """Take a turnout: did the wheels roll within 3 minutes? Its call waits no longer."""
    centre.turnouts.add(ctx.time, 1)
    centre.rolled.add(ctx.time, said.seconds <= TURNOUT_SECONDS)
    centre.waiting.pop(said.call, None)
    _identify(ctx, centre)
    _judge(ctx, centre)


@hospital.timer("step")
def hour_moved(ctx: Context, centre: DispatchState) -> None:
    """The hour moves on although nobody calls: what falls out of it counts no longer."""
    _judge(ctx, centre)


@hospital.on_stale("DispatchCentre")
def centre_silent(_: Silence, centre: DispatchState) -> None:
    """A centre that is offline stays as it was, marked stale, until it is heard again."""
    centre.silent = True


@hospital.on_fresh("DispatchCentre")
def centre_back(ctx: Context, _: Silence, centre: DispatchState) -> None:
    """A centre is heard again: what was asked of it holds again."""
    centre.silent = False
    _judge(ctx, centre)


@hospital.on_gone("DispatchCentre")
def centre_gone(ctx: Context, _: Gone) -> None:
    """Take back all that was said of a centre whose card was withdrawn."""
    for kind in (ANSWER, TURNOUT):
        ctx.clear_alert(kind, ctx.key)
    ctx.hide(DISPATCH, ctx.key)
    ctx.forget()


def _identify(ctx: Context, centre: DispatchState) -> None:
    card = ctx.card
    centre.name, centre.at, centre.district = ctx.key, None, ctx.district
    if card is not None:
        centre.name, centre.at = card.name, card.at


def _judge(ctx: Context, centre: DispatchState) -> None:
    """Weigh the last hour: alerts, the screen, and when to look again."""
    now = ctx.now
    centre.waiting = {call: until for call, until in centre.waiting.items() if now < until}
    if centre.silent:
        return
    calls, turnouts = (sums.over(SHARE_SPAN, now) for sums in (centre.calls, centre.turnouts))
    answered = _share(centre.answered.over(SHARE_SPAN, now), calls)
    rolled = _share(centre.rolled.over(SHARE_SPAN, now), turnouts)
    centre.slow_answer = _low(answered, calls, was=centre.slow_answer)
    centre.slow_turnout = _low(rolled, turnouts, was=centre.slow_turnout)
    _alert(ctx, centre, ANSWER, raised=centre.slow_answer, title=f"{ANSWERED}未达 {SHARE:.0%}")
    _alert(ctx, centre, TURNOUT, raised=centre.slow_turnout, title=f"{ROLLED}未达 {SHARE:.0%}")
    low = centre.slow_answer or centre.slow_turnout
    view = DispatchView(
        len(centre.waiting), _percent(answered), _percent(rolled), int(calls), int(turnouts)
    )
    ctx.show(
        DISPATCH,
        ctx.key,
        centre.name,
        view,
        at=centre.at,
        district=centre.district,
        level="low" if low else "normal",
    )
    if calls or turnouts or centre.waiting:
        ctx.start("step", SHARE_STEP)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> float | None:
    return None if share is None else round(100 * share, 1)


def _low(share: float | None, count: float, *, was: bool) -> bool:
    """Return whether a share is too low; too few in the hour are no share to judge by."""
    return share is not None and count >= SHARE_LEAST and share_low(share, was=was)


def _alert(ctx: Context, centre: DispatchState, kind: str, *, raised: bool, title: str) -> None:
    if not raised:
        ctx.clear_alert(kind, ctx.key)
        return
    ctx.raise_alert(
        kind,
        ctx.key,
        DISPATCH_LEVEL,
        f"{centre.name}{title}",
        text=f"按近 {SHARE_SPAN // HOUR} 小时统计，标准为不低于 {SHARE:.0%}",
        at=centre.at,
        district=centre.district,
        entity=f"{DISPATCH.name}/{ctx.key}",
    )
