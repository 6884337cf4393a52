"""A lot, in its district's partition: its level, whether it fills up, what the city is told."""

from msgspec.structs import replace

from hub.sdk import Card, Context, Gone, Silence
from scenarios.parking.look import LOTS, Limits, parking
from scenarios.parking.messages import At, LotChanged, LotGone, LotState, LotView, Occupancy
from scenarios.parking.rules import (
    SATURATED_FOR,
    TOLD_AGAIN,
    Lot,
    lot_level,
)


def _occupancy(reading: Occupancy) -> float:
    """Return the share of occupied bays; a lot without bays has none."""
    total = reading.totalSpotNumber
    return min(max(0, reading.occupiedSpotNumber) / total, 1.0) if total > 0 else 0.0


def _full(reading: Occupancy, limits: Limits) -> bool:
    return _occupancy(reading) >= limits.saturated


def _no_longer(lot: LotState) -> bool:
    return not lot.saturated


@parking.on("city.parking.occupancy")
def occupancy(ctx: Context, reading: Occupancy, lot: LotState, limits: Limits) -> None:
    """Take a lot's reading: its level, whether it fills up, what the screen and the city see."""
    total, occupied = reading.totalSpotNumber, reading.occupiedSpotNumber
    quality = _quality(reading)
    free = min(max(0, total - occupied), max(0, total))
    share = _occupancy(reading)
    lot.level = lot_level(free, total, Lot(lot.level) if lot.level else None) if total > 0 else None
    was_full = lot.full
    lot.full = share >= (limits.relieved if was_full else limits.saturated)
    lot.saturated = lot.saturated and lot.full
    card = ctx.card
    name, at, area, simulated = ctx.key, None, "", False
    if card is not None:
        name, at, facts = card.name, card.at, card.attributes
        area, simulated = str(facts.get("areaName", "")), bool(facts.get("simulated", False))
    view = LotView(free, occupied, total, round(share, 4), area, simulated)
    ctx.show(LOTS, ctx.key, name, view, at=at, level=lot.level, quality=quality)
    if card is not None and at is not None:  # a lot without a place is near nothing
        _tell(ctx, lot, _news(ctx, card, at, lot, (free, total)), crossed=lot.full != was_full)


@parking.hold("city.parking.occupancy", when=_full, for_=SATURATED_FOR, until=_no_longer)
def stayed_full(ctx: Context, lot: LotState) -> None:
    """A lot has been at 95 % or above (the limit) for ten minutes: it is saturated."""
    lot.saturated = True
    if lot.told is not None:
        _tell(ctx, lot, replace(lot.told, saturated=True))


@parking.on_stale("OffStreetParking")
def lot_silent(ctx: Context, _: Silence, lot: LotState) -> None:
    """A silent lot is neither full nor free: it counts for nothing until it reports again."""
    lot.level, lot.saturated, lot.full = None, False, False
    if lot.told is not None:
        _tell(ctx, lot, replace(lot.told, level=None, saturated=False))


@parking.on_gone("OffStreetParking")
def lot_gone(ctx: Context, _: Gone, lot: LotState) -> None:
    """A lot was taken out of service: the city forgets it."""
    if lot.told is not None:
        ctx.emit("parking.lot-gone", LotGone(lot.told.lot, lot.told.area, lot.told.at))
    lot.level, lot.saturated, lot.full, lot.told = None, False, False, None


def _quality(reading: Occupancy) -> tuple[str, ...]:
    flags = []
    if reading.occupiedSpotNumber > reading.totalSpotNumber:
        flags.append("over-capacity")
    if reading.occupiedSpotNumber < 0 or reading.totalSpotNumber <= 0:
        flags.append("out-of-range")
    return tuple(flags)


def _news(ctx: Context, card: Card, at: At, lot: LotState, bays: tuple[int, int]) -> LotChanged:
    """Return what the city is to know of a lot with ``bays``: free ones, and all."""
    facts = card.attributes
    area = str(facts.get("area", ""))
    return LotChanged(
        ctx.key,
        card.name,
        ctx.district,
        area,
        str(facts.get("areaName", area)),
        at,
        *bays,
        lot.level,
        lot.saturated,
    )


def _tell(ctx: Context, lot: LotState, news: LotChanged, *, crossed: bool = False) -> None:
    """Tell the city of the lot when something it acts on has changed; ``crossed`` a limit."""
    last = lot.told
    if news == last:
        return
    if last is not None and replace(news, free=last.free) == last:
        moved = abs(news.free - last.free)
        if not crossed and moved < max(1.0, TOLD_AGAIN * news.total):
            return
    if last is not None and (last.at, last.area) != (news.at, news.area):
        ctx.emit("parking.lot-gone", LotGone(last.lot, last.area, last.at))
    lot.told = news
    ctx.emit("parking.lot-changed", news)
