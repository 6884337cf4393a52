"""Traffic: how fast each road section flows, and the quickest way through the graph."""

import heapq

from msgspec import Struct

from hub.model.instant import HOUR, MINUTE, Duration, Instant
from sensors.city.course import city_day, city_hour, is_weekend
from sensors.city.noise import Noise, mix
from sensors.city.pond import Water
from sensors.city.road import Network
from sensors.city.story import Quantity
from sensors.city.weather import Weather
from sensors.city.world import World

_WEEKDAY = (0.95, 0.97, 0.98, 0.98, 0.97, 0.93, 0.82, 0.60, 0.56, 0.68, 0.74, 0.74,
            0.76, 0.76, 0.74, 0.72, 0.66, 0.53, 0.52, 0.64, 0.76, 0.84, 0.90, 0.94)  # fmt: skip
_WEEKEND = (0.94, 0.96, 0.98, 0.98, 0.97, 0.95, 0.90, 0.85, 0.80, 0.74, 0.70, 0.70,
            0.72, 0.70, 0.68, 0.68, 0.68, 0.66, 0.68, 0.74, 0.80, 0.86, 0.90, 0.93)  # fmt: skip
"""Share of free flow by the hour: rush hours 7–9 and 17–19 (our default)."""
_UNEVEN = 0.22
_SLOWEST = 4.0
"""km/h that traffic keeps even in the worst jam, where the road is open."""
_RAIN_COST, _WORST_RAIN = 0.007, 0.45
"""Share of speed lost per mm/h, and at most."""
_IMPASSABLE = 45.0
"""cm of water in which hardly anything moves."""
_DIVERTED = 0.45
"""Share of speed that the neighbours of a closed section lose."""
_DIVERTING: Duration = 5 * MINUTE

_FLOOR, _CEILING = 20.0, 80.0
"""km/h of an ambulance: with blue light it gets through, but does not race."""
_BLUE_LIGHT = 1.3


class Flow(Struct, frozen=True, gc=False):
    """Data of `city.traffic.flow` (FIWARE TrafficFlowObserved): km/h."""

    averageVehicleSpeed: float  # noqa: N815 the standard's name
    freeFlowSpeed: float  # noqa: N815 the contract's name
    closed: bool


class Traffic:
    """Speeds in one world; ``pond_roads`` gives the section index of each ponding point."""

    def __init__(
        self, seed: int, net: Network, world: World, weather: Weather, water: Water,
        *, pond_roads: tuple[int, ...],
    ) -> None:  # fmt: skip
        self._noise = Noise(mix(seed, 0x25))
        self.net = net
        self._world = world
        self._weather = weather
        self._water = water
        self._ponds: dict[int, list[int]] = {}
        for pond, road in enumerate(pond_roads):
            self._ponds.setdefault(road, []).append(pond)
        self._middles = tuple(net.middle(index) for index in range(len(net.sections)))

    def flow(self, road: int, at: Instant) -> Flow:
        """Return what a section reports."""
        free = self.net.sections[road].free
        closed = self._world.closed(road, at) is not None
        return Flow(0.0 if closed else round(self.speed(road, at), 1), free, closed)

    def speed(self, road: int, at: Instant) -> float:
        """Return the speed of traffic on a section, in km/h, were it open."""
        free = self.net.sections[road].free
        hours = _WEEKEND if is_weekend(city_day(at)) else _WEEKDAY
        hour = city_hour(at)
        first = int(hour)
        share = hours[first] + (hours[(first + 1) % 24] - hours[first]) * (hour - first)
        share *= 1 - _UNEVEN * self._noise.smooth(road << 40, at, HOUR // 2)
        middle = self._middles[road]
        lost = min(0.95, self._world.strength(Quantity.TRAFFIC, at, middle))
        rain = min(_WORST_RAIN, _RAIN_COST * self._weather.rain(at, middle))
        wet = max((self._water.depth(pond, at) for pond in self._ponds.get(road, ())), default=0.0)
        share *= (1 - lost) * (1 - rain) * max(0.1, 1 - wet / _IMPASSABLE)
        return max(_SLOWEST, free * share * (1 - self._diverted(road, at)))

    def ambulance_speed(self, road: int, at: Instant) -> float:
        """Return how fast an ambulance drives on a section, in km/h."""
        return min(_CEILING, max(_FLOOR, self.speed(road, at) * _BLUE_LIGHT))

    def way(self, start: int, goal: int, at: Instant) -> tuple[tuple[int, int], ...]:
        """Return the quickest way as (section, next node), with the speeds of an instant.

        Closed sections are left out, unless there is no other way.
        """
        found = self._way(start, goal, at, barred=True)
        return self._way(start, goal, at, barred=False) or () if found is None else found

    def _way(
        self, start: int, goal: int, at: Instant, *, barred: bool
    ) -> tuple[tuple[int, int], ...] | None:
        best = {start: 0.0}
        came: dict[int, tuple[int, int]] = {}
        queue = [(0.0, start)]
        while queue:
            cost, node = heapq.heappop(queue)
            if node == goal:
                return _traced(came, start, goal)
            if cost > best[node]:
                continue
            for road, other in self.net.around[node]:
                if barred and self._world.closed(road, at) is not None:
                    continue
                dearer = cost + self.net.sections[road].length / self.ambulance_speed(road, at)
                if dearer < best.get(other, 1e18):
                    best[other] = dearer
                    came[other] = (road, node)
                    heapq.heappush(queue, (dearer, other))
        return None

    def _diverted(self, road: int, at: Instant) -> float:
        """Return the share of speed lost to traffic from closed neighbours."""
        if not self._world.closures:
            return 0.0
        section = self.net.sections[road]
        worst = 0.0
        for node in (section.start, section.end):
            for other, _ in self.net.around[node]:
                since = None if other == road else self._world.closed(other, at)
                if since is not None:
                    worst = max(worst, min(1.0, (at - since) / _DIVERTING))
        return _DIVERTED * worst


def _traced(came: dict[int, tuple[int, int]], start: int, goal: int) -> tuple[tuple[int, int], ...]:
    steps: list[tuple[int, int]] = []
    node = goal
    while node != start:
        road, before = came[node]
        steps.append((road, node))
        node = before
    return tuple(reversed(steps))
