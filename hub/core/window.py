"""A window of time over readings: what a window's handler is given."""

from msgspec import Struct

from hub.model.instant import Instant


class Stats(Struct, array_like=True):
    """Values of one kind, added up. ``first`` and ``last`` by the data's own time."""

    count: int = 0
    sum: float = 0.0
    min: float = 0.0
    max: float = 0.0
    first: float = 0.0
    last: float = 0.0
    first_at: Instant = 0
    last_at: Instant = 0

    @property
    def mean(self) -> float:
        """The mean of the values."""
        return self.sum / self.count

    def add(self, value: float, at: Instant) -> None:
        """Add a value; of two at one time the later received is the last."""
        if not self.count or at < self.first_at:
            self.first, self.first_at = value, at
        if not self.count or at >= self.last_at:
            self.last, self.last_at = value, at
        self.min = min(self.min, value) if self.count else value
        self.max = max(self.max, value) if self.count else value
        self.sum += value
        self.count += 1

    def merge(self, other: "Stats") -> None:
        """Add the values of other stats, received later."""
        if not self.count or other.first_at < self.first_at:
            self.first, self.first_at = other.first, other.first_at
        if not self.count or other.last_at >= self.last_at:
            self.last, self.last_at = other.last, other.last_at
        self.min = min(self.min, other.min) if self.count else other.min
        self.max = max(self.max, other.max) if self.count else other.max
        self.sum += other.sum
        self.count += other.count


class Window(Struct, frozen=True):
    """The readings of a key from ``start`` (inclusive) to ``end`` (exclusive), added up.

    ``window["pm25"]`` is one field; where `of` gives a plain number, ``window.mean`` and its like
    are of that. A field nobody reported is not in it.
    """

    start: Instant
    end: Instant
    fields: dict[str, Stats]

    def __getitem__(self, field: str) -> Stats:
        return self.fields[field]

    def __contains__(self, field: object) -> bool:
        return field in self.fields

    @property
    def count(self) -> int:
        """How many values there were."""
        return self.fields[ONLY].count

    @property
    def sum(self) -> float:
        """Their sum."""
        return self.fields[ONLY].sum

    @property
    def mean(self) -> float:
        """Their mean."""
        return self.fields[ONLY].mean

    @property
    def min(self) -> float:
        """The smallest."""
        return self.fields[ONLY].min

    @property
    def max(self) -> float:
        """The largest."""
        return self.fields[ONLY].max

    @property
    def first(self) -> float:
        """The earliest, by the data's own time."""
        return self.fields[ONLY].first

    @property
    def last(self) -> float:
        """The latest, by the data's own time."""
        return self.fields[ONLY].last


ONLY = ""
"""The field of a window over plain numbers."""
