"""医院停车: when a hospital's own car park is full, where there is room, and the 120 lane.

Worked in `city`. A car park is remembered in its cell of about 1 km, a hospital in its own and the
eight around it: each cell tells a hospital what it has within reach, and the hospital judges.
"""

from msgspec import Struct, field

from hub.sdk import Context, Gone, Level, Nearest, State, cell, cells_around, metres
from scenarios.hospital.levels import park_full
from scenarios.hospital.look import HOSPITALS, PARKING, PARKS, hospital
from scenarios.hospital.messages import (
    At,
    HospitalFound,
    HospitalGone,
    LotChanged,
    LotGone,
    OwnPark,
    ParkFound,
    ParkFull,
    ParksNear,
)
from scenarios.hospital.rules import PARK_FULL, PARK_LOTS, PARK_METRES, SERVES_METRES
from scenarios.hospital.views import ParkView

ROOM = ("free", "tight")
"""Levels of 好停车 at which a car park has room for others."""
LANE = "请引导社会车辆，保持120通道畅通"


class Park(Struct, frozen=True, array_like=True):
    """A car park as far as hospitals care. ``full`` is None without data."""

    name: str
    full: bool | None = None


class ParkState(State):
    """Where the city was told that a car park serves a hospital; None: it was not."""

    serves: At | None = None


class ReachState(State):
    """The car parks of a cell, and what the hospitals within reach were told.

    ``serving`` is where those are that serve a hospital, ``room`` the nearest ones with room.
    """

    parks: dict[str, Park] = field(default_factory=dict)
    serving: dict[str, At] = field(default_factory=dict)
    room: Nearest = field(default_factory=Nearest)
    told: dict[str, ParksNear] = field(default_factory=dict)


class HouseParks(State):
    """A hospital: what the cells around it have, and what was told last."""

    found: HospitalFound | None = None
    near: dict[str, ParksNear] = field(default_factory=dict)
    told: ParkFull | None = None


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


# -- in `city`, by cell ---------------------------------------------------------------------------


@hospital.on("hospital.found", key=lambda found: cells_around(found.at))
def hospital_near(ctx: Context, found: HospitalFound, reach: ReachState) -> None:
    """Remember a hospital in every cell within its reach, and tell it what is there."""
    reach.room.watch(found.hospital, found.at, PARK_METRES, PARK_LOTS)
    reach.told.pop(found.hospital, None)
    _tell(ctx, reach, [found.hospital])


@hospital.on("hospital.gone", key=lambda gone: cells_around(gone.at))
def hospital_nowhere(_: Context, gone: HospitalGone, reach: ReachState) -> None:
    """Forget a hospital."""
    reach.room.unwatch(gone.hospital)
    reach.told.pop(gone.hospital, None)


@hospital.on("hospital.park-found", key=lambda found: cell(found.at))
def park_serves(ctx: Context, found: ParkFound, reach: ReachState) -> None:
    """Remember a car park that serves a hospital, as long as it does."""
    if found.serves:
        reach.serving[found.lot] = found.at
    else:
        reach.serving.pop(found.lot, None)
    _tell(ctx, reach, sorted(reach.room.watchers))


@hospital.on("parking.lot-changed", key=lambda lot: cell(lot.at))
def park_changed(ctx: Context, lot: LotChanged, reach: ReachState) -> None:
    """Take a car park's level; hospitals within reach may be full, or have somewhere to send to."""
    last = reach.parks.get(lot.lot)
    full = None
    if lot.level is not None and lot.total > 0:
        share = (lot.total - lot.free) / lot.total
        full = park_full(share, was=last is not None and last.full is True)
    reach.parks[lot.lot] = Park(lot.name, full)
    if lot.level in ROOM:
        _told(ctx, reach, lot.lot, reach.room.put(lot.lot, lot.at, PARK_METRES, PARK_LOTS))
    else:
        _told(ctx, reach, lot.lot, reach.room.remove(lot.lot, PARK_METRES, PARK_LOTS))


