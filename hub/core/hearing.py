"""How long the partition could not hear: ingest was down or cut off from its broker.

`silent` rules do not count that time: a device is not silent because nobody listened.
"""

import msgspec
from msgspec import Struct

from hub.core.store import Store
from hub.model.event import Listening
from hub.model.instant import Duration, Instant


class _Deafness(Struct):
    total: Duration = 0
    since: Instant | None = None


_CELL = ("marks", "hearing")


class Hearing:
    """The partition's total deafness in log time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        raw = store.get(*_CELL)
        self._state = _Deafness() if raw is None else msgspec.msgpack.decode(raw, type=_Deafness)

    def note(self, change: Listening, now: Instant) -> None:
        """Take in that ingest went deaf at ``now``, or hears again after ``change.since``."""
        state = self._state
        if not change.hearing:
            state.since = now if state.since is None else state.since
        else:
            since = change.since if state.since is None else state.since
            state.total += max(0, now - since)
            state.since = None
        self._store.put(*_CELL, msgspec.msgpack.encode(state))

    @property
    def deaf(self) -> bool:
        """Whether nothing can be heard now."""
        return self._state.since is not None

    def total(self, now: Instant) -> Duration:
        """Return the deafness from the beginning until ``now``."""
        since = self._state.since
        return self._state.total + (0 if since is None else max(0, now - since))
