"""分流建议: where 120 may take patients of triage levels 3 and 4 instead; worked in `city`.

An advice and no more: a person decides. Levels 1 and 2 and the 五大中心 are not part of it.
"""

from msgspec import field

from hub.sdk import Context, State, metres
from scenarios.hospital.levels import CALM
from scenarios.hospital.look import DIVERSION, HOSPITALS, hospital
from scenarios.hospital.messages import CrowdingChanged, Diversion, Divertible, HospitalGone
from scenarios.hospital.rules import (
    DIVERT_BANDS,
    DIVERT_FIRST,
    DIVERT_HOSPITALS,
    DIVERT_LEVELS,
    DIVERT_TOLD,
    FIVE_CENTRES,
)

KEPT = f"一、二级及五大中心（{'、'.join(FIVE_CENTRES)}）患者不分流，照常接诊"


class DiversionState(State):
    """All hospitals as the city knows them, and the advice in force for each crowded one."""

    hospitals: dict[str, CrowdingChanged] = field(default_factory=dict)
    advised: dict[str, Diversion] = field(default_factory=dict)


@hospital.on("hospital.crowding", key=lambda _: "city")
def crowding_changed(ctx: Context, news: CrowdingChanged, city: DiversionState) -> None:
    """Begin or end a hospital's advice; a change anywhere may change who is named."""
    city.hospitals[news.hospital] = news
    if news.fresh and news.band not in DIVERT_BANDS:
        _withdraw(ctx, city, news)
    _advise_all(ctx, city)


@hospital.on("hospital.gone", key=lambda _: "city")
def no_longer_there(ctx: Context, gone: HospitalGone, city: DiversionState) -> None:
    """A hospital that is gone gets no advice and is named in none."""
    last = city.hospitals.pop(gone.hospital, None)
    if last is not None:
        _withdraw(ctx, city, last)
        _advise_all(ctx, city)


def _advise_all(ctx: Context, city: DiversionState) -> None:
    for name, crowded in sorted(city.hospitals.items()):
        if name in city.advised or (crowded.fresh and crowded.band in DIVERT_BANDS):
            _advise(ctx, city, crowded)


def _withdraw(ctx: Context, city: DiversionState, news: CrowdingChanged) -> None:
    if city.advised.pop(news.hospital, None) is not None:
        ctx.clear_alert(DIVERSION, news.hospital)
        ctx.emit("hospital.diversion", _advice(news, (), active=False))


def _advise(ctx: Context, city: DiversionState, crowded: CrowdingChanged) -> None:
    """Tell 120 when an advice is new or names others; its colour: was the hospital told?"""
    advice = _advice(crowded, _room(city, crowded), active=True)
    last = city.advised.get(crowded.hospital)
    if last is None or _names(last) != _names(advice):
        city.advised[crowded.hospital] = last = advice
        ctx.emit("hospital.diversion", advice)
    ctx.raise_alert(
        DIVERSION,
        crowded.hospital,
        DIVERT_TOLD if crowded.alerted else DIVERT_FIRST,
        f"{crowded.name}分流建议",
        text=_text(last),
        at=crowded.at,
        district=crowded.district,
        entity=f"{HOSPITALS.name}/{crowded.hospital}",
    )


def has_room(other: CrowdingChanged) -> bool:
    """Return whether a hospital can take others' patients."""
    return other.fresh and other.band in CALM and not other.full


def _room(city: DiversionState, crowded: CrowdingChanged) -> tuple[Divertible, ...]:
    """Return the hospitals with room: below 拥挤, wards not full, fresh data; nearest first."""
    others = [
        Divertible(other.hospital, other.name, round(metres(crowded.at, other.at)), other.nedocs)
        for other in city.hospitals.values()
        if other.hospital != crowded.hospital and has_room(other)
    ]
    others.sort(key=lambda other: (other.distance, other.hospital))
    return tuple(others[:DIVERT_HOSPITALS])


def _advice(crowded: CrowdingChanged, to: tuple[Divertible, ...], *, active: bool) -> Diversion:
    return Diversion(
        hospital=crowded.hospital,
        name=crowded.name,
        at=crowded.at,
        active=active,
        levels=DIVERT_LEVELS,
        kept=FIVE_CENTRES,
        to=to,
    )


def _names(advice: Diversion) -> list[str]:
    return [other.hospital for other in advice.to]


def _text(advice: Diversion) -> str:
    if not advice.to:
        return f"三、四级患者暂无有余量的医院可分流，请120统筹；{KEPT}"
    to = "、".join(f"{other.name}（{other.distance / 1000:.1f} 公里）" for other in advice.to)
    return f"建议120将三、四级患者分流至：{to}；{KEPT}"
