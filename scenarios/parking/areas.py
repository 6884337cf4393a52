"""A 商圈, across districts: how many of its lots are saturated, and the alert."""

from hub.sdk import MINUTE, Context, Level
from scenarios.parking.look import AREAS, SATURATED, Limits, parking
from scenarios.parking.messages import AreaState, AreaView, At, LotChanged, LotGone, Member
from scenarios.parking.rules import AREA_LOTS, SATURATED_FOR, area_saturated


@parking.on("parking.lot-changed", key=lambda lot: lot.area or "-")
def area_counted(ctx: Context, lot: LotChanged, area: AreaState, limits: Limits) -> None:
    """Count a lot in its 商圈; lots outside of any are none of its business."""
    if lot.area:
        area.name, area.district = lot.area_name, lot.district
        area.lots[lot.lot] = Member(lot.at, lot.free, lot.level is not None, lot.saturated)
        _judge(ctx, area, limits)


@parking.on("parking.lot-gone", key=lambda lot: lot.area or "-")
def area_left(ctx: Context, lot: LotGone, area: AreaState, limits: Limits) -> None:
    """Count a lot no more."""
    if area.lots.pop(lot.lot, None) is not None:
        _judge(ctx, area, limits)


def _judge(ctx: Context, area: AreaState, limits: Limits) -> None:
    known = [lot for lot in area.lots.values() if lot.known]
    full = sum(lot.saturated for lot in known)
    area.saturated = area_saturated(full, len(known), was=area.saturated)
    _show(ctx, area, known, full)
    if not area.saturated:
        ctx.clear_alert(SATURATED, ctx.key)
        return
    ctx.raise_alert(
        SATURATED,
        ctx.key,
        Level.ORANGE if full == len(known) else Level.YELLOW,
        f"{area.name}商圈停车饱和",
        text=f"{len(known)} 座停车场中 {full} 座占用率达 {100 * limits.saturated:g}%"
        f" 已满 {SATURATED_FOR // MINUTE} 分钟",
        at=_middle(known),
        district=area.district,
        entity=f"{AREAS.name}/{ctx.key}",
    )


def _show(ctx: Context, area: AreaState, known: list[Member], full: int) -> None:
    if len(area.lots) < AREA_LOTS:
        ctx.hide(AREAS, ctx.key)
        return
    share = full / len(known) if known else 0.0
    free = sum(lot.free for lot in known)
    view = AreaView(round(share, 4), free, len(area.lots), len(area.lots) - len(known))
    level = "saturated" if area.saturated else "normal"
    ctx.show(AREAS, ctx.key, area.name, view, level=level, district=area.district)


def _middle(lots: list[Member]) -> At:
    lng = sum(lot.at[0] for lot in lots) / len(lots)
    lat = sum(lot.at[1] for lot in lots) / len(lots)
    return (round(lng, 6), round(lat, 6))
