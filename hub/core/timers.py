"""Named timers per key. A timer fires with its due time as `now`, before any later event."""

import heapq

from hub.core.store import Store
from hub.model.instant import Instant

_TABLE = "timers"
_GLUE = "\x1f"


class Timers:
    """The timers of a partition, in order of (due, key, name, scenario)."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._due: dict[str, Instant] = {}
        self._heap: list[tuple[Instant, str, str, str]] = []
        for name, value in store.items(_TABLE):
            self._push(name, int(value))

    def start(self, scenario: str, name: str, key: str, due: Instant) -> None:
        """Set a timer; one that runs already is moved."""
        field = _GLUE.join((scenario, name, key))
        if self._due.get(field) != due:
            self._push(field, due)
            self._store.put(_TABLE, field, str(due).encode())

    def stop(self, scenario: str, name: str, key: str) -> None:
        """Cancel a timer if it runs."""
        field = _GLUE.join((scenario, name, key))
        if self._due.pop(field, None) is not None:
            self._store.delete(_TABLE, field)

    def running(self, scenario: str, name: str, key: str) -> bool:
        """Return whether a timer is set."""
        return _GLUE.join((scenario, name, key)) in self._due

    def next_due(self) -> Instant | None:
        """Return when the next timer is due."""
        while self._heap:
            due, key, name, scenario = self._heap[0]
            if self._due.get(_GLUE.join((scenario, name, key))) == due:
                return due
            heapq.heappop(self._heap)  # moved or cancelled since
        return None

    def pop(self) -> tuple[Instant, str, str, str]:
        """Take the next timer: (due, scenario, name, key). Call only when `next_due` has one."""
        due, key, name, scenario = heapq.heappop(self._heap)
        self.stop(scenario, name, key)
        return due, scenario, name, key

    def _push(self, field: str, due: Instant) -> None:
        scenario, name, key = field.split(_GLUE, 2)
        self._due[field] = due
        heapq.heappush(self._heap, (due, key, name, scenario))
