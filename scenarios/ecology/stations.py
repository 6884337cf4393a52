"""站点: a station's hours on the map, in its district's partition."""

from msgspec import field

from hub.sdk import HOUR, SECOND, Context, Gone, State, Window
from scenarios.ecology.aqi import TITLES, mean
from scenarios.ecology.hours import Hour, daily, hourly, kept
from scenarios.ecology.look import STATIONS, ecology
from scenarios.ecology.messages import Quality, StationGone, StationHour, measured
from scenarios.ecology.rules import HOUR_SHARE, LATENESS, PERIOD
from scenarios.ecology.views import StationView


class StationState(State):
    """A station: its valid hours of the last day, oldest first."""

    hours: list[Hour] = field(default_factory=list)


@ecology.tumbling("city.air.quality", every=HOUR, lateness=LATENESS, of=measured, payload=Quality)
def hour(ctx: Context, window: Window, station: StationState) -> None:
    """Close a station's hour: means, indexes, the map, and the city's share of it."""
    least = _samples(ctx)
    means = {
        name: value
        for name in TITLES
        if name in window and (value := _mean(window, name, least)) is not None
    }
    closed = Hour(window.end, means)
    station.hours = kept(station.hours, closed)
    _show(ctx, station, closed)
    name = ctx.card.name if ctx.card else ctx.key
    ctx.emit("ecology.hour", StationHour(ctx.key, name, ctx.district, window.end, means))


@ecology.on_card("AirQualityStation")
def station_found(ctx: Context, station: StationState) -> None:
    """Show a station before its first hour is over: where it is, and that it says nothing yet."""
    if not station.hours:
        _show(ctx, station, Hour(ctx.now, {}))


@ecology.on_gone("AirQualityStation")
def station_gone(ctx: Context, _: Gone) -> None:
    """Tell the city that it has a station less."""
    ctx.emit("ecology.station-gone", StationGone(ctx.key))


def _mean(window: Window, name: str, least: float) -> float | None:
    stats = window[name]
    return mean(name, [stats.mean], least=1) if stats.count >= least else None


def _samples(ctx: Context) -> float:
    """Return how many samples an hour's mean needs of a station that reports this often."""
    reporting = ctx.card.reporting if ctx.card else None
    period = reporting.period * SECOND if reporting and reporting.period else PERIOD
    return HOUR_SHARE * HOUR / period


def _show(ctx: Context, station: StationState, closed: Hour) -> None:
    now, day = hourly(closed), daily(station.hours)
    view = StationView(
        aqi=now.aqi if now else None,
        primary=now.named if now else "",
        dayAqi=day.aqi if day else None,
        dayPrimary=day.named if day else "",
        **{name: closed.means.get(name) for name in TITLES},
    )
    name, at = (ctx.card.name, ctx.card.at) if ctx.card else (ctx.key, None)
    level = now.grade.value if now else None
    quality = () if now else ("insufficient",)
    ctx.show(STATIONS, ctx.key, name, view, at=at, level=level, quality=quality)
