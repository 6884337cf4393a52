"""Places and distances, WGS-84 (lng, lat) in degrees."""

from math import floor

from haversine import Unit, haversine

Place = tuple[float, float]
"""(lng, lat)."""

CELL_LNG = 0.0125
CELL_LAT = 0.01
"""A cell is about 1 km square at Shenyang (41.8° N): what is within 1 km is in a neighbour cell."""


def metres(a: Place, b: Place) -> float:
    """Return the great-circle distance in metres."""
    return float(haversine((a[1], a[0]), (b[1], b[0]), unit=Unit.METERS))


def cell(place: Place) -> str:
    """Return the name of the cell a place lies in: a key for what is near each other."""
    return _name(*_index(place))


def cells_around(place: Place) -> tuple[str, ...]:
    """Return the place's cell and its eight neighbours: the keys that must hear of it."""
    x, y = _index(place)
    return tuple(_name(x + dx, y + dy) for dy in (-1, 0, 1) for dx in (-1, 0, 1))


def _index(place: Place) -> tuple[int, int]:
    return floor(place[0] / CELL_LNG), floor(place[1] / CELL_LAT)


def _name(x: int, y: int) -> str:
    return f"{x}.{y}"
