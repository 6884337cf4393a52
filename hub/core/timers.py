"""Named timers per key. A timer fires with its due time as `now`, before any later event."""

import heapq

from hub.core.store import Store
from hub.model.instant import Instant

_TABLE = "timers"
_GLUE = "\x1f"
POSTPONED: Instant = 2**60
"""Added to the due time of a timer whose scenario is quarantined: it never comes by itself."""

Due = tuple[Instant, str, str, str]
"""A timer: when it is due, its scenario, its name, its key."""


class Timers:
    """The timers of a partition, in order of (due, key, name, scenario)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: dict[str, Instant] = {}
        self._heap: list[tuple[Instant, str, str, str]] = []
        self._played: set[str] = set()
        for name, value in store.items(_TABLE):
            due, _, played = value.partition(b" ")
            self._push(name, int(due), exercise=bool(played))

    def start(
        self, scenario: str, name: str, key: str, due: Instant, *, exercise: bool = False
    ) -> None:
        """Set a timer; one that runs already is moved. What it does is an ``exercise`` or not."""
        field = _GLUE.join((scenario, name, key))
        if self._due.get(field) != due or (field in self._played) != exercise:
            self._push(field, due, exercise=exercise)
            self._store.put(_TABLE, field, f"{due}{' exercise' if exercise else ''}".encode())

    def stop(self, scenario: str, name: str, key: str) -> None:
        """Cancel a timer if it runs."""
        field = _GLUE.join((scenario, name, key))
        if self._due.pop(field, None) is not None:
            self._played.discard(field)
            self._store.delete(_TABLE, field)

    def postpone(self, due: Instant, scenario: str, name: str, key: str, *, exercise: bool) -> None:
        """Keep a timer that is due, until somebody asks for those that are `postponed`."""
        self.start(scenario, name, key, POSTPONED + due, exercise=exercise)

    def postponed(self, scenario: str) -> list[tuple[str, str, bool]]:
        """Return (name, key, exercise) of a scenario's postponed timers, as they were due."""
        found = [
            (due, key, name, field in self._played)
            for field, due in self._due.items()
            for owner, name, key in [field.split(_GLUE, 2)]
            if owner == scenario and due >= POSTPONED
        ]
        return [(name, key, exercise) for _, key, name, exercise in sorted(found)]

    def wake(self, parked: Instant, now: Instant) -> None:
        """Set every timer that is due at ``parked`` to now."""
        for field in sorted(field for field, due in self._due.items() if due == parked):
            scenario, name, key = field.split(_GLUE, 2)
            self.start(scenario, name, key, now, exercise=field in self._played)

    def due(self, scenario: str, name: str, key: str) -> Instant | None:
        """Return when a timer is due; None when it is not set."""
        due = self._due.get(_GLUE.join((scenario, name, key)))
        return due if due is None or due < POSTPONED else due - POSTPONED

    def running(self, scenario: str, name: str, key: str) -> bool:
        """Return whether a timer is set."""
        return _GLUE.join((scenario, name, key)) in self._due

    def quiet(self, until: Instant) -> bool:
        """Return whether surely nothing is due until then; cheap, and asked at every event."""
        return not self._heap or self._heap[0][0] > until

    def next_due(self) -> Instant | None:
        """Return when the next timer is due."""
        timer = self.peek()
        return None if timer is None else timer[0]

    def peek(self) -> Due | None:
        """Return the next timer, and leave it."""
        while self._heap:
            due, key, name, scenario = self._heap[0]
            if self._due.get(_GLUE.join((scenario, name, key))) == due:
                return due, scenario, name, key
            heapq.heappop(self._heap)  # moved or cancelled since
        return None

    def pop(self) -> tuple[Instant, str, str, str, bool]:
        """Take the next timer: (due, scenario, name, key, exercise).

        Call only when `next_due` has one.
        """
        due, key, name, scenario = heapq.heappop(self._heap)
        exercise = _GLUE.join((scenario, name, key)) in self._played
        self.stop(scenario, name, key)
        return due, scenario, name, key, exercise

    def _push(self, field: str, due: Instant, *, exercise: bool) -> None:
        scenario, name, key = field.split(_GLUE, 2)
        self._due[field] = due
        (self._played.add if exercise else self._played.discard)(field)
        heapq.heappush(self._heap, (due, key, name, scenario))
