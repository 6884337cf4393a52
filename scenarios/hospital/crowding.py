"""急诊拥挤度: the score of an emergency department, its band, and who is told."""

from msgspec.structs import replace

from hub.sdk import MINUTE, Context, Silence
from scenarios.hospital.levels import CALM, crowding
from scenarios.hospital.look import CROWDED, HOSPITALS, hospital
from scenarios.hospital.messages import CrowdingChanged
from scenarios.hospital.nedocs import Census, nedocs
from scenarios.hospital.readings import EmergencyDepartment
from scenarios.hospital.rules import CROWDED as CROWDED_FROM
from scenarios.hospital.rules import (
    CROWDED_FOR,
    CROWDING_LEVELS,
    CROWDING_TOLD,
    Beds,
    Crowding,
)
from scenarios.hospital.state import HospitalState

TITLES = {level.name: level.title for level in HOSPITALS.levels}


def score(ed: EmergencyDepartment) -> float | None:
    """Return the NEDOCS score of a reading; None when its numbers cannot be."""
    census = Census(
        patients=ed.patients,
        beds=ed.beds,
        boarding=ed.boarding,
        hospital_beds=ed.hospitalBeds,
        ventilated=ed.ventilated,
        longest_admit=ed.longestAdmitHours,
        last_bed=ed.lastBedHours,
    )
    counts = (ed.patients, ed.boarding, ed.ventilated, ed.longestAdmitHours, ed.lastBedHours)
    return None if min(counts) < 0 else nedocs(census)


def judge_crowding(ctx: Context, house: HospitalState, found: float | None) -> None:
    """Take a new score: its band, the alert while there is one, what the city hears.

    A reading without a score changes nothing: it neither raises nor clears.
    """
    house.nedocs = found
    if found is None:
        return
    house.crowded = found >= CROWDED_FROM
    house.band = crowding(found, house.band)
    if house.alerted and house.band not in CALM:
        _alert(ctx, house, house.band)
    if house.at is not None:
        news = CrowdingChanged(
            hospital=ctx.key,
            name=house.name,
            at=house.at,
            district=house.district,
            nedocs=found,
            band=house.band,
            alerted=house.alerted,
            full=house.beds is Beds.FULL,
        )
        _tell(ctx, house, news)


def tell_beds(ctx: Context, house: HospitalState) -> None:
    """Tell the city when a hospital's wards are full, or no longer: nobody is led to full wards."""
    if house.told is not None:
        _tell(ctx, house, replace(house.told, full=house.beds is Beds.FULL))


def _crowded(house: HospitalState) -> bool:
    """The score itself: its band is left later than it is entered."""
    return house.crowded


def _calm(house: HospitalState) -> bool:
    return house.band in CALM


@hospital.hold("city.hospital.ed", when=_crowded, for_=CROWDED_FOR, until=_calm)
def stayed_crowded(ctx: Context, house: HospitalState) -> None:
    """拥挤 or worse for 15 minutes: tell the hospital."""
    house.alerted = True
    if house.band is not None:
        _alert(ctx, house, house.band)
    _tell_alerted(ctx, house)


@stayed_crowded.cleared
def calm_again(ctx: Context, house: HospitalState) -> None:
    """Below 拥挤, with its hysteresis."""
    house.alerted = False
    ctx.clear_alert(CROWDED, ctx.key)
    _tell_alerted(ctx, house)


@hospital.on_stale("Hospital")
def hospital_silent(ctx: Context, _: Silence, house: HospitalState) -> None:
    """A silent hospital is offered to nobody; what was raised stays, for silence clears nothing."""
    if house.told is not None:
        _tell(ctx, house, replace(house.told, fresh=False))


def _alert(ctx: Context, house: HospitalState, band: Crowding) -> None:
    ctx.raise_alert(
        CROWDED,
        ctx.key,
        CROWDING_LEVELS[band],
        f"{house.name}急诊{TITLES[band]}",
        text=(
            f"急诊拥挤度（NEDOCS）已达 {CROWDED_FROM:.0f} 以上"
            f"并持续 {CROWDED_FOR // MINUTE} 分钟，请院方启动急诊疏解"
        ),
        at=house.at,
        district=house.district,
        entity=f"{HOSPITALS.name}/{ctx.key}",
    )


def _tell_alerted(ctx: Context, house: HospitalState) -> None:
    if house.told is not None:
        _tell(ctx, house, replace(house.told, alerted=house.alerted))


def _tell(ctx: Context, house: HospitalState, news: CrowdingChanged) -> None:
    """Tell the city when something it acts on has changed."""
    last = house.told
    same = last is not None and replace(news, nedocs=last.nedocs) == last
    if last is None or not same or abs(news.nedocs - last.nedocs) >= CROWDING_TOLD:
        house.told = news
        ctx.emit("hospital.crowding", news)
