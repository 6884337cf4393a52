"""How the tiles went over the last hours: one value a step of city time, bounded. Pure."""

from collections import deque
from collections.abc import Mapping

from hub.core.tiles import Value
from hub.model.instant import HOUR, MILLISECOND, MINUTE, Instant

STEP = 2 * MINUTE
"""One point of a trend: an operator looks for hours, not for seconds."""
SPAN = 6 * HOUR
"""Half a shift."""

Point = tuple[int, float]
"""City time in milliseconds since 1970, and the last value of that step."""


class Trends:
    """The points of each tile. They begin with this process: older ones are in the archive."""

    def __init__(self) -> None:
        self._points: dict[str, deque[Point]] = {}

    def note(self, values: Mapping[str, Value], now: Instant) -> None:
        """Take in the values as they are now; of a step the last one counts."""
        step = now // STEP * STEP // MILLISECOND
        for name, value in values.items():
            if value.value is None:
                continue
            points = self._points.setdefault(name, deque(maxlen=SPAN // STEP))
            # A city clock that was set back begins anew.
            while points and points[-1][0] >= step:
                points.pop()
            points.append((step, round(value.value, 3)))
        for name in self._points.keys() - values.keys():
            del self._points[name]

    def of(self, name: str) -> list[Point]:
        """Return a tile's points, the oldest first."""
        return list(self._points.get(name, ()))
