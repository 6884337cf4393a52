"""可燃气体: a detector's level by two of three samples and by its rise; one space, one alert."""

from statistics import median

from msgspec import field
from msgspec.structs import replace

from hub.sdk import MINUTE, Context, Gone, Level, Silence, State, proposal
from scenarios.emergency.look import DETECTORS, GAS_ALERT, SPACES, emergency
from scenarios.emergency.messages import DetectorChanged, Gas
from scenarios.emergency.readings import Concentration
from scenarios.emergency.rules import (
    ADJACENT,
    FULL_SCALE,
    GAS,
    GAS_RETURN,
    GAS_RISE,
    GAS_RISE_IN,
    GAS_RISE_LEVEL,
    GAS_RISE_OVER,
    GAS_SAMPLES,
    GAS_SERIES,
    GAS_TOLD,
    GRAVE,
    TUNNEL,
)
from scenarios.emergency.views import DetectorView, SpaceView
from scenarios.emergency.words import shown, text, worst

_ENVIRONMENTS = {TUNNEL: "综合管廊", ADJACENT: "燃气相邻地下空间"}
_DO = {
    (TUNNEL, Level.RED): "建议紧急切断并撤离人员",
    (TUNNEL, Level.ORANGE): "建议启动事故通风，人员撤离",
    (ADJACENT, Level.RED): "建议疏散警戒、切断气源",
    (ADJACENT, Level.ORANGE): "建议警戒、断电禁火，通知燃气企业切断",
    (ADJACENT, Level.YELLOW): "建议燃气企业到场排查、通风",
    (ADJACENT, Level.BLUE): "建议燃气企业复测",
}


class DetectorState(State):
    """A detector: its last samples, its decided values by time, and what its space was told."""

    samples: list[float] = field(default_factory=list)
    series: list[tuple[int, float]] = field(default_factory=list)
    limit: float = 0.0
    rising: bool = False
    told: DetectorChanged | None = None


class SpaceState(State):
    """A space: its detectors (同源归并), and what the city was told."""

    detectors: dict[str, DetectorChanged] = field(default_factory=dict)
    told: Gas | None = None


def decided(samples: list[float]) -> float | None:
    """Return what two of the last three samples reach: their median; None for a single one."""
    last = samples[-GAS_SAMPLES:]
    if len(last) < GAS_SAMPLES:
        return min(last) if len(last) > 1 else None
    return median(last)


def gas_limit(environment: str, lel: float, last: float) -> float:
    """Return the highest limit that ``lel`` reaches, 0 for none.

    ``last``, the limit reached before, and those below it hold until GAS_RETURN below.
    """
    for _, limit in GAS[environment]:
        if lel >= limit - (GAS_RETURN if limit <= last else 0.0):
            return limit
    return 0.0


def gas_rising(rise: float, *, was: bool) -> bool:
    """Return whether a rise in %LEL within GAS_RISE_IN is one to tell of."""
    return rise >= (GAS_RISE_OVER if was else GAS_RISE)


def gas_level(environment: str, limit: float, *, rising: bool) -> Level | None:
    """Return the level at a limit; a rise in an adjacent space is at least GAS_RISE_LEVEL."""
    level = next((level for level, each in GAS[environment] if each == limit), None)
    return worst((level, GAS_RISE_LEVEL if rising and environment == ADJACENT else None))


# -- a detector -----------------------------------------------------------------------------------


@emergency.on("city.gas.concentration")
def concentration(ctx: Context, reading: Concentration, detector: DetectorState) -> None:
    """Take a sample. One below 0 is none; one above 100 is 100: beyond its range it is gas."""
    lel = reading.lel
    quality = () if 0 <= lel <= FULL_SCALE else ("out-of-range",)
    card = ctx.card
    facts = card.attributes if card else {}
    environment = TUNNEL if facts.get("environment") == TUNNEL else ADJACENT
    if lel >= 0:
        _sample(detector, min(ctx.time, ctx.now), min(lel, FULL_SCALE), environment)
    level = gas_level(environment, detector.limit, rising=detector.rising)
    name, at = (card.name, card.at) if card else (ctx.key, None)
    space = str(facts.get("space") or ctx.key)
    view = DetectorView(round(lel, 1), space, _ENVIRONMENTS[environment])
    ctx.show(DETECTORS, ctx.key, name, view, at=at, level=shown(level), quality=quality)
    news = DetectorChanged(
        detector=ctx.key,
        name=name,
        space=space,
        environment=environment,
        at=at,
        district=ctx.district,
        lel=round(detector.series[-1][1], 1) if detector.series else 0.0,
        limit=detector.limit,
        level=level,
        rising=detector.rising,
    )
    _tell(ctx, detector, news)


