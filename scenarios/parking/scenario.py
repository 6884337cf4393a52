"""好停车: a lot's level, the saturation of a 商圈, and signs that guide to lots with room.

A lot is worked in its district's partition; what goes across districts (areas, guidance) in `city`.
"""

from msgspec.structs import replace

from hub.sdk import Ack, Context, Level, Silence, cell, cells_around, metres
from scenarios.parking.look import AREAS, LOTS, SATURATED, SIGNS, parking
from scenarios.parking.messages import (
    AreaState,
    AreaView,
    CellState,
    Guide,
    Line,
    Lines,
    LotChanged,
    LotState,
    LotView,
    Occupancy,
    SignFound,
    SignShows,
    SignState,
    SignView,
)
from scenarios.parking.rules import (
    AREA_LOTS,
    GUIDE_EXPIRES,
    GUIDE_LINES,
    GUIDE_METRES,
    GUIDE_PAUSE,
    RELIEVED,
    SATURATED_FOR,
    TOLD_AGAIN,
    Lot,
    area_saturated,
    lot_level,
)
from scenarios.parking.rules import SATURATED as SATURATED_AT

# -- in the lot's district ------------------------------------------------------------------------


@parking.on("city.parking.occupancy")
def occupancy(ctx: Context, reading: Occupancy, lot: LotState) -> None:
    """Take a lot's reading: its level, whether it fills up, what the screen and the city see."""
    total, occupied = reading.totalSpotNumber, reading.occupiedSpotNumber
    quality = _quality(reading)
    free = min(max(0, total - occupied), max(0, total))
    share = min(max(0, occupied) / total, 1.0) if total > 0 else 1.0
    lot.level = lot_level(free, total, Lot(lot.level) if lot.level else None) if total > 0 else None
    _fill(ctx, lot, share)
    card = ctx.card
    name = card.name if card else ctx.key
    area = str(card.attributes.get("areaName", "")) if card else ""
    simulated = bool(card.attributes.get("simulated", False)) if card else False
    view = LotView(free, occupied, total, round(share, 4), area, simulated)
    at = card.at if card else None
    ctx.show(LOTS, ctx.key, name, view, at=at, level=lot.level, quality=quality)
    _tell(ctx, lot, _news(ctx, lot, free, total))


@parking.timer("saturated")
def stayed_full(ctx: Context, lot: LotState) -> None:
    """A lot has been at 95 % or above for ten minutes: it is saturated."""
    lot.filling, lot.saturated = False, True
    if lot.told is not None:
        _tell(ctx, lot, replace(lot.told, saturated=True))


@parking.on_stale("OffStreetParking")
def lot_silent(ctx: Context, _: Silence, lot: LotState) -> None:
    """A silent lot is neither full nor free: it counts for nothing until it reports again."""
    ctx.stop("saturated")
    lot.level, lot.filling, lot.saturated = None, False, False
    if lot.told is not None:
        _tell(ctx, lot, replace(lot.told, level=None, saturated=False))


def _quality(reading: Occupancy) -> tuple[str, ...]:
    flags = []
    if reading.occupiedSpotNumber > reading.totalSpotNumber:
        flags.append("over-capacity")
    if reading.occupiedSpotNumber < 0 or reading.totalSpotNumber <= 0:
        flags.append("out-of-range")
    return tuple(flags)


def _fill(ctx: Context, lot: LotState, share: float) -> None:
    if share >= SATURATED_AT and not lot.saturated and not lot.filling:
        lot.filling = True
        ctx.start("saturated", SATURATED_FOR)
    elif share < SATURATED_AT and lot.filling:
        lot.filling = False
        ctx.stop("saturated")
    if share < RELIEVED:
        lot.saturated = False


def _news(ctx: Context, lot: LotState, free: int, total: int) -> LotChanged | None:
    """Return what the city is to know; None for a lot without a place: it is near nothing."""
    card = ctx.card
    if card is None or card.at is None:
        return None
    area = str(card.attributes.get("area", ""))
    return LotChanged(
        lot=ctx.key,
        name=card.name,
        area=area,
        area_name=str(card.attributes.get("areaName", area)),
        at=card.at,
        free=free,
        total=total,
        level=lot.level,
        saturated=lot.saturated,
    )


def _tell(ctx: Context, lot: LotState, news: LotChanged | None) -> None:
    """Tell the city of the lot when something it acts on has changed."""
    last = lot.told
    if news is None or news == last:
        return
    if last is not None and replace(news, free=last.free) == last:
        moved = abs(news.free - last.free)
        if moved < max(1.0, TOLD_AGAIN * news.total):
            return
    lot.told = news
    ctx.emit("parking.lot-changed", news)


