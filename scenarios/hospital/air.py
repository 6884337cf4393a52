"""空气重污染: a district's emergency departments hear of it; worked in `city`."""

from msgspec import field

from hub.sdk import Context, Level, State
from scenarios.hospital.look import AIR, hospital
from scenarios.hospital.messages import HeavyAir, HospitalFound, HospitalGone


class DistrictState(State):
    """The hospitals of a district by name, and its air while that is heavily polluted."""

    hospitals: dict[str, str] = field(default_factory=dict)
    air: HeavyAir | None = None


@hospital.on("hospital.found", key=lambda found: found.district)
def ed_found(ctx: Context, found: HospitalFound, district: DistrictState) -> None:
    """Count a hospital in its district; a new one hears of the air at once."""
    district.hospitals[found.hospital] = found.name
    _tell(ctx, district)


@hospital.on("hospital.gone", key=lambda gone: gone.district or ())
def ed_gone(ctx: Context, gone: HospitalGone, district: DistrictState) -> None:
    """Count a hospital no more."""
    district.hospitals.pop(gone.hospital, None)
    _tell(ctx, district)


@hospital.on("ecology.heavy", key=lambda air: air.district)
def air_turned(ctx: Context, air: HeavyAir, district: DistrictState) -> None:
    """Tell the emergency departments of a district that its air is bad, and when it is over."""
    district.air = air if air.active else None
    _tell(ctx, district)


def _tell(ctx: Context, district: DistrictState) -> None:
    air, names = district.air, district.hospitals
    if air is None or not names:
        ctx.clear_alert(AIR, ctx.key)
        return
    ctx.raise_alert(
        AIR,
        ctx.key,
        Level.BLUE,
        "空气重污染，呼吸和心脑血管急诊可能增多",
        text=f"AQI {air.aqi}，首要污染物 {air.primary}；请备勤：{'、'.join(names.values())}",
        district=ctx.key,
    )
