"""The newest incidents in order: what a client resumes from. Pure and bounded."""

from bisect import bisect_right

from hub.serve.limits import INCIDENTS

Incident = tuple[int, bytes]
"""Output ordinal in `city`, and the Alert's JSON."""


class Incidents:
    """Every incident after ordinal ``floor``, up to ``last``, the newest ordinal that is known."""

    def __init__(self, floor: int = 0, bound: int = INCIDENTS) -> None:
        self.floor = floor
        self.last = floor
        self._bound = bound
        self._kept: list[Incident] = []

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, ordinal: int, alert: bytes) -> bool:
        """Append a newer incident; one that is known already is passed over (False)."""
        if ordinal <= self.last:
            return False
        self._kept.append((ordinal, alert))
        self.last = ordinal
        # Twice the bound before a cut, so that a cut is rare and not a copy at every incident.
        if len(self._kept) > 2 * self._bound:
            self._cut()
        return True

    def extend(self, floor: int, earlier: list[Incident]) -> None:
        """Put older incidents, all those after ``floor``, before the ones at hand."""
        self._kept[:0] = [each for each in earlier if floor < each[0] <= self.floor]
        self.floor = min(floor, self.floor)
        if len(self._kept) > 2 * self._bound:
            self._cut()

    def next(self, ordinal: int) -> Incident | None:
        """Return the first incident after ``ordinal``, None when there is none yet."""
        index = bisect_right(self._kept, ordinal, key=_ordinal)
        return self._kept[index] if index < len(self._kept) else None

    def covers(self, ordinal: int) -> bool:
        """Return whether nothing after ``ordinal`` is missing here."""
        return ordinal >= self.floor

    def _cut(self) -> None:
        self.floor = self._kept[-self._bound - 1][0]
        del self._kept[: -self._bound]


def _ordinal(incident: Incident) -> int:
    return incident[0]