# -- across districts -----------------------------------------------------------------------------


@parking.on("parking.lot-changed", key=lambda lot: lot.area or "-")
def area(ctx: Context, lot: LotChanged, area: AreaState) -> None:
    """Count a 商圈's saturated lots; raise and clear its alert."""
    if not lot.area:
        return
    area.lots[lot.lot] = lot
    known = [seen for seen in area.lots.values() if seen.level is not None]
    full = sum(seen.saturated for seen in known)
    area.saturated = area_saturated(full, len(known), was=area.saturated)
    share = full / len(known) if known else 0.0
    free = sum(seen.free for seen in known)
    view = AreaView(round(share, 4), free, len(area.lots), len(area.lots) - len(known))
    if len(area.lots) >= AREA_LOTS:
        level = "saturated" if area.saturated else "normal"
        ctx.show(AREAS, ctx.key, lot.area_name, view, level=level)
    if not area.saturated:
        ctx.clear_alert(SATURATED, ctx.key)
        return
    ctx.raise_alert(
        SATURATED,
        ctx.key,
        Level.ORANGE if full == len(known) else Level.YELLOW,
        f"{lot.area_name}商圈停车饱和",
        text=f"{len(known)} 座停车场中 {full} 座占用率达 95% 已满 10 分钟",
        at=_middle(known),
        entity=f"{AREAS.name}/{ctx.key}",
    )


@parking.on_card("ParkingGuidanceSign")
def sign_found(ctx: Context) -> None:
    """Tell the city of a sign, so that it may guide."""
    if ctx.card is not None and ctx.card.at is not None:
        ctx.emit("parking.sign-found", SignFound(ctx.key, ctx.card.name, ctx.district, ctx.card.at))


@parking.on("parking.sign-found", key=lambda sign: cell(sign.at))
def sign_placed(ctx: Context, sign: SignFound, near: CellState) -> None:
    """Remember a sign in its cell and guide by it."""
    near.signs[sign.sign] = sign
    _guide(ctx, near)


@parking.on("parking.lot-changed", key=lambda lot: cells_around(lot.at))
def lot_near(ctx: Context, lot: LotChanged, near: CellState) -> None:
    """Remember a lot in its cell and the cells around it; the signs there may have to change."""
    near.lots[lot.lot] = lot
    _guide(ctx, near)


@parking.on("parking.guide", key=lambda guide: guide.sign.sign)
def guide(ctx: Context, guide: Guide, state: SignState) -> None:
    """Note what a sign should show; tell it at once, or when its pause is over."""
    state.sign, state.wanted = guide.sign, guide.lines
    if not state.pausing:
        _tell_sign(ctx, state)


@parking.timer("pause")
def may_be_told_again(ctx: Context, state: SignState) -> None:
    """A sign's pause is over: tell it what has changed meanwhile."""
    state.pausing = False
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
    state.differs = state.state == "shown" and shows.lines != state.lines
    _show_sign(ctx, state, "")


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
    _show_sign(ctx, state, "")


def _guide(ctx: Context, near: CellState) -> None:
    for _, sign in sorted(near.signs.items()):
        reach = [(metres(sign.at, lot.at), lot) for lot in near.lots.values()]
        room = [(away, lot) for away, lot in reach if away <= GUIDE_METRES and _has_room(lot)]
        room.sort(key=lambda pair: (pair[0], pair[1].lot))
        lines = tuple(Line(lot.name, lot.free, round(away)) for away, lot in room[:GUIDE_LINES])
        ctx.emit("parking.guide", Guide(sign, lines))


def _has_room(lot: LotChanged) -> bool:
    return lot.level in (Lot.FREE, Lot.TIGHT)


def _show_sign(ctx: Context, state: SignState, answer: str) -> None:
    if state.sign is None:
        return
    lines = " / ".join(f"{line.name} {line.free} 个 {line.distance} 米" for line in state.lines)
    view = SignView(lines or "800 米内暂无空位", answer)
    sign = state.sign
    ctx.show(
        SIGNS,
        sign.sign,
        sign.name,
        view,
        at=sign.at,
        district=sign.district,
        level=state.state,
        quality=("differs",) if state.differs else (),
    )


def _middle(lots: list[LotChanged]) -> tuple[float, float]:
    lng = sum(lot.at[0] for lot in lots) / len(lots)
    lat = sum(lot.at[1] for lot in lots) / len(lots)
    return (round(lng, 6), round(lat, 6))
