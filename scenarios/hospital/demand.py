"""低温急诊预测: what the cold adds to the emergency visits of the next 24 hours.

The forecast holds the mean of the stations' present temperatures for the 24 hours to come: our
default, as long as no weather forecast is connected.
"""

from msgspec import field

from hub.sdk import Context, Gone, Level, Silence, State
from scenarios.hospital.levels import demand_up, extra_visits
from scenarios.hospital.look import COLD, DEMAND, hospital
from scenarios.hospital.messages import Demand, Temperature
from scenarios.hospital.readings import Observation
from scenarios.hospital.rules import COLDEST, DEMAND_UP, HOTTEST, TEMPERATURE_TOLD
from scenarios.hospital.views import DemandView

CITY = "city"


class StationState(State):
    """A weather station: the temperature that the city was told last."""

    told: float | None = None


class DemandState(State):
    """The temperatures of the stations that report, and whether the alert is raised."""

    stations: dict[str, float] = field(default_factory=dict)
    raised: bool = False


# -- in the station's district --------------------------------------------------------------------


@hospital.on("city.weather.observation")
def observation(ctx: Context, said: Observation, station: StationState) -> None:
    """Tell the city when it moved by half a degree; a broken sensor counts as silent."""
    possible = COLDEST <= said.temperature <= HOTTEST
    _tell(ctx, station, round(said.temperature, 1) if possible else None)


@hospital.on_stale("WeatherStation")
def station_silent(ctx: Context, _: Silence, station: StationState) -> None:
    """A silent station has no part in the mean."""
    _tell(ctx, station, None)


@hospital.on_gone("WeatherStation")
def station_gone(ctx: Context, _: Gone, station: StationState) -> None:
    """Nor has one whose card was withdrawn."""
    _tell(ctx, station, None)


def _tell(ctx: Context, station: StationState, now: float | None) -> None:
    last = station.told
    if now == last:
        return
    if now is not None and last is not None and abs(now - last) < TEMPERATURE_TOLD:
        return
    station.told = now
    ctx.emit("hospital.temperature", Temperature(ctx.key, now))


# -- in `city` ------------------------------------------------------------------------------------


@hospital.on("hospital.temperature", key=lambda _: CITY)
def forecast(ctx: Context, news: Temperature, city: DemandState) -> None:
    """Forecast the visits anew; without any station what was said last stays."""
    if news.temperature is None:
        city.stations.pop(news.station, None)
    else:
        city.stations[news.station] = news.temperature
    if not city.stations:
        return
    mean = round(sum(city.stations.values()) / len(city.stations), 1)
    extra = extra_visits(mean)
    city.raised = demand_up(extra, was=city.raised)
    ctx.emit("hospital.demand", Demand(mean, round(extra, 4), city.raised))
    view = DemandView(round(extra, 4), mean, len(city.stations))
    level = "raised" if city.raised else "usual"
    ctx.show(DEMAND, CITY, "全市急诊", view, level=level)
    if not city.raised:
        ctx.clear_alert(COLD, CITY)
        return
    ctx.raise_alert(
        COLD,
        CITY,
        Level.BLUE,  # a forecast: there are hours to add staff and beds
        "低温急诊需求偏高",
        text=f"预计未来 24 小时急诊就诊量比平常多 {DEMAND_UP:.0%} 以上，请各院安排急诊力量；"
        "关注供热故障和独居老人",
        entity=f"{DEMAND.name}/{CITY}",
    )
