"""The map data the screen ships, and the datum it was converted with."""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from geo.catalog import DISTRICTS, PLACES, RIVERS, District, Place  # noqa: E402 (needs the path)
from geo.datum import Position, gcj02_from_wgs84, wgs84_from_gcj02  # noqa: E402

GEO = ROOT / "dashboard" / "public" / "geo"
METRES_PER_DEGREE = 111_320
# West, south, east, north of the city in WGS-84, from the undigested source, to 0.001 degree.
CITY = (122.417, 41.198, 123.808, 43.040)

Json = Any  # what json.loads gives; each test checks what it reads
Point = tuple[int, int]
Ring = list[Point]

# Public test points of the formula: WGS-84 and GCJ-02 (Shanghai, Shenzhen, Beijing).
KNOWN = [
    ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
    ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
    ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
]


def read(name: str) -> Json:
    """Read one file of the map data."""
    return json.loads((GEO / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def topology() -> Json:
    """The district borders."""
    return read("shenyang-districts.topojson")


@pytest.fixture(scope="module")
def arcs(topology: Json) -> list[Ring]:
    """The arcs in whole grid units, where sums are exact."""
    return [list(undelta(arc)) for arc in topology["arcs"]]


def undelta(arc: list[list[int]]) -> Iterator[Point]:
    """Add up the steps of a quantized arc."""
    x = y = 0
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x, y


def rings(geometry: Json, arcs: list[Ring]) -> list[Ring]:
    """Join the arcs of a geometry into its rings; arc `~i` is arc `i` backwards."""
    assert geometry["type"] == "MultiPolygon"
    joined = []
    for indices in (ring for polygon in geometry["arcs"] for ring in polygon):
        parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices]
        assert all(a[-1] == b[0] for a, b in pairwise([*parts, parts[0]])), "ring not closed"
        joined.append([point for part in parts for point in part[:-1]])
    return joined


def arc_uses(topology: Json) -> list[int]:
    """List the arcs of all rings, a backwards one as `~i`."""
    return [
        index
        for part in topology["objects"]["districts"]["geometries"]
        for polygon in part["arcs"]
        for ring in polygon
        for index in ring
    ]


def contains(shape: list[Ring], x: float, y: float) -> bool:
    """Tell whether a point lies inside, by the parity of the borders east of it."""
    inside = False
    for ring in shape:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                inside = not inside
    return inside


def shapes(topology: Json, arcs: list[Ring]) -> dict[str, list[Ring]]:
    """Give each district's rings by its code."""
    geometries = topology["objects"]["districts"]["geometries"]
    return {part["properties"]["code"]: rings(part, arcs) for part in geometries}


def to_grid(topology: Json, position: Position) -> Position:
    """Express a position in grid units."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    return (position[0] - x0) / kx, (position[1] - y0) / ky


def metres(a: Position, b: Position) -> float:
    """Distance of two near positions."""
    east = (a[0] - b[0]) * cos(radians(a[1]))
    return METRES_PER_DEGREE * hypot(east, a[1] - b[1])


@given(st.tuples(st.floats(73.0, 135.0), st.floats(18.0, 54.0)))
def test_datum_round_trip(position: Position) -> None:
    """To GCJ-02 and back is exact to a millimetre, wherever in China."""
    assert metres(wgs84_from_gcj02(gcj02_from_wgs84(position)), position) < 0.001


@pytest.mark.parametrize(("wgs84", "gcj02"), KNOWN)
def test_datum_known_points(wgs84: Position, gcj02: Position) -> None:
    """Both directions agree with the public test points to a millimetre."""
    assert metres(gcj02_from_wgs84(wgs84), gcj02) < 0.001
    assert metres(wgs84_from_gcj02(gcj02), wgs84) < 0.001


def test_datum_offset_in_shenyang() -> None:
    """In Shenyang the two datums lie some 500 m apart: mixing them up is seen."""
    for district in DISTRICTS:
        offset = metres(wgs84_from_gcj02(district.centre_gcj02), district.centre_gcj02)
        assert 400 < offset < 700


def test_codes_complete(topology: Json) -> None:
    """All 13 areas of 2101xx are there, once, with both names, and no other."""
    found = [part["properties"] for part in topology["objects"]["districts"]["geometries"]]
    expected = [{"code": d.code, "name": d.name, "name_en": d.name_en} for d in DISTRICTS]
    assert found == expected
    assert len({d.code for d in DISTRICTS}) == 13
    assert all(len(d.code) == 6 and d.code.startswith("2101") for d in DISTRICTS)


def test_neighbours_share_arcs(topology: Json, arcs: list[Ring]) -> None:
    """Each arc bounds two districts, once in each direction, or one district and the outside."""
    uses = Counter(arc_uses(topology))
    assert set(uses.values()) == {1}
    assert {i if i >= 0 else ~i for i in uses} == set(range(len(arcs)))
    shared = [i for i in uses if i >= 0 and ~i in uses]
    assert len(shared) > len(arcs) / 2
    steps = Counter(frozenset(step) for arc in arcs for step in pairwise(arc))
    assert max(steps.values()) == 1, "one border is held twice"


def test_partition_is_exact(topology: Json, arcs: list[Ring]) -> None:
    """The districts fill the city's outline to the last grid unit, without crossing borders."""
    inner = sum(area(ring) for shape in shapes(topology, arcs).values() for ring in shape)
    uses = set(arc_uses(topology))
    outline = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in uses if ~i not in uses]
    assert Counter(arc[0] for arc in outline) == Counter(arc[-1] for arc in outline)
    assert inner == sum(area(arc, closed=False) for arc in outline)
    assert not crossings(arcs)


