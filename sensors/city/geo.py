"""Where things lie relative to each other: metres on a plane good for one city, WGS-84."""

from functools import cache
from math import sqrt

from sensors.city.noise import unit
from sensors.city.place import Place, places

LAT_METRES = 111_195.0
"""One degree of latitude on the mean sphere."""
LNG_METRES = 82_900.0
"""One degree of longitude at 41.8° N."""
_COPY_SPREAD = 1_200.0
"""Metres: the c-th repetition of a place lies within √c times this of the original."""
_X, _Y, _COPY_X, _COPY_Y = 33, 34, 38, 39  # salts

Point = tuple[float, float]
"""Longitude and latitude in degrees."""


def metres(here: Point, there: Point) -> float:
    """Return the distance of two points, in metres (equirectangular, ±0.5 % within the city)."""
    east = (there[0] - here[0]) * LNG_METRES
    north = (there[1] - here[1]) * LAT_METRES
    return sqrt(east * east + north * north)


def moved(point: Point, east: float, north: float) -> Point:
    """Return the point so many metres east and north of another, to 6 decimals (0.1 m)."""
    return round(point[0] + east / LNG_METRES, 6), round(point[1] + north / LAT_METRES, 6)


def disc(first: float, second: float) -> tuple[float, float]:
    """Map the unit square onto the unit disc (elliptical grid mapping: square roots only)."""
    x, y = 2 * first - 1, 2 * second - 1
    return x * sqrt(1 - y * y / 2), y * sqrt(1 - x * x / 2)


def within(point: Point, radius: float, salt: int) -> Point:
    """Return a seeded point within ``radius`` metres of another."""
    east, north = disc(unit(salt, _X), unit(salt, _Y))
    return moved(point, east * radius, north * radius)


def repeated(point: Point, seed: int, copy: int) -> Point:
    """Return where a place's ``copy``-th repetition lies (0 is the place itself)."""
    if not copy:
        return point
    away = _COPY_SPREAD * sqrt(copy)
    east, north = disc(unit(seed, copy, _COPY_X), unit(seed, copy, _COPY_Y))
    return moved(point, east * away, north * away)


def spot(place: Place, seed: int, copy: int, salt: int) -> Point:
    """Return a seeded position within the radius of a place's repetition."""
    east, north = disc(unit(salt, _X), unit(salt, _Y))
    east, north = east * place.radius, north * place.radius
    if copy:
        away = _COPY_SPREAD * sqrt(copy)
        aside, along = disc(unit(seed, copy, _COPY_X), unit(seed, copy, _COPY_Y))
        east, north = east + aside * away, north + along * away
    return moved((place.lng, place.lat), east, north)


@cache
def _known() -> tuple[tuple[Point, str], ...]:
    return tuple(((place.lng, place.lat), place.district) for place in places())


def district_at(point: Point) -> str:
    """Return the district of the nearest known place: right but near a border (our default)."""
    return min(_known(), key=lambda known: metres(point, known[0]))[1]
