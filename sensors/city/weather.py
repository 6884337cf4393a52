"""Weather: temperature and rain at a point and an instant, and what measures them.

Usual temperatures follow the month and the hour (climate of Shenyang, rounded; our default); rain
is light and rare but for the stories.
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import DAY, HOUR, MINUTE, Duration, Instant
from sensors.city.course import city_day, city_hour
from sensors.city.device import Device
from sensors.city.geo import Point
from sensors.city.noise import Noise, mix, unit
from sensors.city.place import places
from sensors.city.plan import layout
from sensors.city.story import Quantity
from sensors.city.world import World

DOMAIN = "weather"
GAUGES, STATIONS = 40, 13
_GAUGE, _STATION = 0x21, 0x22

_MONTHS = (-11.0, -6.5, 1.5, 10.5, 17.5, 22.0, 24.7, 23.7, 17.6, 9.8, 0.6, -7.8)
_MONTH_DAYS = 30.44
_SWING = 5.0
"""℃ between the mean of a day and its afternoon."""
_WHIM = 4.0
"""℃ by which days differ from their month."""
_HOURLY = (-0.5, -0.7, -0.8, -0.9, -1.0, -1.0, -0.9, -0.6, -0.2, 0.2, 0.5, 0.8,
           0.9, 1.0, 1.0, 0.9, 0.7, 0.4, 0.2, 0.0, -0.1, -0.2, -0.3, -0.4)  # fmt: skip

_SHOWER: Duration = 6 * HOUR
_SHOWERS = 0.08
"""Share of the six-hour blocks in which it rains a little."""
_LIGHT = 1.5
"""mm/h at most without a story."""


class Precipitation(Struct, frozen=True, gc=False):
    """Data of `city.weather.rainfall`: mm since the last report."""

    precipitation: float


class Observation(Struct, frozen=True, gc=False):
    """Data of `city.weather.observation` (FIWARE WeatherObserved): ℃ and 0–1."""

    temperature: float
    relativeHumidity: float  # noqa: N815 the standard's name


class Weather:
    """The weather of one seed in one world."""

    def __init__(self, seed: int, world: World) -> None:
        self._seed = mix(seed, 0x20)
        self._noise = Noise(self._seed)
        self._world = world

    def temperature(self, at: Instant, point: Point) -> float:
        """Return the air temperature in ℃."""
        return self._world.chilled(self._usual(at), at, point)

    def rain(self, at: Instant, point: Point) -> float:
        """Return the intensity of rain in mm/h."""
        return self._shower(at) + self._world.strength(Quantity.RAIN, at, point)

    def fallen(self, at: Instant, span: Duration, point: Point) -> float:
        """Return the rain of the last ``span`` in mm, summed in steps of at most five minutes."""
        steps = max(1, -(-span // (5 * MINUTE)))
        step = span // steps
        total = sum(self.rain(at - step * k - step // 2, point) for k in range(steps))
        return total * step / HOUR

    def _usual(self, at: Instant) -> float:
        day = city_day(at)
        month = (day % 365.2425) / _MONTH_DAYS - 0.5
        whole = int(month // 1)
        here, there = _MONTHS[whole % 12], _MONTHS[(whole + 1) % 12]
        mean = here + (there - here) * (month - whole)
        hour = city_hour(at)
        first = int(hour)
        low, high = _HOURLY[first], _HOURLY[(first + 1) % 24]
        whim = (self._noise.smooth(1 << 40, at, DAY) - 0.5) * 2 * _WHIM
        return mean + whim + _SWING * (low + (high - low) * (hour - first))

    def _shower(self, at: Instant) -> float:
        block, rest = divmod(at, _SHOWER)
        if unit(self._seed, block, 1) >= _SHOWERS:
            return 0.0
        share = rest / _SHOWER
        return _LIGHT * unit(self._seed, block, 2) * 4 * share * (1 - share)

    def humidity(self, at: Instant, point: Point) -> float:
        """Return the relative humidity, 0–1: more at night and in rain."""
        base = 0.45 + 0.25 * self._noise.smooth(2 << 40, at, 6 * HOUR)
        return min(0.99, base + 0.05 * min(8.0, self.rain(at, point)))


def gauges(seed: int, count: int) -> Iterator[Device]:
    """Yield rain gauges (雨量站): around all places, first the 商圈."""
    for slot in layout(seed, _GAUGE, count, GAUGES, places()):
        yield Device(
            id=f"rain-{slot.index + 1:04d}", domain=DOMAIN, kind="RainGauge",
            name=f"{slot.place.name}雨量站{slot.index + 1}（模拟）", at=slot.at, salt=slot.salt,
            district=slot.place.district,
        )  # fmt: skip


def stations(seed: int, count: int) -> Iterator[Device]:
    """Yield weather stations (气象站): one in each district first."""
    first = {place.district: place for place in reversed(places())}
    for slot in layout(seed, _STATION, count, STATIONS, tuple(first.values())):
        yield Device(
            id=f"wx-{slot.index + 1:04d}", domain=DOMAIN, kind="WeatherStation",
            name=f"{slot.place.name}气象站{slot.index + 1}（模拟）", at=slot.at, salt=slot.salt,
            district=slot.place.district,
        )  # fmt: skip