@emergency.on_stale("GasDetector")
def detector_silent(ctx: Context, _: Silence, detector: DetectorState) -> None:
    """A silent detector clears nothing: it keeps its level, and its samples begin anew."""
    detector.samples, detector.series = [], []
    if detector.told is not None:
        _tell(ctx, detector, replace(detector.told, silent=True))


@emergency.on_gone("GasDetector")
def detector_gone(ctx: Context, _: Gone, detector: DetectorState) -> None:
    """A detector was taken out of service."""
    last = detector.told
    detector.samples, detector.series, detector.limit, detector.rising = [], [], 0.0, False
    if last is not None:
        ctx.emit("emergency.gas-detector", replace(last, gone=True), district=last.district)
    detector.told = None


def _sample(detector: DetectorState, at: int, lel: float, environment: str) -> None:
    detector.samples = [*detector.samples, lel][-GAS_SAMPLES:]
    value = decided(detector.samples)
    if value is None:
        return
    series = [pair for pair in detector.series if pair[0] >= at - GAS_RISE_IN]
    detector.series = [*series, (at, value)][-GAS_SERIES:]
    rise = value - min(low for _, low in detector.series)
    detector.rising = gas_rising(rise, was=detector.rising)
    detector.limit = gas_limit(environment, value, detector.limit)


def _tell(ctx: Context, detector: DetectorState, news: DetectorChanged) -> None:
    """Tell the space what changed of its detector; a figure alone when it moved by GAS_TOLD."""
    last = detector.told
    if last is not None and last.space != news.space:
        ctx.emit("emergency.gas-detector", replace(last, gone=True), district=last.district)
    elif last is not None and replace(news, lel=last.lel) == last:
        moved = abs(news.lel - last.lel)
        if moved < GAS_TOLD:
            return
    detector.told = news
    ctx.emit("emergency.gas-detector", news, district=news.district)


# -- its space ------------------------------------------------------------------------------------


@emergency.on("emergency.gas-detector", key=lambda detector: detector.space)
def space(ctx: Context, news: DetectorChanged, space: SpaceState) -> None:
    """Merge the detectors of a space into one alert; tell the city when its level changes."""
    space.detectors.pop(news.detector, None)
    if not news.gone:
        space.detectors[news.detector] = news
    known = [space.detectors[name] for name in sorted(space.detectors)]
    level = worst(each.level for each in known)
    first = min(known, key=lambda each: (_rank(each.level), -each.lel), default=news)
    if level is None:
        ctx.clear_alert(GAS_ALERT, ctx.key)
    else:
        _alert(ctx, level, first, known)
    _show(ctx, level, first, known)
    grave = any(each.limit >= GRAVE for each in known)
    name = known[0].name if known else news.name
    gas = Gas(ctx.key, name, first.at, first.district, level, first.lel, grave)
    last = (None, False) if space.told is None else (space.told.level, space.told.grave)
    if (level, grave) != last:
        space.told = gas
        ctx.emit("emergency.gas", gas)


def _rank(level: Level | None) -> int:
    return len(Level) if level is None else level.rank


def _show(
    ctx: Context, level: Level | None, first: DetectorChanged, known: list[DetectorChanged]
) -> None:
    if not known:
        ctx.hide(SPACES, ctx.key)
        return
    view = SpaceView(
        lel=first.lel,
        detectors=len(known),
        alarming=sum(each.level is not None for each in known),
        silent=sum(each.silent for each in known),
        rising=any(each.rising for each in known),
    )
    name, at, district = known[0].name, first.at, first.district
    quality = ("detectors-silent",) if view.silent else ()
    ctx.show(
        SPACES, ctx.key, name, view, at=at, district=district, level=shown(level), quality=quality
    )


def _alert(
    ctx: Context, level: Level, first: DetectorChanged, known: list[DetectorChanged]
) -> None:
    silent = sum(each.silent for each in known)
    rising = any(each.rising for each in known)
    alarming = sum(each.level is not None for each in known)
    ctx.raise_alert(
        GAS_ALERT,
        ctx.key,
        level,
        proposal(level, f"{known[0].name}可燃气体报警"),
        text=text(
            f"{_ENVIRONMENTS[first.environment]}，三次采样两次达到 {first.limit:.0f} %LEL"
            if first.limit
            else _ENVIRONMENTS[first.environment],
            f"{GAS_RISE_IN // MINUTE} 分钟内上升 {GAS_RISE:.0f} %LEL 以上" if rising else "",
            _DO[first.environment, level],
            f"{len(known)} 台探测器归并，{alarming} 台报警" if len(known) > 1 else "",
            f"{silent} 台探测器数据延迟，保持预警" if silent else "",
        ),
        at=first.at,
        district=first.district,
        entity=f"{SPACES.name}/{ctx.key}",
    )
