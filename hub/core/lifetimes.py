"""States with a time to live: forgotten when no handler was given them for so long (log time)."""

from hub.core.counters import Counters
from hub.core.devices import HUB
from hub.core.store import States, Store
from hub.core.timers import Timers
from hub.model.instant import Duration, Instant

EXPIRE = "expire"
"""Name of the hub's timer that looks whether a state is still in use."""

_TABLE = "touched"
_STATES = "state"
_GRAINS = 8
"""A state's last use is noted in eighths of its time to live: one write for many uses. So it is
forgotten after eight to nine eighths of it."""


class Lifetimes:
    """When the states that have a time to live were used last, and a timer for each."""

    def __init__(self, store: Store, timers: Timers, states: States, counters: Counters) -> None:
        self._store = store
        self._timers = timers
        self._states = states
        self._counters = counters

    def touch(self, name: str, lives: Duration, now: Instant) -> None:
        """Note that a state was used."""
        grain = max(1, lives // _GRAINS)
        used = now - now % grain
        known = self._store.get(_TABLE, name)
        if known is None or int(known) < used:
            self._store.put(_TABLE, name, str(used).encode())
        if known is None:
            self._timers.start(HUB, EXPIRE, name, used + grain + lives)

    def look(self, name: str, lives: Duration | None, now: Instant) -> None:
        """Look at a state whose timer fired; ``lives`` is None when it may stay for good by now."""
        raw = self._store.get(_TABLE, name)
        if raw is None:
            return
        if lives is not None:
            due = int(raw) + max(1, lives // _GRAINS) + lives
            if due > now:
                self._timers.start(HUB, EXPIRE, name, due)
                return
            if self._store.get(_STATES, name) is not None:
                self._states.drop(name)
                self._counters.count("expired", "state", name.partition("|")[0])
        self._store.delete(_TABLE, name)