@hospital.on("parking.lot-gone", key=lambda lot: cell(lot.at))
def park_nowhere(ctx: Context, lot: LotGone, reach: ReachState) -> None:
    """Forget a car park that is no longer there."""
    reach.parks.pop(lot.lot, None)
    _told(ctx, reach, lot.lot, reach.room.remove(lot.lot, PARK_METRES, PARK_LOTS))


def _told(ctx: Context, reach: ReachState, lot: str, hospitals: list[str]) -> None:
    """Tell the hospitals for which a car park with room counts, or that it serves."""
    _tell(ctx, reach, sorted(reach.room.watchers) if lot in reach.serving else hospitals)


def _tell(ctx: Context, reach: ReachState, hospitals: list[str]) -> None:
    """Tell hospitals what this cell has for them, where that is news."""
    for house in hospitals:
        at = reach.room.watchers[house]
        own = tuple(
            OwnPark(lot, reach.parks[lot].name, reach.parks[lot].full)
            for lot, place in sorted(reach.serving.items())
            if lot in reach.parks and metres(at, place) <= SERVES_METRES
        )
        held = reach.room.held[house]
        room = tuple((round(away), reach.parks[lot].name) for away, lot in held)
        news = ParksNear(house, ctx.key, own, room)
        if reach.told.get(house, ParksNear(house, ctx.key)) != news:
            reach.told[house] = news
            ctx.emit("hospital.parks-near", news)


# -- in `city`, by hospital -----------------------------------------------------------------------


@hospital.on("hospital.found", key=lambda found: found.hospital)
def house_found(ctx: Context, found: HospitalFound, house: HouseParks) -> None:
    """Take a hospital's place; what was said around another one no longer counts."""
    if house.found is not None and house.found.at != found.at:
        house.near.clear()
    house.found = found
    _judge(ctx, house)


@hospital.on("hospital.gone", key=lambda gone: gone.hospital)
def house_gone(ctx: Context, _: HospitalGone, house: HouseParks) -> None:
    """Forget what was said of a hospital's car parks."""
    house.found = None
    house.near.clear()
    if house.told is not None:
        house.told = None
        ctx.clear_alert(PARKING, ctx.key)
        ctx.hide(PARKS, ctx.key)


@hospital.on("hospital.parks-near", key=lambda news: news.hospital)
def parks_near(ctx: Context, news: ParksNear, house: HouseParks) -> None:
    """Take what a cell has for a hospital."""
    if house.found is not None and news.cell in cells_around(house.found.at):
        house.near[news.cell] = news
        _judge(ctx, house)


def _judge(ctx: Context, house: HouseParks) -> None:
    """Tell when a hospital's full car parks, or those with room, are others than before."""
    found = house.found
    own = [park for news in house.near.values() for park in news.own]
    silent = all(park.full is None for park in own)
    if found is None or (silent and (own or house.told is None)):
        return  # silence neither raises nor clears
    full = tuple(park.name for park in sorted(own, key=lambda park: park.lot) if park.full)
    room = _room(house) if full else ()
    news = ParkFull(found.hospital, full, room)
    if house.told == news:
        return
    house.told = news
    ctx.emit("hospital.parking", news)
    _show(ctx, found, news)
    _alert(ctx, found, news)


def _room(house: HouseParks) -> tuple[str, ...]:
    """Return the car parks with room, nearest to the hospital first, with their distance."""
    near = sorted(pair for news in house.near.values() for pair in news.room)
    return tuple(f"{name}（{away} 米）" for away, name in near[:PARK_LOTS])


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
    room = f"有空位：{'、'.join(news.room)}" if news.room else "暂无空位"
    ctx.raise_alert(
        PARKING,
        found.hospital,
        Level.BLUE,  # an everyday matter for the guards at the gate, nobody's emergency
        f"{found.name}停车场已满",
        text=f"{'、'.join(news.full)}占用率已达 {PARK_FULL:.0%}；"
        f"{PARK_METRES:.0f} 米内{room}；{LANE}",
        at=found.at,
        district=found.district,
        entity=f"{HOSPITALS.name}/{found.hospital}",
    )
