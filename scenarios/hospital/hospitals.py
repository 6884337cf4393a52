"""医院: a hospital's readings, worked in its district, and how it stands on the map."""

from hub.sdk import Context, Gone
from scenarios.hospital.beds import TITLES as BED_TITLES
from scenarios.hospital.beds import judge_beds, occupancy
from scenarios.hospital.crowding import judge_crowding, score, tell_beds
from scenarios.hospital.look import BEDS, CROWDED, HOSPITALS, ICU, TRIAGE, hospital
from scenarios.hospital.messages import HospitalFound, HospitalGone
from scenarios.hospital.readings import EmergencyDepartment, Wards
from scenarios.hospital.state import HospitalState
from scenarios.hospital.triage import judge_triage, overdue_text
from scenarios.hospital.views import HospitalView


@hospital.on_card("Hospital")
def hospital_found(ctx: Context, house: HospitalState) -> None:
    """Take a hospital's card and tell the city where it is."""
    _identify(ctx, house)
    if house.at is not None:
        found = HospitalFound(ctx.key, house.name, house.at, house.district)
        ctx.emit("hospital.found", found)


@hospital.on_gone("Hospital")
def hospital_gone(ctx: Context, _: Gone, house: HospitalState) -> None:
    """Take back all that was said of a hospital whose card was withdrawn."""
    for kind in (CROWDED, TRIAGE, BEDS, ICU):
        ctx.clear_alert(kind, ctx.key)
    if house.at is not None:
        ctx.emit("hospital.gone", HospitalGone(ctx.key, house.at, house.district))
    ctx.forget()


@hospital.on("city.hospital.ed")
def department(ctx: Context, reading: EmergencyDepartment, house: HospitalState) -> None:
    """Take the emergency department's reading: crowding, waits, the screen."""
    _identify(ctx, house)
    house.ed = reading
    judge_crowding(ctx, house, score(reading))
    judge_triage(ctx, house, reading.waiting)
    _show(ctx, house)


@hospital.on("city.hospital.beds")
def wards(ctx: Context, reading: Wards, house: HospitalState) -> None:
    """Take the wards' reading."""
    _identify(ctx, house)
    house.wards = reading
    judge_beds(ctx, house, reading)
    tell_beds(ctx, house)
    _show(ctx, house)


def _identify(ctx: Context, house: HospitalState) -> None:
    """Note who the hospital is; one without a card has its id for a name and no place."""
    card = ctx.card
    house.district = ctx.district
    house.name = card.name if card else ctx.key
    house.at = card.at if card else None
    house.centres = str(card.attributes.get("centres", "")) if card else ""


def _show(ctx: Context, house: HospitalState) -> None:
    ed, beds = house.ed, house.wards
    share = None if beds is None else occupancy(beds)
    view = HospitalView(
        nedocs=house.nedocs,
        patients=None if ed is None else ed.patients,
        edBeds=None if ed is None else ed.beds,
        boarding=None if ed is None else ed.boarding,
        waiting=None if ed is None else sum(wait.count for wait in ed.waiting.values()),
        overdue=overdue_text(house.overdue),
        bedOccupancy=None if share is None else round(share, 4),
        bedState="" if house.beds is None else BED_TITLES[house.beds],
        icuFree=None if beds is None else max(0, beds.icuBeds - beds.icuOccupied),
        centres=house.centres.replace(",", "、"),
    )
    band = None if house.nedocs is None else house.band
    quality = _quality(house)
    ctx.show(HOSPITALS, ctx.key, house.name, view, at=house.at, level=band, quality=quality)


def _quality(house: HospitalState) -> tuple[str, ...]:
    """Return the flags of what was said last: impossible figures, more patients than beds."""
    flags = []
    if house.ed is not None and house.nedocs is None:
        flags.append("out-of-range")
    if house.wards is not None and house.wards.occupied > house.wards.beds:
        flags.append("over-capacity")
    return tuple(flags)
