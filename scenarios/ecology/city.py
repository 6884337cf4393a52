"""全市: the city's hour as the mean of its stations, the alert, and where the air is heavy."""

from collections.abc import Iterable

from msgspec import field

from hub.sdk import DISTRICTS, Context, State, proposal
from scenarios.ecology.aqi import TITLES, Index, mean
from scenarios.ecology.hours import Hour, daily, hourly, kept
from scenarios.ecology.levels import grade, heavy, level
from scenarios.ecology.look import CITY, POLLUTED, AirConfig, ecology
from scenarios.ecology.look import TITLES as GRADE_TITLES
from scenarios.ecology.messages import Heavy, StationGone, StationHour
from scenarios.ecology.rules import HEAVY, OUTDATED, OUTLYING, SETTLED, STATIONS_MOST, Grade
from scenarios.ecology.views import CityView

ALL = "city"
"""The one key under which the city's air is kept."""
_NAME = "沈阳市"


class CityState(State):
    """The newest hour of each station, the city's hours of the last day, and what was told.

    ``heavy`` are the districts whose air is heavily polluted, as they were told last.
    """

    stations: dict[str, StationHour] = field(default_factory=dict)
    hours: list[Hour] = field(default_factory=list)
    grade: Grade | None = None
    heavy: dict[str, Heavy] = field(default_factory=dict)


@ecology.on("ecology.hour", key=lambda _: ALL)
def station_told(ctx: Context, said: StationHour, city: CityState) -> None:
    """Note a station's hour; the city's is judged when all have had the time to tell theirs."""
    if said.station not in city.stations and len(city.stations) >= STATIONS_MOST:
        ctx.count("stations-left-out")
        return
    begins = all(known.end < said.end for known in city.stations.values())
    city.stations[said.station] = said
    if begins:
        ctx.start("settle", SETTLED)


@ecology.on("ecology.station-gone", key=lambda _: ALL)
def station_left(gone: StationGone, city: CityState) -> None:
    """Count a station no more."""
    city.stations.pop(gone.station, None)


@ecology.timer("settle")
def settled(ctx: Context, city: CityState, config: AirConfig) -> None:
    """Judge the city's hour. Too few stations change nothing: they neither raise nor clear."""
    end = max((known.end for known in city.stations.values()), default=0)
    fresh = [known for known in city.stations.values() if known.end == end]
    if len(fresh) < config.stations * len(city.stations) or not fresh:
        ctx.count("hours-with-too-few-stations")
        return
    ctx.start("outdated", OUTDATED)
    closed = Hour(end, _means(fresh))
    city.hours = kept(city.hours, closed)
    now = hourly(closed)
    if now is None:
        return
    city.grade = grade(now.aqi, city.grade, config.margin)
    for district in DISTRICTS:
        _district(ctx, city, district.code, fresh, now=now, margin=config.margin)
    _show(ctx, city, now, len(fresh))
    _alert(ctx, city, now)


@ecology.timer("outdated")
def outdated(ctx: Context) -> None:
    """No hour was judged for long: no figure is better than an old one. The alert is kept."""
    view = CityView(aqi=None, primary="", dayAqi=None, dayPrimary="", stations=0, heavy="")
    ctx.show(CITY, ALL, _NAME, view, quality=("no-data",))


def _means(hours: Iterable[StationHour]) -> dict[str, float]:
    """Return the means over stations, of what any of them has."""
    known = list(hours)
    found = {name: mean(name, [h.means[name] for h in known if name in h.means]) for name in TITLES}
    return {name: value for name, value in found.items() if value is not None}


def _district(
    ctx: Context, city: CityState, code: str, fresh: list[StationHour], *, now: Index, margin: int
) -> None:
    """Tell a district's schools and EDs; one without a station breathes the city's air."""
    own = [known for known in fresh if known.district == code]
    if not own and code in OUTLYING:
        return
    air = hourly(Hour(0, _means(own))) if own else now
    told = city.heavy.get(code)
    if air is None:
        return
    active = heavy(air.aqi, was=told is not None, margin=margin)
    news = Heavy(code, air.aqi, air.named, active)
    if active and news != told:
        city.heavy[code] = news
        ctx.emit("ecology.heavy", news)
    elif not active and told is not None:
        del city.heavy[code]
        ctx.emit("ecology.heavy", news)


def _show(ctx: Context, city: CityState, now: Index, stations: int) -> None:
    day = daily(city.hours)
    view = CityView(
        aqi=now.aqi,
        primary=now.named,
        dayAqi=day.aqi if day else None,
        dayPrimary=day.named if day else "",
        stations=stations,
        heavy=_heavy(city) or "无",
    )
    ctx.show(CITY, ALL, _NAME, view, level=now.grade.value)


def _alert(ctx: Context, city: CityState, now: Index) -> None:
    colour = None if city.grade is None else level(city.grade)
    if colour is None or city.grade is None:
        ctx.clear_alert(POLLUTED, ALL)
        return
    districts = _heavy(city)
    parts = (
        f"全市小时 AQI {now.aqi}，首要污染物 {now.named}",
        f"AQI 超过 {HEAVY}：{districts}，建议学校停止户外活动、急诊备勤" if districts else "",
        "重污染天气预警的发布由人工决定",
    )
    ctx.raise_alert(
        POLLUTED,
        ALL,
        colour,
        proposal(colour, f"全市空气{GRADE_TITLES[city.grade]}"),
        text="。".join(part for part in parts if part),
        entity=f"{CITY.name}/{ALL}",
    )


def _heavy(city: CityState) -> str:
    """Return the names of the districts whose air is heavily polluted."""
    if all(each.code in city.heavy or each.code in OUTLYING for each in DISTRICTS):
        return "市内各区"
    return "、".join(each.name for each in DISTRICTS if each.code in city.heavy)
