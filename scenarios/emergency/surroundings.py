"""周边分析 (link 6): from 35 %LEL on, what lies within 200 m and whom to task. An advice.

The cells around answer one by one (`Part`); when the last one has, the analysis is told.
"""

from collections.abc import Iterable

from msgspec import field

from hub.sdk import Context, State, cells_around, metres, proposal
from scenarios.emergency.look import AROUND_ALERT, SURROUNDINGS, emergency
from scenarios.emergency.messages import Ask, At, Gas, Near, Part, Surroundings
from scenarios.emergency.places import (
    FIRE,
    GAS_COMPANY,
    HOSPITAL,
    LIFT,
    LOT,
    SCHOOL,
    Register,
    Spot,
    Units,
)
from scenarios.emergency.rules import AROUND_METRES, AROUND_NAMED
from scenarios.emergency.views import AroundView
from scenarios.emergency.words import text

_NOBODY = "未登记"


class Analysis(State):
    """The analysis of one space: what was asked, and the cells' answers so far."""

    ask: Ask | None = None
    parts: dict[str, Part] = field(default_factory=dict)


@emergency.on("emergency.gas", key=lambda _: "city")
def gas_turned(ctx: Context, gas: Gas, city: Units) -> None:
    """Ask what lies around a space with 35 %LEL or more; the nearest units are known here."""
    if not gas.grave or gas.at is None or gas.level is None:
        return
    ask = Ask(
        space=gas.space,
        cause=f"{gas.name}可燃气体报警",
        at=gas.at,
        district=gas.district,
        level=gas.level,
        fire=nearest(gas.at, city, FIRE),
        medical=nearest(gas.at, city, HOSPITAL),
        gas=nearest(gas.at, city, GAS_COMPANY),
    )
    ctx.emit("emergency.surroundings-asked", ask)


@emergency.on("emergency.gas", key=lambda gas: gas.space)
def gas_over(ctx: Context, gas: Gas, analysis: Analysis) -> None:
    """End the analysis when the gas is below 35 %LEL again."""
    ask = analysis.ask
    if gas.grave or ask is None:
        return
    analysis.ask, analysis.parts = None, {}
    ctx.clear_alert(AROUND_ALERT, ctx.key)
    ctx.hide(SURROUNDINGS, ctx.key)
    over = Surroundings(ask.cause, ctx.key, ask.at, round(AROUND_METRES), active=False)
    ctx.emit("emergency.surroundings", over)


@emergency.on("emergency.surroundings-asked", key=lambda ask: ask.space)
def begin(ask: Ask, analysis: Analysis) -> None:
    """Note what was asked; the answers follow."""
    analysis.ask, analysis.parts = ask, {}


@emergency.on("emergency.surroundings-asked", key=lambda ask: cells_around(ask.at))
def look_around(ctx: Context, ask: Ask, register: Register) -> None:
    """Answer for one cell."""
    places = register.places.values()
    part = Part(
        space=ask.space,
        cell=ctx.key,
        lots=within(ask.at, places, LOT),
        schools=within(ask.at, places, SCHOOL),
        hospitals=within(ask.at, places, HOSPITAL),
        lifts=within(ask.at, places, LIFT),
    )
    ctx.emit("emergency.surroundings-part", part)


@emergency.on("emergency.surroundings-part", key=lambda part: part.space)
def answered(ctx: Context, part: Part, analysis: Analysis) -> None:
    """Tell the analysis when the last cell has answered."""
    ask = analysis.ask
    if ask is None:
        return
    analysis.parts[part.cell] = part
    if len(analysis.parts) < len(cells_around(ask.at)):
        return
    parts = list(analysis.parts.values())
    analysis.parts = {}
    found = Surroundings(
        cause=ask.cause,
        space=ask.space,
        at=ask.at,
        radius=round(AROUND_METRES),
        active=True,
        lots=_join([part.lots for part in parts]),
        schools=_join([part.schools for part in parts]),
        hospitals=_join([part.hospitals for part in parts]),
        lifts=_join([part.lifts for part in parts]),
        fire=ask.fire,
        medical=ask.medical,
        gas=ask.gas,
    )
    ctx.emit("emergency.surroundings", found)
    _show(ctx, ask, found)


def within(at: At, places: Iterable[Spot], kind: str) -> tuple[Near, ...]:
    """Return the places of a kind within AROUND_METRES, nearest first."""
    reach = ((metres(at, each.at), each.name) for each in places if each.kind == kind)
    near = sorted((away, name) for away, name in reach if away <= AROUND_METRES)
    return tuple(Near(name, round(away)) for away, name in near)


def nearest(at: At, city: Units, kind: str) -> Near | None:
    """Return the nearest unit of a kind, wherever it is."""
    units = (each for each in city.units.values() if each.kind == kind)
    reach = [(metres(at, each.at), each.name) for each in units]
    return Near(min(reach)[1], round(min(reach)[0])) if reach else None


def _join(parts: list[tuple[Near, ...]]) -> tuple[Near, ...]:
    every = [near for part in parts for near in part]
    return tuple(sorted(every, key=lambda near: (near.distance, near.name)))


def _show(ctx: Context, ask: Ask, found: Surroundings) -> None:
    units = "；".join(
        f"{title}：{_unit(near)}"
        for title, near in (("消防", found.fire), ("120", found.medical), ("燃气", found.gas))
    )
    view = AroundView(
        cause=found.cause,
        radius=found.radius,
        lots=_named(found.lots),
        schools=_named(found.schools),
        hospitals=_named(found.hospitals),
        lifts=_named(found.lifts),
        units=units,
    )
    entity, district = f"{SURROUNDINGS.name}/{ask.space}", ask.district
    title, level = f"{found.cause}周边", ask.level.value
    ctx.show(SURROUNDINGS, ask.space, title, view, at=ask.at, district=district, level=level)
    ctx.raise_alert(
        AROUND_ALERT,
        ask.space,
        ask.level,
        proposal(ask.level, f"{found.cause}周边 {found.radius} 米"),
        text=text(
            f"停车场 {view.lots}；学校 {view.schools}；医院 {view.hospitals}；电梯 {view.lifts}",
            f"建议派单：{units}",
        ),
        at=ask.at,
        district=district,
        entity=entity,
    )


def _named(near: tuple[Near, ...]) -> str:
    """Return how many there are and the nearest by name."""
    if not near:
        return "无"
    names = "、".join(f"{each.name} {each.distance} 米" for each in near[:AROUND_NAMED])
    return f"{len(near)} 处（{names}{' 等' if len(near) > AROUND_NAMED else ''}）"


def _unit(near: Near | None) -> str:
    return _NOBODY if near is None else f"{near.name} {near.distance} 米"
