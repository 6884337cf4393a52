"""GCJ-02, the offset datum of Chinese web maps, to and from WGS-84.

GCJ-02 (国测局坐标) shifts WGS-84 by a smooth function of the position, 300-700 m in China. The
formula is not published by its authority; this is the one the field has used since it became
known, on the Krasovsky 1940 ellipsoid. It has no closed inverse, so the way back is iterated.
"""

from math import cos, pi, radians, sin, sqrt

# Longitude and latitude in degrees.
Position = tuple[float, float]

# The Krasovsky 1940 ellipsoid (SK-42): semi-major axis in metres, first eccentricity squared.
SEMI_MAJOR_AXIS = 6_378_245.0
ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943_23

# The origin of the offset's polynomial, in degrees.
ORIGIN_LONGITUDE = 105.0
ORIGIN_LATITUDE = 35.0

# The offset changes by less than 1 % of a step, so each round gains two digits: eight rounds
# reach the precision of a double, and a position that has not settled by then never will.
ROUNDS = 8
# Degrees; some 0.1 mm.
SETTLED = 1e-9


def gcj02_from_wgs84(position: Position) -> Position:
    """Shift a WGS-84 position (longitude, latitude in degrees, in China) to GCJ-02."""
    longitude, latitude = position
    x, y = longitude - ORIGIN_LONGITUDE, latitude - ORIGIN_LATITUDE
    phi = radians(latitude)
    flattening = 1 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    prime_vertical = SEMI_MAJOR_AXIS / sqrt(flattening)
    meridional = SEMI_MAJOR_AXIS * (1 - ECCENTRICITY_SQUARED) / flattening**1.5
    east, north = _offset_metres(x, y)
    return (
        longitude + east * 180 / (prime_vertical * cos(phi) * pi),
        latitude + north * 180 / (meridional * pi),
    )


def wgs84_from_gcj02(position: Position) -> Position:
    """Find the WGS-84 position (longitude, latitude in degrees) whose GCJ-02 one is given.

    Raises:
        ArithmeticError: the iteration does not settle, which no position in China causes.
    """
    longitude, latitude = position
    for _ in range(ROUNDS):
        shifted = gcj02_from_wgs84((longitude, latitude))
        east, north = shifted[0] - position[0], shifted[1] - position[1]
        longitude, latitude = longitude - east, latitude - north
        if abs(east) < SETTLED and abs(north) < SETTLED:
            return longitude, latitude
    message = f"GCJ-02 position {position} has no WGS-84 counterpart"
    raise ArithmeticError(message)


def _offset_metres(x: float, y: float) -> tuple[float, float]:
    """Offset to east and north in metres, x and y being degrees from the polynomial's origin."""
    ripple = 20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + ripple * 2 / 3
    east += (20 * sin(x * pi) + 40 * sin(x * pi / 3)) * 2 / 3
    east += (150 * sin(x * pi / 12) + 300 * sin(x * pi / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + ripple * 2 / 3
    north += (20 * sin(y * pi) + 40 * sin(y * pi / 3)) * 2 / 3
    north += (160 * sin(y * pi / 12) + 320 * sin(y * pi / 30)) * 2 / 3
    return east, north
