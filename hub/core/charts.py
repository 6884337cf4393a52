"""Charts: the means of an entity's figures over the last hours, in a bounded number of points."""

from msgspec import Struct, field

from hub.core.store import Records, Store
from hub.model.instant import Duration, Instant

TABLE = "charts"
POINTS = 96
"""Points of a chart: a quarter of an hour each for a day, as much as a card has room for."""


Lines = tuple[tuple[str, Duration, float], ...]
"""Of each line its name, the span of its chart and the value now."""


class Point(Struct, array_like=True):
    """Values from ``start`` on, until the next point: their sum and how many."""

    start: Instant
    sum: float
    count: int

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return self.sum / self.count


class Trace(Struct):
    """The lines of one entity, by `{chart}.{field}`, oldest point first."""

    lines: dict[str, list[Point]] = field(default_factory=dict)


class Charts:
    """What the charts of all entities of a partition show."""

    def __init__(self, store: Store) -> None:
        self._records = Records(store, TABLE, Trace)

    def add(self, id_: str, lines: Lines, now: Instant) -> None:
        """Add what an entity shows now to its charts."""
        trace = self._records.get(id_) or Trace()
        for name, span, value in lines:
            width = width_of(span)
            line = trace.lines.setdefault(name, [])
            _add(line, now - now % width, value, now - span - width)
        self._records.put(id_, trace)

    def drop(self, id_: str) -> None:
        """Forget an entity."""
        self._records.drop(id_)


def width_of(span: Duration) -> Duration:
    """Return how long a point of a chart lasts."""
    return span // POINTS


def _add(line: list[Point], start: Instant, value: float, oldest: Instant) -> None:
    if line and line[-1].start == start:
        line[-1].sum += value
        line[-1].count += 1
    else:
        line.append(Point(start, value, 1))
    while line[0].start < oldest:
        del line[0]
