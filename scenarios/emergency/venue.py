"""大客流周边停车 (link 5): when the lots of a venue fill, lots with room near it and the metro."""

from collections.abc import Iterable

from msgspec import Struct, field

from hub.sdk import Context, Level, State, metres, proposal
from scenarios.emergency.look import VENUE_ALERT, VENUE_LAYER, emergency
from scenarios.emergency.messages import At, LotChanged, LotGone
from scenarios.emergency.rules import (
    NEARBY_LOTS,
    NEARBY_METRES,
    VENUE_FULL,
    VENUE_LOTS,
    VENUE_LOTS_MOST,
    VENUE_METRES,
    VENUE_RELIEVED,
    VENUES,
)
from scenarios.emergency.views import VenueView
from scenarios.emergency.words import text

_ROOM = ("free", "tight")
"""Levels of a lot (好停车) that has room."""


class VenueLot(Struct, frozen=True, array_like=True):
    """A lot at a venue or near it: metres from it, and its bays. ``level`` None: no data."""

    name: str
    away: float
    free: int
    total: int
    level: str | None


class VenueState(State):
    """A venue: the lots at it and near it, and whether it fills."""

    lots: dict[str, VenueLot] = field(default_factory=dict)
    full: bool = False


def venues(at: At) -> tuple[str, ...]:
    """Return the venues that a lot is at or near."""
    return tuple(name for name, (_, here, _) in VENUES.items() if metres(at, here) <= NEARBY_METRES)


def venue_full(occupancy: float, *, was: bool) -> bool:
    """Return whether a venue fills: the occupied share of the bays at it."""
    return occupancy >= (VENUE_RELIEVED if was else VENUE_FULL)


@emergency.on("parking.lot-changed", key=lambda lot: venues(lot.at))
def lot_at_venue(ctx: Context, lot: LotChanged, venue: VenueState) -> None:
    """Judge a venue anew when a lot at it or near it changed."""
    away = round(metres(VENUES[ctx.key][1], lot.at), 1)
    venue.lots[lot.lot] = VenueLot(lot.name, away, lot.free, lot.total, lot.level)
    if len(venue.lots) > VENUE_LOTS_MOST:
        del venue.lots[max(venue.lots, key=lambda name: (venue.lots[name].away, name))]
    _judge(ctx, venue)


@emergency.on("parking.lot-gone", key=lambda lot: venues(lot.at))
def lot_left(ctx: Context, lot: LotGone, venue: VenueState) -> None:
    """A lot is no longer there."""
    if venue.lots.pop(lot.lot, None) is not None:
        _judge(ctx, venue)


def _judge(ctx: Context, venue: VenueState) -> None:
    name, here, metro = VENUES[ctx.key]
    lots = venue.lots.values()
    own = [lot for lot in lots if lot.away <= VENUE_METRES and lot.level is not None]
    bays = sum(lot.total for lot in own)
    if len(own) < VENUE_LOTS or bays <= 0:
        venue.full = False
        ctx.clear_alert(VENUE_ALERT, ctx.key)
        ctx.hide(VENUE_LAYER, ctx.key)
        return
    occupancy = 1 - sum(lot.free for lot in own) / bays
    venue.full = venue_full(round(occupancy, 4), was=venue.full)
    room = _room(lots)
    said = "、".join(f"{lot.name} {lot.free} 个 {lot.away:.0f} 米" for lot in room)
    view = VenueView(round(occupancy, 4), len(own), said or "暂无", metro)
    level = Level.YELLOW.value if venue.full else "normal"
    ctx.show(VENUE_LAYER, ctx.key, name, view, at=here, level=level)
    if not venue.full:
        ctx.clear_alert(VENUE_ALERT, ctx.key)
        return
    names = "、".join(lot.name for lot in room)
    ctx.raise_alert(
        VENUE_ALERT,
        ctx.key,
        Level.YELLOW,
        proposal(Level.YELLOW, f"{name}周边停车将满"),
        text=text(
            f"周边停车场占用率已达 {VENUE_FULL:.0%}",
            f"建议引导至：{names}" if names else f"{NEARBY_METRES / 1000:g} 公里内暂无空位",
            f"建议改乘{metro}",
        ),
        at=here,
        entity=f"{VENUE_LAYER.name}/{ctx.key}",
    )


def _room(lots: Iterable[VenueLot]) -> list[VenueLot]:
    """Return the nearest lots with room that are not at the venue itself, which fills."""
    off = [lot for lot in lots if lot.away > VENUE_METRES and lot.level in _ROOM]
    return sorted(off, key=lambda lot: (lot.away, lot.name))[:NEARBY_LOTS]
