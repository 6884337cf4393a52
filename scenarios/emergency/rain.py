"""暴雨: a gauge's sums over its windows, its level, and the district's alert by its worst gauge."""

from collections.abc import Callable

from msgspec import field
from msgspec.structs import replace

from hub.sdk import HOUR, Context, Gone, Level, Silence, State, Sums, proposal
from scenarios.emergency.look import DISTRICT_RAIN, RAIN_ALERT, RAIN_GAUGES, emergency
from scenarios.emergency.messages import GaugeChanged, RainLevel
from scenarios.emergency.readings import Rainfall
from scenarios.emergency.rules import RAIN, RAIN_BUCKET, RAIN_KEPT, RAIN_RETURN, RAIN_TOLD
from scenarios.emergency.views import DistrictRainView, RainView
from scenarios.emergency.words import district_name, shown, text, worst


class GaugeState(State):
    """A gauge: its rain by time, its level, and what its district was told."""

    rain: Sums = field(default_factory=lambda: Sums(RAIN_BUCKET, RAIN_KEPT))
    level: Level | None = None
    told: GaugeChanged | None = None


class DistrictRain(State):
    """A district: its gauges that have a level, which are silent, and what the city was told.

    ``named`` is the gauge that its alert names: the worst when it was chosen, and as long as it
    has the district's level, so that the words do not change with each report.
    """

    gauges: dict[str, GaugeChanged] = field(default_factory=dict)
    known: dict[str, bool] = field(default_factory=dict)
    level: Level | None = None
    named: str = ""


def rain_level(over: Callable[[int], float], last: Level | None) -> Level | None:
    """Return the level of a gauge whose rain over a span is ``over``.

    A level that was reached, and those below it, hold until their own window has RAIN_RETURN of
    the limit no longer.
    """
    for level, span, limit in RAIN:
        holds = last is not None and level.rank >= last.rank
        if over(span) >= limit * (RAIN_RETURN if holds else 1.0):
            return level
    return None


# -- a gauge, in its district ---------------------------------------------------------------------


@emergency.on("city.weather.rainfall", late=True)
def rainfall(ctx: Context, reading: Rainfall, gauge: GaugeState) -> None:
    """Add a report to the windows, late ones too; what cannot be is shown with a flag only."""
    wrong = reading.precipitation < 0
    if not wrong:
        gauge.rain.add(min(ctx.time, ctx.now), reading.precipitation)
    ctx.stop("forget")
    gauge.level = rain_level(lambda span: _over(gauge.rain, span, ctx.now), gauge.level)
    name, at = (ctx.card.name, ctx.card.at) if ctx.card else (ctx.key, None)
    news = GaugeChanged(
        ctx.key, name, at, ctx.district, gauge.level, False, *_sums(gauge.rain, ctx.now)
    )
    if not ctx.late:
        quality = ("out-of-range",) if wrong else ()
        view = RainView(news.hour, news.three, news.six, news.twelve)
        level = shown(gauge.level)
        ctx.show(RAIN_GAUGES, ctx.key, name, view, at=at, level=level, quality=quality)
    _tell(ctx, gauge, news)


@emergency.on_stale("RainGauge")
def gauge_silent(ctx: Context, _: Silence, gauge: GaugeState) -> None:
    """A silent gauge keeps its level as long as that level's window: then nothing is left in it."""
    if gauge.told is None:
        return
    _tell(ctx, gauge, replace(gauge.told, silent=True))
    spans = [span for level, span, _ in RAIN if level is gauge.level]
    if spans:
        ctx.start("forget", spans[0])


@emergency.timer("forget")
def gauge_forgotten(ctx: Context, gauge: GaugeState) -> None:
    """The window of a silent gauge's level has passed."""
    _end(ctx, gauge, silent=True)


@emergency.on_gone("RainGauge")
def gauge_gone(ctx: Context, _: Gone, gauge: GaugeState) -> None:
    """A gauge was taken out of service."""
    ctx.stop("forget")
    _end(ctx, gauge, silent=False)
    gauge.told = None


def _end(ctx: Context, gauge: GaugeState, *, silent: bool) -> None:
    gauge.level = None
    if gauge.told is not None:
        _tell(ctx, gauge, replace(gauge.told, level=None, silent=silent))


def _over(rain: Sums, span: int, now: int) -> float:
    """Return the mm of a span to the hundredth: 500 times 0.1 mm is 50, whatever floats say."""
    return round(rain.over(span, now), 2)


def _sums(rain: Sums, now: int) -> tuple[float, float, float, float]:
    hour, three, six, twelve = (_over(rain, span * HOUR, now) for span in (1, 3, 6, 12))
    return hour, three, six, twelve


def _tell(ctx: Context, gauge: GaugeState, news: GaugeChanged) -> None:
    """Tell the district what changed its level or its words."""
    last = gauge.told
    if last is not None and (last.level, last.silent) == (news.level, news.silent):
        moved = abs(news.three - last.three)
        if news.level is None or moved < RAIN_TOLD:
            return
    gauge.told = news
    ctx.emit("emergency.rain-gauge", news, district=news.district)


# -- the district ---------------------------------------------------------------------------------


@emergency.on("emergency.rain-gauge", key=lambda gauge: gauge.district or "-")
def district_rain(ctx: Context, news: GaugeChanged, district: DistrictRain) -> None:
    """Raise, change and clear a district's alert by its worst gauge; tell the city its level."""
    district.known[news.gauge] = news.silent
    district.gauges.pop(news.gauge, None)
    if news.level is not None:
        district.gauges[news.gauge] = news
    level = worst(gauge.level for gauge in district.gauges.values())
    if level is not district.level:
        district.level = level
        ctx.emit("emergency.rain-level", RainLevel(news.district, level))
    if level is None:
        ctx.clear_alert(RAIN_ALERT, ctx.key)
        ctx.hide(DISTRICT_RAIN, ctx.key)
        return
    _alert(ctx, district, level)


def _alert(ctx: Context, district: DistrictRain, level: Level) -> None:
    gauges = [gauge for gauge in district.gauges.values() if gauge.level is level]
    first = min(gauges, key=lambda gauge: (-gauge.three, -gauge.twelve, gauge.gauge))
    if district.named not in {gauge.gauge for gauge in gauges}:
        district.named = first.gauge
    named = district.gauges[district.named]
    silent = sum(district.known.values())
    name = district_name(ctx.key)
    view = DistrictRainView(
        first.name, first.hour, first.three, first.twelve, len(district.gauges), silent
    )
    ctx.show(DISTRICT_RAIN, ctx.key, name, view, district=ctx.key, level=level.value)
    ctx.raise_alert(
        RAIN_ALERT,
        ctx.key,
        level,
        proposal(level, f"{name}暴雨"),
        text=text(
            f"{named.name} {_limit(level)}",
            f"{silent} 个雨量站数据延迟" if silent else "",
        ),
        at=named.at,
        district=ctx.key,
        entity=f"{DISTRICT_RAIN.name}/{ctx.key}",
    )


def _limit(level: Level) -> str:
    span, limit = next((span, limit) for each, span, limit in RAIN if each is level)
    return f"{span // HOUR} 小时降雨量达 {limit:.0f} 毫米"
