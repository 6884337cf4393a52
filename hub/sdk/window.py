"""Sums over the last hours, in a bounded number of buckets: part of a `State`."""

from msgspec import Struct, field

from hub.model.instant import Duration, Instant


class Sums(Struct):
    """Values added up in buckets of ``width``; what is older than ``keep`` buckets is forgotten.

    The sum over a span counts whole buckets, so it lags by less than one ``width``: choose a width
    well below the shortest span asked for.
    """

    width: Duration
    keep: int
    last: int = 0
    buckets: list[float] = field(default_factory=list)

    def add(self, at: Instant, value: float) -> None:
        """Add a value; one that is too old for the window is left out."""
        self._turn(at)
        place = at // self.width - self.last - 1
        if -len(self.buckets) <= place:
            self.buckets[place] += value

    def over(self, span: Duration, now: Instant) -> float:
        """Return the sum of the buckets that touch the last ``span`` before ``now``."""
        self._turn(now)
        count = min(self.keep, -(-span // self.width))
        return sum(self.buckets[-count:])

    def _turn(self, now: Instant) -> None:
        """Make the bucket of ``now`` the last one."""
        index = now // self.width
        if not self.buckets:
            self.buckets, self.last = [0.0] * self.keep, index
        ahead = min(index - self.last, self.keep)
        if ahead > 0:
            self.buckets = self.buckets[ahead:] + [0.0] * ahead
            self.last = index