def area(points: Ring, *, closed: bool = True) -> int:
    """Twice the signed area under a ring or a part of one."""
    path = [*points, points[0]] if closed else points
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(path))


def crossings(arcs: list[Ring], cell: int = 2_000) -> list[tuple[Ring, Ring]]:
    """Find pairs of border segments that meet anywhere but at an end they share."""
    cells: dict[Point, list[tuple[Point, Point]]] = defaultdict(list)
    for a, b in (step for arc in arcs for step in pairwise(arc)):
        for i in range(min(a[0], b[0]) // cell, max(a[0], b[0]) // cell + 1):
            for j in range(min(a[1], b[1]) // cell, max(a[1], b[1]) // cell + 1):
                cells[i, j].append((a, b))
    return [
        ([*one], [*other])
        for segments in cells.values()
        for k, one in enumerate(segments)
        for other in segments[:k]
        if one is not other and not {*one} & {*other} and meet(*one, *other)
    ]


def meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Tell whether two segments without a common end touch or cross."""
    return turn(a, b, c) * turn(a, b, d) <= 0 and turn(c, d, a) * turn(c, d, b) <= 0


def turn(a: Point, b: Point, c: Point) -> int:
    """Give the side of the line a-b on which c lies: -1, 0 or 1."""
    cross = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (cross > 0) - (cross < 0)


def test_bounding_box_is_wgs84(topology: Json, arcs: list[Ring]) -> None:
    """The borders end where the city does in WGS-84; in GCJ-02 it would be 500 m off."""
    (kx, ky), (x0, y0) = topology["transform"]["scale"], topology["transform"]["translate"]
    xs = [x0 + kx * x for arc in arcs for x, _ in arc]
    ys = [y0 + ky * y for arc in arcs for _, y in arc]
    assert (min(xs), min(ys), max(xs), max(ys)) == pytest.approx(CITY, abs=0.002)
    assert topology["bbox"] == pytest.approx(CITY, abs=0.002)


@pytest.mark.parametrize("district", DISTRICTS, ids=[d.code for d in DISTRICTS])
def test_centre_and_label_in_their_district(
    topology: Json,
    arcs: list[Ring],
    district: District,
) -> None:
    """A district's seat, converted, and its label lie in that district and in no other."""
    labels = {part["code"]: part for part in read("shenyang-places.json")["districts"]}
    label = labels[district.code]
    assert (label["name"], label["name_en"]) == (district.name, district.name_en)
    centre = wgs84_from_gcj02(district.centre_gcj02)
    assert label["center"] == pytest.approx(centre, abs=1e-5)
    for position in (centre, label["label"]):
        at = to_grid(topology, position)
        found = [code for code, shape in shapes(topology, arcs).items() if contains(shape, *at)]
        assert found == [district.code]


@pytest.mark.parametrize("place", PLACES, ids=[p.name_en for p in PLACES])
def test_place_in_the_city(topology: Json, arcs: list[Ring], place: Place) -> None:
    """Each place is published as catalogued, and lies in some district."""
    published = {part["name"]: part for part in read("shenyang-places.json")["places"]}
    part = published[place.name]
    assert (part["name_en"], part["kind"]) == (place.name_en, place.kind)
    assert part["at"] == list(place.at)
    at = to_grid(topology, place.at)
    assert any(contains(shape, *at) for shape in shapes(topology, arcs).values())


def test_rivers_flow_through_the_city() -> None:
    """Each catalogued river is one line that reaches the city's bounds on its way."""
    west, south, east, north = CITY
    features = read("shenyang-rivers.geojson")["features"]
    assert [part["properties"]["name"] for part in features] == [r.name for r in RIVERS]
    for part in features:
        points = part["geometry"]["coordinates"]
        assert any(west < x < east and south < y < north for x, y in points)
        assert all(west - 0.2 < x < east + 0.2 for x, _ in points)
        assert all(south - 0.2 < y < north + 0.2 for _, y in points)
        assert max(metres(a, b) for a, b in pairwise(points)) < 5_000, "a piece is missing"


@pytest.mark.parametrize(
    ("name", "limit"),
    [
        ("shenyang-districts.topojson", 45_000),
        ("shenyang-rivers.geojson", 20_000),
        ("shenyang-places.json", 5_000),
    ],
)
def test_size_is_bounded(name: str, limit: int) -> None:
    """The map is a small part of the page's first load."""
    assert 1_000 < (GEO / name).stat().st_size <= limit
