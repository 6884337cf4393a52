"""The register of places: lots, schools, ponding points, units and more, by their cell."""

from msgspec import Struct, field

from hub.sdk import Context, Gone, State, cell
from scenarios.emergency.look import emergency
from scenarios.emergency.messages import At, PlaceFound

LOT, SCHOOL, HOSPITAL, LIFT = "OffStreetParking", "School", "Hospital", "Lift"
FIRE, GAS_COMPANY = "FireStation", "GasCompany"
PONDING = "PondingPoint"
KINDS = (LOT, SCHOOL, HOSPITAL, LIFT, FIRE, GAS_COMPANY, PONDING)
UNITS = (FIRE, HOSPITAL, GAS_COMPANY)
"""Kinds that can be tasked; 120 goes out from a hospital."""


class PlaceState(State):
    """A place, as the city was told last."""

    told: PlaceFound | None = None


class Spot(Struct, frozen=True, array_like=True):
    """A place as the register keeps it: no larger than it must be, a cell may have hundreds."""

    kind: str
    name: str
    at: At


class Register(State):
    """The places of one cell."""

    places: dict[str, Spot] = field(default_factory=dict)


class Units(State):
    """All units of the city: some dozens."""

    units: dict[str, Spot] = field(default_factory=dict)


def underground(name: str, *, marked: bool) -> bool:
    """Return whether a lot is an underground garage: its card says so, or its name (地下)."""
    return marked or "地下" in name


def cells(found: PlaceFound) -> tuple[str, ...]:
    """Return the cells that must hear of a place: where it is, and where it was."""
    return tuple(dict.fromkeys(cell(at) for at in (found.at, found.was) if at is not None))


@emergency.on_card(*KINDS)
def place_found(ctx: Context, place: PlaceState) -> None:
    """Tell the city of a place that is new, moved or renamed."""
    card = ctx.card
    if card is None:
        return
    marked = card.attributes.get("underground") is True
    _tell(
        ctx,
        place,
        PlaceFound(
            place=ctx.key,
            kind=card.kind,
            name=card.name,
            district=ctx.district,
            at=card.at,
            was=None,
            underground=card.kind == LOT and underground(card.name, marked=marked),
        ),
    )


@emergency.on_gone(*KINDS)
def place_gone(ctx: Context, gone: Gone, place: PlaceState) -> None:
    """Tell the city that a place is no longer there."""
    if place.told is not None:
        _tell(ctx, place, PlaceFound(ctx.key, gone.kind, "", ctx.district, None, None, False))


@emergency.on("emergency.place", key=cells)
def register(ctx: Context, found: PlaceFound, cell_: Register) -> None:
    """Keep a place in the register of its cell, and in no other."""
    if found.at is not None and cell(found.at) == ctx.key:
        cell_.places[found.place] = Spot(found.kind, found.name, found.at)
    else:
        cell_.places.pop(found.place, None)


@emergency.on("emergency.place", key=lambda found: "city" if found.kind in UNITS else ())
def unit(found: PlaceFound, city: Units) -> None:
    """Keep the units of the whole city together: the nearest may be far away."""
    city.units.pop(found.place, None)
    if found.at is not None:
        city.units[found.place] = Spot(found.kind, found.name, found.at)


def _tell(ctx: Context, place: PlaceState, news: PlaceFound) -> None:
    was: At | None = place.told.at if place.told else None
    told = PlaceFound(
        news.place, news.kind, news.name, news.district, news.at, was, news.underground
    )
    if place.told is not None and _same(place.told, told):
        return
    place.told = told
    ctx.emit("emergency.place", told)


def _same(a: PlaceFound, b: PlaceFound) -> bool:
    return (a.kind, a.name, a.at, a.underground) == (b.kind, b.name, b.at, b.underground)
