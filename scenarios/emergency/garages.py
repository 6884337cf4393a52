"""地下车库 (link 2): in rain of 橙 or 红, garages near a ponding point had better close.

The rain decides, before the water comes: a garage that is dry can be shut and cleared, a flooded
one cannot. Where water stands already the advice says so. Nobody closes a garage by command.
"""

from msgspec import field

from hub.sdk import COLOURS, Context, Level, State, cell, cells_around, metres, proposal
from scenarios.emergency.look import GARAGE_ALERT, GARAGES, emergency
from scenarios.emergency.messages import PlaceFound, PondingChanged, RainLevel, Threat
from scenarios.emergency.places import LOT, PONDING, cells
from scenarios.emergency.rules import GARAGE_METRES, GARAGE_RAIN
from scenarios.emergency.views import GarageView
from scenarios.emergency.words import text

ADVICE = "建议关闭入口、挡水并疏散车辆"
WATER = {True: "（已积水）", False: ""}


class WetDistrict(State):
    """A district: its rain, its ponding points, those under water, and what garages were told."""

    rain: Level | None = None
    points: dict[str, PlaceFound] = field(default_factory=dict)
    water: dict[str, Level] = field(default_factory=dict)
    threats: dict[str, Threat] = field(default_factory=dict)


class GarageCell(State):
    """A cell: its underground garages, and the water in it or near it."""

    garages: dict[str, PlaceFound] = field(default_factory=dict)
    threats: dict[str, Threat] = field(default_factory=dict)


# -- which points threaten: by district -----------------------------------------------------------


@emergency.on("emergency.rain-level", key=lambda rain: rain.district or "-")
def rain_turned(ctx: Context, news: RainLevel, wet: WetDistrict) -> None:
    """The rain decides for all of a district's ponding points."""
    wet.rain = news.level
    for point in sorted(wet.points):
        _judge(ctx, wet, point)


@emergency.on(
    "emergency.place",
    key=lambda found: (found.district or "-") if found.kind == PONDING else (),
)
def point_found(ctx: Context, found: PlaceFound, wet: WetDistrict) -> None:
    """A ponding point was registered, moved, or taken out of service."""
    wet.points.pop(found.place, None)
    if found.at is not None:
        wet.points[found.place] = found
    _judge(ctx, wet, found.place)


@emergency.on("emergency.ponding", key=lambda point: point.district or "-")
def water_turned(ctx: Context, news: PondingChanged, wet: WetDistrict) -> None:
    """A point began or ceased to have water."""
    wet.water.pop(news.point, None)
    if news.level is not None:
        wet.water[news.point] = news.level
    _judge(ctx, wet, news.point)


def _judge(ctx: Context, wet: WetDistrict, name: str) -> None:
    """Tell the cells around a point when it threatens, no longer, or in other rain."""
    point, last = wet.points.get(name), wet.threats.get(name)
    if point is not None and point.at is not None and wet.rain in GARAGE_RAIN:
        water = name in wet.water
        threat = Threat(name, point.name, point.at, active=True, level=wet.rain, water=water)
        if threat == last:
            return
        if last is not None and last.at != threat.at:
            _withdraw(ctx, last)
        wet.threats[name] = threat
        ctx.emit("emergency.threat", threat)
    elif last is not None:
        del wet.threats[name]
        _withdraw(ctx, last)


def _withdraw(ctx: Context, last: Threat) -> None:
    over = Threat(last.point, last.name, last.at, active=False, level=last.level)
    ctx.emit("emergency.threat", over)


# -- which garages are near: by cell --------------------------------------------------------------


@emergency.on("emergency.threat", key=lambda threat: cells_around(threat.at))
def threatened(ctx: Context, threat: Threat, near: GarageCell) -> None:
    """Advise the garages of a cell anew."""
    near.threats.pop(threat.point, None)
    if threat.active:
        near.threats[threat.point] = threat
    for _, garage in sorted(near.garages.items()):
        _advise(ctx, near, garage)


@emergency.on("emergency.place", key=lambda found: cells(found) if found.kind == LOT else ())
def garage_found(ctx: Context, found: PlaceFound, near: GarageCell) -> None:
    """Keep a garage in its cell; water may stand there already."""
    here = found.underground and found.at is not None and cell(found.at) == ctx.key
    if here:
        near.garages[found.place] = found
        _advise(ctx, near, found)
    elif near.garages.pop(found.place, None) is not None:
        _over(ctx, found.place)


def _advise(ctx: Context, near: GarageCell, garage: PlaceFound) -> None:
    at = garage.at
    reach = [(metres(at, threat.at), threat) for threat in near.threats.values() if at is not None]
    wet = sorted(
        ((away, threat) for away, threat in reach if away <= GARAGE_METRES),
        key=lambda pair: (pair[0], pair[1].point),
    )
    if not wet:
        _over(ctx, garage.place)
        return
    level = min((threat.level for _, threat in wet), key=lambda level: level.rank)
    names = "、".join(
        f"{threat.name} {away:.0f} 米{WATER[threat.water]}" for away, threat in wet[:3]
    )
    view = GarageView(ADVICE, names, round(wet[0][0]))
    district, entity = garage.district, f"{GARAGES.name}/{garage.place}"
    ctx.show(GARAGES, garage.place, garage.name, view, at=at, district=district, level=level.value)
    ctx.raise_alert(
        GARAGE_ALERT,
        garage.place,
        level,
        proposal(level, f"{garage.name}进水风险"),
        text=text(f"所在区暴雨{COLOURS[level]}条件，附近易积水点：{names}", ADVICE),
        at=at,
        district=district,
        entity=entity,
    )


def _over(ctx: Context, garage: str) -> None:
    ctx.clear_alert(GARAGE_ALERT, garage)
    ctx.hide(GARAGES, garage)
