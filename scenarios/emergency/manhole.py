"""井盖: missing, tilted, or with water in the well. Only what is not in order is on the map."""

from hub.sdk import Context, Gone, Level, State, proposal
from scenarios.emergency.look import COVERS, MANHOLE_ALERT, emergency
from scenarios.emergency.readings import Cover
from scenarios.emergency.rules import MISSING, TILT, TILT_OVER, TILTED, WATERED
from scenarios.emergency.views import CoverView
from scenarios.emergency.words import text

_STATES = {MISSING: "缺失", TILTED: "倾斜", WATERED: "井内积水"}
_DO = {
    MISSING: "建议 2 小时内现场围护、1 个工作日内补装",
    TILTED: "建议现场扶正并检查",
}


class CoverState(State):
    """A cover: its level."""

    level: Level | None = None


def cover_level(cover: Cover, last: Level | None) -> Level | None:
    """Return the level of a cover: the worst of what is wrong. Tilt ends at TILT_OVER."""
    if cover.missing:
        return MISSING
    tilt = abs(cover.tilt)
    if tilt > TILT or (last is TILTED and tilt >= TILT_OVER):
        return TILTED
    return WATERED if cover.water else None


@emergency.on("city.manhole.cover")
def cover(ctx: Context, reading: Cover, cover: CoverState) -> None:
    """Show a cover and raise its alert while something is wrong with it."""
    level = cover.level = cover_level(reading, cover.level)
    if level is None:
        ctx.hide(COVERS, ctx.key)
        ctx.clear_alert(MANHOLE_ALERT, ctx.key)
        return
    name, at = (ctx.card.name, ctx.card.at) if ctx.card else (ctx.key, None)
    view = CoverView(_STATES[level], round(reading.tilt, 1))
    ctx.show(COVERS, ctx.key, name, view, at=at, level=level.value)
    if level is WATERED:  # in a storm every low well has some: a mark on the map, no alert
        ctx.clear_alert(MANHOLE_ALERT, ctx.key)
        return
    ctx.raise_alert(
        MANHOLE_ALERT,
        ctx.key,
        level,
        proposal(level, f"{name}{_STATES[level]}"),
        text=text(_DO[level], "井内同时有水" if reading.water else ""),
        at=at,
        entity=f"{COVERS.name}/{ctx.key}",
    )


@emergency.on_gone("ManholeCover")
def cover_gone(ctx: Context, _: Gone, cover: CoverState) -> None:
    """A cover's sensor was taken out of service."""
    cover.level = None
    ctx.clear_alert(MANHOLE_ALERT, ctx.key)
