"""床位: how full a hospital's wards and its ICU are."""

from hub.sdk import Context, Level
from scenarios.hospital.levels import bed_level, icu_short
from scenarios.hospital.look import BEDS, HOSPITALS, ICU
from scenarios.hospital.readings import Wards
from scenarios.hospital.rules import (
    BEDS_FULL,
    BEDS_LEVELS,
    BEDS_TIGHT,
    BEDS_WARN,
    ICU_FREE,
    Beds,
)
from scenarios.hospital.state import HospitalState

TITLES = {Beds.ROOM: "有空床", Beds.WARN: "预警", Beds.TIGHT: "紧张", Beds.FULL: "满"}
_FROM = {Beds.WARN: BEDS_WARN, Beds.TIGHT: BEDS_TIGHT, Beds.FULL: BEDS_FULL}


def occupancy(wards: Wards) -> float | None:
    """Return the share of occupied beds, above 1 with beds in the corridor; None without beds."""
    return max(0, wards.occupied) / wards.beds if wards.beds > 0 else None


def judge_beds(ctx: Context, house: HospitalState, wards: Wards) -> None:
    """Raise and clear the alerts of the wards and of the ICU."""
    share = occupancy(wards)
    if share is not None:
        house.beds = bed_level(share, house.beds)
        _wards(ctx, house, house.beds)
    free = max(0, wards.icuBeds - wards.icuOccupied)
    house.icu = icu_short(free, wards.icuBeds, was=house.icu)
    if not house.icu:
        ctx.clear_alert(ICU, ctx.key)
        return
    ctx.raise_alert(
        ICU,
        ctx.key,
        Level.YELLOW,
        f"{house.name} ICU 床位紧张",
        text=f"ICU 空床占比不高于 {ICU_FREE:.0%}",
        at=house.at,
        district=house.district,
        entity=f"{HOSPITALS.name}/{ctx.key}",
    )


def _wards(ctx: Context, house: HospitalState, level: Beds) -> None:
    if level is Beds.ROOM:
        ctx.clear_alert(BEDS, ctx.key)
        return
    ctx.raise_alert(
        BEDS,
        ctx.key,
        BEDS_LEVELS[level],
        f"{house.name}床位{TITLES[level]}",
        text=f"床位使用率已达 {_FROM[level]:.0%}",
        at=house.at,
        district=house.district,
        entity=f"{HOSPITALS.name}/{ctx.key}",
    )
