"""Air (空气质量): concentrations at a point and an instant, and the stations that measure them.

Levels, daily shapes and how much dirtier heating makes the air are our defaults, in the order of
size of a northern city; a story adds smoke (PM2.5) and what comes with it.
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import DAY, HOUR, MINUTE, Instant
from sensors.city.course import city_day, city_hour
from sensors.city.device import Device
from sensors.city.geo import Point, district_at, repeated
from sensors.city.noise import Noise, mix, unit
from sensors.city.story import Quantity
from sensors.city.weather import Weather
from sensors.city.world import World

DOMAIN = "air"
_SITES: tuple[tuple[str, Point], ...] = (
    ("太原街", (123.394, 41.793)), ("小河沿", (123.470, 41.779)), ("文化路", (123.425, 41.766)),
    ("陵东街", (123.441, 41.853)), ("新秀街", (123.402, 41.919)), ("东陵路", (123.512, 41.836)),
    ("浑南东路", (123.489, 41.724)), ("裕农路", (123.541, 41.772)), ("沈辽西路", (123.252, 41.741)),
    ("京沈街", (123.398, 41.936)), ("森林路", (123.601, 41.931)),
)  # fmt: skip
"""Streets that 国控点 of Shenyang are named for, at approximate places (±1 km)."""
STATIONS = len(_SITES)
_SALT = 0x2F

_RUSH = (0.88, 0.85, 0.83, 0.82, 0.84, 0.90, 1.00, 1.14, 1.20, 1.14, 1.06, 0.99,
         0.94, 0.91, 0.90, 0.93, 1.00, 1.10, 1.18, 1.20, 1.14, 1.06, 0.99, 0.93)  # fmt: skip
"""Traffic and the low air of the morning and the evening, by the hour."""
_SUN = (0.10, 0.08, 0.07, 0.06, 0.06, 0.08, 0.14, 0.26, 0.42, 0.58, 0.73, 0.86,
        0.95, 1.00, 1.00, 0.95, 0.85, 0.70, 0.52, 0.38, 0.28, 0.21, 0.16, 0.12)  # fmt: skip
"""How much ozone the light has made, by the hour."""
_WARM, _HEATED = 12.0, 22.0
"""℃ at which heating begins, and ℃ below it at which it is at its most."""
_WASHED = 4.0
"""mm/h of rain that halve the dust."""
_CALIBRATION = 25 * MINUTE
"""A gas analyser checks itself once a day and measures nothing meanwhile."""
_GASES = ("so2", "no2", "co", "o3")


class Quality(Struct, frozen=True, gc=False):
    """Data of `city.air.quality` (FIWARE AirQualityObserved): µg/m³, CO mg/m³; None: no value."""

    so2: float | None
    no2: float | None
    co: float | None
    o3: float | None
    pm10: float | None
    pm25: float | None


class Air:
    """The air of one seed in one world."""

    def __init__(
        self, seed: int, stations: tuple[Device, ...], weather: Weather, world: World
    ) -> None:
        self._noise = Noise(mix(seed, _SALT))
        self._stations = stations
        self._weather = weather
        self._world = world

    def report(self, index: int, at: Instant) -> Quality:
        """Return what a station measures at an instant."""
        station = self._stations[index]
        smoke = self._world.strength(Quantity.POLLUTION, at, station.at)
        heated = self._heated(at, station.at)
        rush, sun = _hourly(_RUSH, at), _hourly(_SUN, at)
        days = 0.6 + 0.9 * self._noise.smooth(1 << 40, at, DAY)  # the same air over all the city
        dust = 1 / (1 + self._weather.rain(at, station.at) / _WASHED)
        fine = ((15 + 28 * heated) * days * rush + smoke) * dust
        values = {
            "so2": (6 + 10 * heated) * days * rush + 0.12 * smoke,
            "no2": (20 + 16 * heated) * days * rush * rush + 0.25 * smoke,
            "co": (0.4 + 0.5 * heated) * days * rush + 0.006 * smoke,
            "o3": (30 + 100 * (1 - heated) * sun) / (1 + smoke / 150),
            "pm10": 1.25 * fine + 22 * days * dust,
            "pm25": fine,
        }
        return Quality(**{name: self._read(station, name, at, values[name]) for name in values})

    def _heated(self, at: Instant, point: Point) -> float:
        """Return how much the city is heated, 0 to 1."""
        return min(1.0, max(0.0, (_WARM - self._weather.temperature(at, point)) / _HEATED))

    def _read(self, station: Device, name: str, at: Instant, value: float) -> float | None:
        """Return a value as the station's own analyser shows it; None while that checks itself."""
        salt = mix(station.salt, *name.encode())
        if name in _GASES:
            begins = round(unit(salt, city_day(at)) * (DAY - _CALIBRATION))
            if begins <= round(city_hour(at) * HOUR) < begins + _CALIBRATION:
                return None
        site = 0.9 + 0.2 * unit(salt, 1)
        jitter = 0.94 + 0.12 * self._noise.smooth(salt, at, 20 * MINUTE)
        return round(value * site * jitter, 2 if name == "co" else 1)


def _hourly(shape: tuple[float, ...], at: Instant) -> float:
    hour = city_hour(at)
    first = int(hour)
    return shape[first] + (shape[(first + 1) % 24] - shape[first]) * (hour - first)


def stations(seed: int, count: int) -> Iterator[Device]:
    """Yield air quality stations (空气质量监测站): the 国控点 first, then repetitions of them."""
    for index in range(count):
        copy, local = divmod(index, STATIONS)
        name, at = _SITES[local]
        at = repeated(at, seed, copy)
        yield Device(
            id=f"air-{index + 1:04d}", domain=DOMAIN, kind="AirQualityStation",
            name=f"{name}{f'{copy + 1}号' if copy else ''}空气质量监测站（模拟）", at=at,
            salt=mix(seed, _SALT, index), district=district_at(at),
        )  # fmt: skip
