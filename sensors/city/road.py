"""The road graph (示意): rings and radials around the centre, roads to the outer towns, hospitals.

It is schematic: nodes stand where rings and radials cross, not where real crossings are. Each edge
is a RoadSection; its speed is a function of its class, the hour, the weather and the stories.
"""

from functools import cache
from math import cos, pi, sin

from msgspec import Struct

from sensors.city.device import Device
from sensors.city.geo import Point, metres, moved
from sensors.city.noise import mix
from sensors.city.plan import hospital_places

DOMAIN = "traffic"
_CENTRE: Point = (123.425, 41.800)
_RINGS = (1_500.0, 3_000.0, 5_000.0, 7_500.0, 10_500.0)
"""Radii of the rings in metres (示意)."""
_SPOKES = 24
_RING_SPEED, _RADIAL_SPEED, _ACCESS_SPEED, _TRUNK_SPEED = 60.0, 50.0, 40.0, 80.0
_DETOUR = 1.15
"""Length of a road by that of the straight line."""
_HEADINGS = ("东", "东北", "北", "西北", "西", "西南", "南", "东南")
_NUMERALS = "一二三四五"
_TOWNS: tuple[tuple[str, Point], ...] = (
    ("苏家屯", (123.342, 41.663)), ("浑南新市府", (123.450, 41.675)), ("道义", (123.395, 41.920)),
    ("虎石台", (123.505, 41.945)), ("新城子", (123.530, 42.050)), ("平罗", (123.250, 41.915)),
    ("沙岭", (123.225, 41.790)), ("张士", (123.265, 41.760)), ("全运村", (123.480, 41.690)),
    ("桃仙机场", (123.477, 41.638)),
)  # fmt: skip
_SALT = 0x23


class Section(Struct, frozen=True):
    """An edge: its end nodes (indexes), its length in metres, its free-flow speed in km/h."""

    name: str
    start: int
    end: int
    length: float
    free: float


class Network(Struct, frozen=True):
    """Nodes (their points) and sections; ``around`` gives each node's (section, other node).

    ``hospitals`` are the nodes of the hospitals, in their order.
    """

    nodes: tuple[Point, ...]
    sections: tuple[Section, ...]
    around: tuple[tuple[tuple[int, int], ...], ...]
    hospitals: tuple[int, ...]

    def middle(self, section: int) -> Point:
        """Return the middle of a section."""
        edge = self.sections[section]
        a, b = self.nodes[edge.start], self.nodes[edge.end]
        return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2

    def nearest(self, point: Point) -> int:
        """Return the node nearest to a point."""
        return min(range(len(self.nodes)), key=lambda node: metres(self.nodes[node], point))

    def nearest_section(self, point: Point) -> int:
        """Return the section whose middle is nearest to a point."""
        return min(range(len(self.sections)), key=lambda index: metres(self.middle(index), point))


@cache
def network() -> Network:
    """Return the one road graph; no seed changes it."""
    nodes = [_CENTRE, *(_crossing(ring, spoke) for ring in _RINGS for spoke in range(_SPOKES))]
    edges = [*_rings(), *_radials()]
    nodes_of_town = _attached(nodes, edges, [point for _, point in _TOWNS], 1)
    hospitals = _attached(nodes, edges, [(p.lng, p.lat) for p in hospital_places()], 2)
    names = {node: name for node, (name, _) in zip(nodes_of_town, _TOWNS, strict=True)}
    names |= {n: p.name for n, p in zip(hospitals, hospital_places(), strict=True)}
    sections = tuple(
        Section(
            f"{names[b]}联络线（示意）" if b in names else name, a, b,
            round(metres(nodes[a], nodes[b]) * _DETOUR), speed,
        )
        for name, a, b, speed in edges
    )  # fmt: skip
    around: list[list[tuple[int, int]]] = [[] for _ in nodes]
    for index, section in enumerate(sections):
        around[section.start].append((index, section.end))
        around[section.end].append((index, section.start))
    return Network(tuple(nodes), sections, tuple(map(tuple, around)), tuple(hospitals))


_Edge = tuple[str, int, int, float]


def _crossing(radius: float, spoke: int) -> Point:
    angle = 2 * pi * spoke / _SPOKES
    return moved(_CENTRE, radius * cos(angle), radius * sin(angle))


def _node(ring: int, spoke: int) -> int:
    return 1 + ring * _SPOKES + spoke % _SPOKES


def _rings() -> list[_Edge]:
    return [
        (f"环路{_NUMERALS[ring]}{_HEADINGS[spoke // 3]}{spoke % 3 + 1}段（示意）",
         _node(ring, spoke), _node(ring, spoke + 1), _RING_SPEED)
        for ring in range(len(_RINGS)) for spoke in range(_SPOKES)
    ]  # fmt: skip


def _radials() -> list[_Edge]:
    return [
        (f"{_HEADINGS[spoke // 3]}向放射路{spoke % 3 + 1}号{_NUMERALS[ring]}段（示意）",
         _node(ring - 1, spoke) if ring else 0, _node(ring, spoke), _RADIAL_SPEED)
        for ring in range(len(_RINGS)) for spoke in range(_SPOKES)
    ]  # fmt: skip


def _attached(nodes: list[Point], edges: list[_Edge], points: list[Point], links: int) -> list[int]:
    """Add a node for each point, tied to its nearest ones; return the new nodes."""
    added = []
    for point in points:
        near = sorted(range(len(nodes)), key=lambda node: metres(nodes[node], point))[: links + 1]
        added.append(len(nodes))
        nodes.append(point)
        speed = _TRUNK_SPEED if links == 1 else _ACCESS_SPEED
        edges += [("", other, len(nodes) - 1, speed) for other in near]
    return added


def road_devices(seed: int) -> tuple[Device, ...]:
    """Return the RoadSection devices, in the order of the network's sections."""
    net = network()
    return tuple(
        Device(
            id=f"road-{index + 1:04d}",
            domain=DOMAIN,
            kind="RoadSection",
            name=section.name,
            at=moved(net.middle(index), 0, 0),
            salt=mix(seed, _SALT, index),
            attributes={
                "name": section.name,
                "from": f"n{section.start}",
                "to": f"n{section.end}",
                "fromLng": net.nodes[section.start][0],
                "fromLat": net.nodes[section.start][1],
                "toLng": net.nodes[section.end][0],
                "toLat": net.nodes[section.end][1],
                "length": section.length,
                "freeFlowSpeed": section.free,
            },
        )
        for index, section in enumerate(net.sections)
    )
