"""医院停车: when a hospital's own car park is full, where there is room, and the 120 lane.

Worked in `city` by cells of about 1 km: what may be within reach of each other meets in a cell.
"""

from msgspec import Struct, field

from hub.sdk import Context, Gone, Level, State, cell, cells_around, metres
from scenarios.hospital.levels import park_full
from scenarios.hospital.look import HOSPITALS, PARKING, PARKS, hospital
from scenarios.hospital.messages import At, HospitalFound, HospitalGone, ParkFound, ParkFull
from scenarios.hospital.rules import PARK_LOTS, PARK_METRES, SERVES_METRES
from scenarios.hospital.views import ParkView
from scenarios.parking.messages import LotChanged, LotGone
from scenarios.parking.rules import Lot

ROOM = (Lot.FREE, Lot.TIGHT)
"""Levels of 好停车 at which a car park has room for others."""
LANE = "请引导社会车辆，保持120通道畅通"


class Park(Struct):
    """A car park as far as hospitals care. ``full`` is None without data."""

    name: str
    at: At
    room: bool = False
    full: bool | None = None


class ParkState(State):
    """Where the city was told that a car park serves a hospital; None: it was not."""

    serves: At | None = None


class ReachState(State):
    """Hospitals of a cell, and the car parks of it and its neighbours."""

    hospitals: dict[str, HospitalFound] = field(default_factory=dict)
    serving: dict[str, At] = field(default_factory=dict)
    parks: dict[str, Park] = field(default_factory=dict)
    told: dict[str, ParkFull] = field(default_factory=dict)


# -- in the car park's district -------------------------------------------------------------------


@hospital.on_card("OffStreetParking")
def park_found(ctx: Context, park: ParkState) -> None:
    """Tell the city of a car park whose card says that it serves a hospital, or does no longer."""
    card = ctx.card
    serves = card is not None and card.attributes.get("serves") == "hospital"
    _serves(ctx, park, card.at if card is not None and serves else None)


@hospital.on_gone("OffStreetParking")
def park_gone(ctx: Context, _: Gone, park: ParkState) -> None:
    """A car park whose card was withdrawn serves nobody."""
    _serves(ctx, park, None)


def _serves(ctx: Context, park: ParkState, at: At | None) -> None:
    if park.serves == at:
        return
    if park.serves is not None:
        ctx.emit("hospital.park-found", ParkFound(ctx.key, park.serves, serves=False))
    if at is not None:
        ctx.emit("hospital.park-found", ParkFound(ctx.key, at, serves=True))
    park.serves = at


# -- in `city` ------------------------------------------------------------------------------------


@hospital.on("hospital.found", key=lambda found: cell(found.at))
def hospital_near(ctx: Context, found: HospitalFound, reach: ReachState) -> None:
    """Remember a hospital in its cell."""
    reach.hospitals[found.hospital] = found
    _judge(ctx, reach, found)


@hospital.on("hospital.gone", key=lambda gone: cell(gone.at))
def hospital_nowhere(ctx: Context, gone: HospitalGone, reach: ReachState) -> None:
    """Forget a hospital, and what was said of its car parks."""
    reach.hospitals.pop(gone.hospital, None)
    if reach.told.pop(gone.hospital, None) is not None:
        ctx.clear_alert(PARKING, gone.hospital)
        ctx.hide(PARKS, gone.hospital)


@hospital.on("hospital.park-found", key=lambda found: cells_around(found.at))
def park_serves(ctx: Context, found: ParkFound, reach: ReachState) -> None:
    """Remember a car park that serves a hospital, as long as it does."""
    if found.serves:
        reach.serving[found.lot] = found.at
    else:
        reach.serving.pop(found.lot, None)
    _judge_all(ctx, reach)


@hospital.on("parking.lot-changed", key=lambda lot: cells_around(lot.at))
def park_changed(ctx: Context, lot: LotChanged, reach: ReachState) -> None:
    """Take a car park's level; hospitals within reach may be full, or have somewhere to send to."""
    park = reach.parks.setdefault(lot.lot, Park(lot.name, lot.at))
    park.name, park.at, park.room = lot.name, lot.at, lot.level in ROOM
    if lot.level is None or lot.total <= 0:
        park.full = None
    else:
        park.full = park_full((lot.total - lot.free) / lot.total, was=park.full is True)
    _judge_all(ctx, reach)


@hospital.on("parking.lot-gone", key=lambda lot: cells_around(lot.at))
def park_nowhere(ctx: Context, lot: LotGone, reach: ReachState) -> None:
    """Forget a car park that is no longer there."""
    reach.parks.pop(lot.lot, None)
    _judge_all(ctx, reach)


def _judge_all(ctx: Context, reach: ReachState) -> None:
    for _, found in sorted(reach.hospitals.items()):
        _judge(ctx, reach, found)


def _judge(ctx: Context, reach: ReachState, found: HospitalFound) -> None:
    """Tell when a hospital's full car parks, or those with room, are others than before."""
    own = [
        (name, reach.parks[name])
        for name, at in sorted(reach.serving.items())
        if name in reach.parks and metres(found.at, at) <= SERVES_METRES
    ]
    silent = all(park.full is None for _, park in own)
    if silent and (own or found.hospital not in reach.told):
        return  # silence neither raises nor clears
    full = tuple(park.name for _, park in own if park.full)
    room = _room(reach, found) if full else ()
    news = ParkFull(found.hospital, full, room)
    if reach.told.get(found.hospital) == news:
        return
    reach.told[found.hospital] = news
    ctx.emit("hospital.parking", news)
    _show(ctx, found, news)
    _alert(ctx, found, news)


def _room(reach: ReachState, found: HospitalFound) -> tuple[str, ...]:
    """Return the car parks with room, nearest to the hospital first, with their distance."""
    near = [
        (round(metres(found.at, park.at)), park.name)
        for park in reach.parks.values()
        if park.room and metres(found.at, park.at) <= PARK_METRES
    ]
    return tuple(f"{name}（{away} 米）" for away, name in sorted(near)[:PARK_LOTS])


def _show(ctx: Context, found: HospitalFound, news: ParkFull) -> None:
    ctx.show(
        PARKS,
        found.hospital,
        found.name,
        ParkView("、".join(news.full), "、".join(news.room)),
        district=found.district,
        level="full" if news.full else "normal",
    )


def _alert(ctx: Context, found: HospitalFound, news: ParkFull) -> None:
    if not news.full:
        ctx.clear_alert(PARKING, found.hospital)
        return
    room = f"800 米内有空位：{'、'.join(news.room)}" if news.room else "800 米内暂无空位"
    ctx.raise_alert(
        PARKING,
        found.hospital,
        Level.BLUE,  # an everyday matter for the guards at the gate, nobody's emergency
        f"{found.name}停车场已满",
        text=f"{'、'.join(news.full)}占用率已达 95%；{room}；{LANE}",
        at=found.at,
        district=found.district,
        entity=f"{HOSPITALS.name}/{found.hospital}",
    )
