"""What a partition last said of each alert: only what is new goes to the desk."""

import msgspec

from hub.core.store import Store
from hub.model.alert import Signal
from hub.model.event import ALERT, EXERCISE, Event
from hub.model.instant import Instant

_TABLE = "signals"


class Signals:
    """The raised alerts of a partition by identity."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def changed(self, signal: Signal, partition: str, now: Instant) -> Event | None:
        """Return the event for the desk when the signal says something new."""
        raw = msgspec.json.encode(signal)
        known = self._store.get(_TABLE, signal.identity)
        if signal.active:
            if raw == known:
                return None
            self._store.put(_TABLE, signal.identity, raw)
        else:
            if known is None:
                return None
            self._store.delete(_TABLE, signal.identity)
        return Event(
            id=f"{partition}.{signal.identity}.{now}",
            source=f"/scenario/{signal.scenario}",
            type=ALERT,
            data=raw,
            time=now,
            district=signal.district or "",
            subject=signal.identity,
            flags=(EXERCISE,) if signal.exercise else (),
        )
