"""The nearest places of each of several watchers, kept up as places come and go: part of a `State`.

A sign shows the three nearest lots with room, a hospital names those that are not full: whoever
keeps the places of a cell asks only which watchers a change matters to. Most hold nearer ones.
"""

from msgspec import Struct, field

from hub.sdk.place import Place, metres

_DEGREE = 111_195.0
"""Metres of a degree of latitude: two places are never nearer than that, so most are ruled out."""

Held = tuple[tuple[float, str], ...]
"""Places by (distance in metres, name), the nearest first."""


class Nearest(Struct):
    """Places and watchers by name; ``held`` is what each watcher has within reach."""

    places: dict[str, Place] = field(default_factory=dict)
    watchers: dict[str, Place] = field(default_factory=dict)
    held: dict[str, Held] = field(default_factory=dict)

    def watch(self, watcher: str, at: Place, reach: float, most: int) -> Held:
        """Add or move a watcher; return the ``most`` nearest places within ``reach`` metres."""
        self.watchers[watcher] = at
        self.held[watcher] = held = self._search(at, reach, most)
        return held

    def unwatch(self, watcher: str) -> None:
        """Forget a watcher."""
        self.watchers.pop(watcher, None)
        self.held.pop(watcher, None)

    def put(self, name: str, at: Place, reach: float, most: int) -> list[str]:
        """Add, move or renew a place; return the watchers that hold it now or held it before."""
        moved: list[str] = []
        if self.places.get(name, at) != at:
            moved = self.remove(name, reach, most)
        self.places[name] = at
        holding: list[str] = []
        for watcher, own in self.watchers.items():
            held = self.held[watcher]
            limit = held[-1][0] if len(held) == most else reach
            if abs(own[1] - at[1]) * _DEGREE > limit:
                continue
            away = metres(own, at)
            if away <= limit:
                others = [pair for pair in held if pair[1] != name]
                self.held[watcher] = held = tuple(sorted([*others, (away, name)])[:most])
                if (away, name) in held:
                    holding.append(watcher)
        return sorted({*moved, *holding})

    def remove(self, name: str, reach: float, most: int) -> list[str]:
        """Remove a place if it is there; return the watchers that held it."""
        if self.places.pop(name, None) is None:
            return []
        losing = sorted(
            watcher for watcher, held in self.held.items() if any(name == each for _, each in held)
        )
        for watcher in losing:
            self.held[watcher] = self._search(self.watchers[watcher], reach, most)
        return losing

    def _search(self, at: Place, reach: float, most: int) -> Held:
        near = [
            (metres(at, other), name)
            for name, other in self.places.items()
            if abs(at[1] - other[1]) * _DEGREE <= reach
        ]
        return tuple(sorted(pair for pair in near if pair[0] <= reach)[:most])
