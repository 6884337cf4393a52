"""道路积水: a point's level, and when it is over. What it does to its road is in `roads`."""

from msgspec.structs import replace

from hub.sdk import MINUTE, Context, Gone, Level, Silence, State, proposal
from scenarios.emergency.look import PONDING_ALERT, PONDING_POINTS, Depths, emergency
from scenarios.emergency.messages import PondingChanged
from scenarios.emergency.readings import WaterLevel
from scenarios.emergency.rules import (
    PONDING_CALM_FOR,
    PONDING_CLOSED,
    PONDING_MOST,
    PONDING_STEP,
    PONDING_TOLD,
)
from scenarios.emergency.views import PondingView
from scenarios.emergency.words import shown, text, worst

_WORDS = {Level.BLUE: "积水", Level.ORANGE: "积水达封路水深", Level.RED: "积水达危险水深"}


class PondState(State):
    """A point: its level, whether the water is low but the level not over, what was told."""

    level: Level | None = None
    low: bool = False
    told: PondingChanged | None = None


def ponding_level(depth: float, last: Level | None, depths: Depths) -> Level | None:
    """Return the level at a depth in cm.

    危险 is over PONDING_STEP below its limit. Nothing else ends by depth alone: what is closed
    stays closed and what was told stays told until the water was low for long enough.
    """
    reached = depths.reached(depth)
    if last is None:
        return reached
    if last is Level.RED and depth >= depths.of(Level.RED) - PONDING_STEP:
        return Level.RED
    return worst((reached, Level.ORANGE if last in PONDING_CLOSED else last))


@emergency.on("city.flood.level")
def water(ctx: Context, reading: WaterLevel, pond: PondState, depths: Depths) -> None:
    """Take a point's depth. One that cannot be changes nothing: it neither closes nor opens."""
    depth = reading.waterLevel
    if not 0 <= depth <= PONDING_MOST:
        _show(ctx, pond, None, ("out-of-range",))
        return
    pond.level = ponding_level(depth, pond.level, depths)
    pond.low = pond.level is not None and depth < depths.calm
    _show(ctx, pond, depth)
    card = ctx.card
    road = str(card.attributes.get("road") or "") if card else ""
    name, at = (card.name, card.at) if card else (ctx.key, None)
    news = PondingChanged(
        ctx.key, name, at, ctx.district, road, pond.level, round(depth, 1), silent=False
    )
    _tell(ctx, pond, news, depths)


def _low(pond: PondState) -> bool:
    return pond.low


@emergency.hold("city.flood.level", when=_low, for_=PONDING_CALM_FOR)
def stayed_low(ctx: Context, pond: PondState, depths: Depths) -> None:
    """The water was below 10 cm (the limit) for 15 minutes: the point is over."""
    _end(ctx, pond, depths)


@emergency.on_stale("PondingPoint")
def point_silent(ctx: Context, _: Silence, pond: PondState, depths: Depths) -> None:
    """A silent point opens no road, and it is said why."""
    if pond.told is not None:
        _tell(ctx, pond, replace(pond.told, silent=True), depths)


@emergency.on_gone("PondingPoint")
def point_gone(ctx: Context, _: Gone, pond: PondState, depths: Depths) -> None:
    """A point was taken out of service: it holds nothing closed any longer."""
    _end(ctx, pond, depths)
    pond.told = None


def _end(ctx: Context, pond: PondState, depths: Depths) -> None:
    pond.level, pond.low = None, False
    if pond.told is not None:
        _tell(ctx, pond, replace(pond.told, level=None), depths)


def _show(
    ctx: Context, pond: PondState, depth: float | None, quality: tuple[str, ...] = ()
) -> None:
    card = ctx.card
    road = str(card.attributes.get("road") or "") if card else ""
    view = PondingView(
        None if depth is None else round(depth, 1), road, closed=pond.level in PONDING_CLOSED
    )
    name, at = (card.name, card.at) if card else (ctx.key, None)
    level = shown(pond.level)
    ctx.show(PONDING_POINTS, ctx.key, name, view, at=at, level=level, quality=quality)


def _tell(ctx: Context, pond: PondState, news: PondingChanged, depths: Depths) -> None:
    """Raise or clear the point's alert, and tell the city what it acts on."""
    _alert(ctx, news, depths)
    last = pond.told
    if last is not None and replace(news, depth=last.depth) == last:
        moved = abs(news.depth - last.depth)
        if news.level is None or moved < PONDING_TOLD:
            return
    pond.told = news
    ctx.emit("emergency.ponding", news)


def _alert(ctx: Context, news: PondingChanged, depths: Depths) -> None:
    level = news.level
    if level is None:
        ctx.clear_alert(PONDING_ALERT, news.point)
        return
    closes = level in PONDING_CLOSED
    ctx.raise_alert(
        PONDING_ALERT,
        news.point,
        level,
        proposal(level, f"{news.name}{_WORDS[level]}"),
        text=text(
            f"水深已达 {depths.of(level):g} 厘米",
            "水位监测点未关联路段，请现场封闭道路" if closes and not news.road else "",
            f"水深低于 {depths.calm:g} 厘米满 {PONDING_CALM_FOR // MINUTE} 分钟后解除"
            + ("并恢复通行" if closes else ""),
            _SILENT[closes] if news.silent else "",
        ),
        at=news.at,
        district=news.district,
        entity=f"{PONDING_POINTS.name}/{news.point}",
    )


_SILENT = {True: "监测点数据延迟，道路保持封闭", False: "监测点数据延迟，保持预警"}
