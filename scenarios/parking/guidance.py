"""Guidance (诱导): signs show lots with room within reach, whatever their district or area.

A lot with room is remembered in its cell (1 km square), a sign in its own and the eight around it:
so each cell finds what it can offer to a sign, and the sign keeps the nearest offers. A cell speaks
up only when a change matters to a sign: most lots are further away than the three that it shows.
"""

from hub.sdk import Ack, Context, Gone, cell, cells_around
from scenarios.parking.look import SIGNS, parking
from scenarios.parking.messages import (
    CellState,
    Line,
    Lines,
    LotChanged,
    LotGone,
    Offer,
    SignFound,
    SignGone,
    SignShows,
    SignState,
    SignView,
    Vacant,
)
from scenarios.parking.rules import (
    GUIDE_EXPIRES,
    GUIDE_LINES,
    GUIDE_METRES,
    GUIDE_PAUSE,
    Lot,
)

ROOM = (Lot.FREE, Lot.TIGHT)
"""Levels at which a lot has room."""


@parking.on_card("ParkingGuidanceSign")
def sign_found(ctx: Context) -> None:
    """Tell the city of a sign, so that it may guide."""
    if ctx.card is not None and ctx.card.at is not None:
        ctx.emit("parking.sign-found", SignFound(ctx.key, ctx.card.name, ctx.district, ctx.card.at))


@parking.on("parking.sign-found", key=lambda sign: cells_around(sign.at))
def sign_placed(ctx: Context, sign: SignFound, cell_: CellState) -> None:
    """Remember a sign in every cell within its reach, and offer it what is there."""
    if cell_.near.watch(sign.sign, sign.at, GUIDE_METRES, GUIDE_LINES):
        _offer(ctx, cell_, [sign.sign])


@parking.on("parking.sign-found", key=lambda sign: sign.sign)
def sign_waits(ctx: Context, sign: SignFound, state: SignState) -> None:
    """Let all cells make their offers before the sign is told for the first time."""
    if state.sign is not None and state.sign.at != sign.at:
        ctx.emit("parking.sign-gone", state.sign)
        state.offers.clear()
    state.sign, state.pausing = sign, True
    ctx.emit("parking.sign-ready", sign)


@parking.on("parking.sign-ready", key=lambda sign: sign.sign)
def sign_ready(ctx: Context, _: SignFound, state: SignState) -> None:
    """Tell a sign for the first time, or again after its card has changed."""
    state.pausing, state.command, state.wanted = False, "", _nearest(state)
    _tell_sign(ctx, state)


@parking.on_gone("ParkingGuidanceSign")
def sign_withdrawn(ctx: Context, _: Gone) -> None:
    """Tell the city that a sign was taken down."""
    ctx.emit("parking.sign-withdrawn", SignGone(ctx.key))


@parking.on("parking.sign-withdrawn")
def sign_down(ctx: Context, _: SignGone, state: SignState) -> None:
    """Guide by a sign no more."""
    for name in ("pause", "unanswered"):
        ctx.stop(name)
    ctx.hide(SIGNS, ctx.key)
    if state.sign is not None:
        ctx.emit("parking.sign-gone", state.sign)
    state.sign, state.command, state.pausing = None, "", False
    state.offers.clear()


@parking.on("parking.sign-gone", key=lambda sign: cells_around(sign.at))
def sign_left(_: Context, sign: SignFound, cell_: CellState) -> None:
    """Offer nothing to a sign that is no longer within reach; one that moved may still be."""
    if cell_.near.watchers.get(sign.sign) == sign.at:
        cell_.near.unwatch(sign.sign)


@parking.on("parking.lot-changed", key=lambda lot: cell(lot.at))
def lot_near(ctx: Context, lot: LotChanged, cell_: CellState) -> None:
    """Remember a lot with room in its cell; the signs within reach may have to change."""
    if lot.level not in ROOM:
        _close(ctx, cell_, lot.lot)
        return
    vacant = Vacant(lot.name, lot.free)
    if cell_.lots.get(lot.lot) != vacant or cell_.near.places[lot.lot] != lot.at:
        cell_.lots[lot.lot] = vacant
        _offer(ctx, cell_, cell_.near.put(lot.lot, lot.at, GUIDE_METRES, GUIDE_LINES))


