"""Rivers: read from the GSHHG database of GMT, joined into lines, cut to the city, named.

The database cuts the world into bins of one degree, row by row from 90 N, each row from 0 E. A
bin holds segments, a segment holds points, and a point is two unsigned 16-bit numbers: degrees
east and north of the bin's south-west corner, in units of 1/65535.
"""

from collections.abc import Iterator
from math import floor
from pathlib import Path

import h5py  # type: ignore[import-not-found,import-untyped,unused-ignore]
import shapely  # type: ignore[import-not-found,import-untyped,unused-ignore]

from geo.catalog import RIVERS, River
from geo.errors import SourceMissingError, SourceShapeError

SOURCE = Path("/usr/share/gmt-gshhg/binned_river_f.nc")
REMEDY = "apt-get install gmt-gshhg-full (Debian, Ubuntu), or name the file with --rivers"

# Shown by whoever draws the map, as the licence asks.
ATTRIBUTION = "Rivers: GSHHG 2.3.7 (WDBII), LGPL-3+, (c) The GMT Team; names added"

BIN_MINUTES = 60
BINS_PER_ROW = 360
UNITS_PER_DEGREE = 65_535
UNSIGNED = 0x1_0000

# Degrees of river shown beyond the city's bounding box: a river that leaves it comes back, and
# must not end in view.
MARGIN = 0.1
# Degrees, some 2 km: the data is off by some hundred metres, other rivers by tens of km.
NEAR = 0.02
DIGITS = 5

Bounds = tuple[float, float, float, float]


def read_rivers(source: Path, city: Bounds) -> list[tuple[River, shapely.LineString]]:
    """Read the catalogued rivers within the city's bounds (west, south, east, north).

    A river that leaves the bounds and comes back gives several lines.

    Lines that pass no catalogued point are left out: the source names none, and a river without
    a name tells an operator nothing.

    Raises:
        SourceMissingError: the database is not installed.
        SourceShapeError: the database is another one, or holds no such river.
    """
    if not source.exists():
        raise SourceMissingError(source, REMEDY)
    west, south, east, north = city
    window = (west - MARGIN, south - MARGIN, east + MARGIN, north + MARGIN)
    lines = _join(_read_segments(source, window))
    return [(river, line) for river in RIVERS for line in _pick(river, lines, window)]


def feature_collection(rivers: list[tuple[River, shapely.LineString]]) -> dict[str, object]:
    """Build the GeoJSON object: one feature a line."""
    return {
        "type": "FeatureCollection",
        "attribution": ATTRIBUTION,
        "features": [
            {
                "type": "Feature",
                "properties": {"name": river.name, "name_en": river.name_en},
                "geometry": {
                    "type": "LineString",
                    "coordinates": [[round(x, DIGITS), round(y, DIGITS)] for x, y in line.coords],
                },
            }
            for river, line in rivers
        ],
    }


def _pick(
    river: River, lines: list[shapely.LineString], window: Bounds
) -> list[shapely.LineString]:
    """Find the line that passes the river's known point, and cut it to the window."""
    nearest = min(lines, key=lambda line: line.distance(shapely.Point(river.passes)), default=None)
    if nearest is None or nearest.distance(shapely.Point(river.passes)) > NEAR:
        raise SourceShapeError("binned rivers", f"nothing flows by {river.passes}: {river.name}")
    # Clipping keeps a line that touches itself in one piece; an intersection would cut it there.
    return list(shapely.get_parts(shapely.clip_by_rect(nearest, *window)))


def _join(segments: Iterator[tuple[int, shapely.LineString]]) -> list[shapely.LineString]:
    """Join segments that meet end to end, each level of the hierarchy for itself."""
    by_level: dict[int, list[shapely.LineString]] = {}
    for level, line in segments:
        by_level.setdefault(level, []).append(line)
    merged = (shapely.line_merge(shapely.MultiLineString(part)) for part in by_level.values())
    return [line for part in merged for line in shapely.get_parts(part)]


def _read_segments(source: Path, window: Bounds) -> Iterator[tuple[int, shapely.LineString]]:
    """Read hierarchy level and line of each segment in the bins that the window touches."""
    west, south, east, north = window
    with h5py.File(source) as database:
        if int(database["Bin_size_in_minutes"][0]) != BIN_MINUTES:
            raise SourceShapeError(str(source), f"bins are not of {BIN_MINUTES} minutes")
        for latitude in range(floor(south), floor(north) + 1):
            for longitude in range(floor(west), floor(east) + 1):
                yield from _read_bin(database, longitude, latitude)


def _read_bin(
    database: h5py.File, longitude: int, latitude: int
) -> Iterator[tuple[int, shapely.LineString]]:
    """Read the segments of the bin whose south-west corner is given, in degrees."""
    index = (89 - latitude) * BINS_PER_ROW + longitude % BINS_PER_ROW
    first = int(database["Id_of_first_segment_in_a_bin"][index])
    for segment in range(first, first + int(database["N_segments_in_a_bin"][index])):
        start = int(database["Id_of_first_point_in_a_segment"][segment])
        end = start + int(database["N_points_for_a_segment"][segment]) % UNSIGNED
        xs = database["Relative_longitude_from_SW_corner_of_bin"][start:end]
        ys = database["Relative_latitude_from_SW_corner_of_bin"][start:end]
        points = [
            (
                round(longitude + int(x) % UNSIGNED / UNITS_PER_DEGREE, DIGITS),
                round(latitude + int(y) % UNSIGNED / UNITS_PER_DEGREE, DIGITS),
            )
            for x, y in zip(xs, ys, strict=True)
        ]
        if len(set(points)) > 1:  # else a mark where a river crosses a bin's corner or edge
            yield (
                int(database["Hierarchial_level_of_a_segment"][segment]),
                shapely.LineString(points),
            )
