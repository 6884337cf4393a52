"""The schematic road graph (示意): sections between nodes, and the quickest way over them.

A section may be driven both ways and an ambulance goes as fast as the traffic: our defaults, on the
safe side. Times are whole microseconds, so that equal ways are equal on every machine.
"""

import heapq

from msgspec import Struct

from hub.sdk import HOUR
from scenarios.hospital.rules import CONGESTED, SLOWEST, UNKNOWN_SPEED

METRES_PER_KM = 1000


class Section(Struct):
    """One section: ``length`` in metres, speeds in km/h or None before the first reading.

    ``reported`` closed by its own reading, ``ordered`` closed by 应急: either one closes it.
    """

    name: str
    start: str
    end: str
    length: float
    speed: float | None = None
    free: float | None = None
    reported: bool = False
    ordered: bool = False

    @property
    def closed(self) -> bool:
        """Whether nobody may pass."""
        return self.reported or self.ordered

    @property
    def congested(self) -> bool:
        """Whether traffic is below half of its free speed."""
        if self.speed is None or self.free is None:
            return False
        return self.speed < CONGESTED * self.free

    @property
    def duration(self) -> int:
        """Microseconds to pass it."""
        speed = self.speed if self.speed is not None else self.free or UNKNOWN_SPEED
        return round(self.length * HOUR / (METRES_PER_KM * max(speed, SLOWEST)))


class Way(Struct, frozen=True):
    """A way between two nodes: microseconds, and its sections in order."""

    duration: int
    sections: tuple[str, ...]


def quickest(
    sections: dict[str, Section], start: str, goal: str, *, closed: bool = False
) -> Way | None:
    """Return the quickest way (Dijkstra), by names among equals; None when there is none.

    It leads over open sections only, unless ``closed`` allows the others.
    """
    leaving = _leaving(sections, closed=closed)
    came: dict[str, tuple[str, str]] = {}
    best = {start: 0}
    heap = [(0, start)]
    done: set[str] = set()
    while heap:
        spent, node = heapq.heappop(heap)
        if node == goal:
            return Way(spent, _back(came, start, goal))
        if node in done:
            continue
        done.add(node)
        for name, other in leaving.get(node, ()):
            total = spent + sections[name].duration
            if total < best.get(other, total + 1):
                best[other] = total
                came[other] = (name, node)
                heapq.heappush(heap, (total, other))
    return None


def _leaving(sections: dict[str, Section], *, closed: bool) -> dict[str, list[tuple[str, str]]]:
    """Return the sections at each node with their other end, in order of names."""
    leaving: dict[str, list[tuple[str, str]]] = {}
    for name, section in sorted(sections.items()):
        if closed or not section.closed:
            leaving.setdefault(section.start, []).append((name, section.end))
            leaving.setdefault(section.end, []).append((name, section.start))
    return leaving


def _back(came: dict[str, tuple[str, str]], start: str, goal: str) -> tuple[str, ...]:
    names: list[str] = []
    node = goal
    while node != start:
        name, node = came[node]
        names.append(name)
    return tuple(reversed(names))