@parking.on("parking.lot-gone", key=lambda lot: cell(lot.at))
def lot_no_more(ctx: Context, lot: LotGone, cell_: CellState) -> None:
    """Guide to a lot no more."""
    _close(ctx, cell_, lot.lot)


@parking.on("parking.offer", key=lambda offer: offer.sign)
def offered(ctx: Context, offer: Offer, state: SignState) -> None:
    """Note what a cell offers a sign; tell the sign at once, or when its pause is over."""
    if state.sign is None:
        return
    state.offers[offer.cell] = offer.lines
    state.wanted = _nearest(state)
    if not state.pausing:
        _tell_sign(ctx, state)


@parking.timer("pause")
def may_be_told_again(ctx: Context, state: SignState) -> None:
    """A sign's pause is over: tell it what has changed meanwhile."""
    state.pausing = False
    _tell_sign(ctx, state)


@parking.timer("unanswered")
def never_answered(ctx: Context, state: SignState) -> None:
    """A sign that did not answer before its command expired is told again."""
    if state.state == "sent":
        state.command = ""
        _tell_sign(ctx, state)


@parking.on_answer
def sign_answered(ctx: Context, ack: Ack, state: SignState) -> None:
    """Show that a sign did as told, or why not. An answer to an older command says nothing."""
    if ack.id == state.command:
        state.state = "shown" if ack.ok else "refused"
        _show_sign(ctx, state, ack.detail)


@parking.on("city.parking.sign")
def sign_reports(ctx: Context, shows: SignShows) -> None:
    """Pass on what a sign says it shows: the proof that drivers see what was sent."""
    ctx.emit("parking.sign-shows", shows)


@parking.on("parking.sign-shows")
def sign_compared(ctx: Context, shows: SignShows, state: SignState) -> None:
    """Mark a sign that shows something else than it was told."""
    shown = [(line.name, line.free) for line in shows.lines]
    told = [(line.name, line.free) for line in state.lines]
    state.differs = state.state == "shown" and shown != told
    _show_sign(ctx, state, "")


def _nearest(state: SignState) -> tuple[Line, ...]:
    lines = [line for offer in state.offers.values() for line in offer]
    return tuple(sorted(lines, key=lambda line: (line.distance, line.name))[:GUIDE_LINES])


def _tell_sign(ctx: Context, state: SignState) -> None:
    if state.sign is None or (state.command and state.wanted == state.lines):
        return
    state.lines, state.state, state.differs, state.pausing = state.wanted, "sent", False, True
    state.command = ctx.command(
        "guide",
        district=state.sign.district,
        domain="parking",
        device=state.sign.sign,
        data=Lines(state.lines),
        expires=GUIDE_EXPIRES,
    )
    ctx.start("pause", GUIDE_PAUSE)
    ctx.start("unanswered", GUIDE_EXPIRES)
    _show_sign(ctx, state, "")


def _close(ctx: Context, cell_: CellState, lot: str) -> None:
    """Offer something else to the signs that guided to a lot without room."""
    if cell_.lots.pop(lot, None) is not None:
        _offer(ctx, cell_, cell_.near.remove(lot, GUIDE_METRES, GUIDE_LINES))


def _offer(ctx: Context, cell_: CellState, signs: list[str]) -> None:
    """Tell signs what this cell has for them now."""
    for sign in signs:
        held = [(cell_.lots[name], away) for away, name in cell_.near.held[sign]]
        lines = tuple(Line(lot.name, lot.free, round(away)) for lot, away in held)
        ctx.emit("parking.offer", Offer(sign, ctx.key, lines))


def _show_sign(ctx: Context, state: SignState, answer: str) -> None:
    if state.sign is None:
        return
    lines = " / ".join(f"{line.name} {line.free} 个 {line.distance} 米" for line in state.lines)
    view = SignView(lines or f"{GUIDE_METRES:.0f} 米内暂无空位", answer)
    sign = state.sign
    ctx.show(
        SIGNS,
        sign.sign,
        sign.name,
        view,
        at=sign.at,
        district=sign.district,
        level=state.state or None,
        quality=("differs",) if state.differs else (),
    )
