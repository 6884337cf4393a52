"""Dead letters: what could not be used, with the reason and the original. Bounded."""

from collections.abc import Callable

import msgspec

from hub.core.counters import Counters
from hub.core.store import Store
from hub.model.event import Event, Position
from hub.model.instant import Instant
from hub.model.letter import DeadLetter, Rejection, letter, rejection
from hub.model.limits import DEAD_LETTERS
from hub.model.output import Letter

_TABLE = "letters"
SIBLINGS = 64
"""Letters of one event that are looked through: one for each handler that may fail on it."""


class Letters:
    """The newest dead letters of a partition, by ordinal."""

    def __init__(self, store: Store, tell: Callable[[Letter], None], counters: Counters) -> None:
        self._store = store
        self._tell = tell
        self._counters = counters
        self._names = dict.fromkeys(name for name, _ in store.items(_TABLE))

    def message(self, position: Position, now: Instant, what: Rejection) -> None:
        """Keep a message that ingest could not take."""
        self._keep(position, letter(position, now, what))

    def event(
        self,
        position: Position,
        now: Instant,
        event: Event,
        *,
        reason: str,
        detail: str,
        handler: str = "",
    ) -> None:
        """Keep an event that could not be handled."""
        topic = event.topic or f"{event.source} {event.type}"
        what = rejection(topic, event.data, reason, detail)
        self._keep(position, letter(position, now, what, handler))

    def claim(self, ordinal: int, handler: str) -> bool:
        """Take away the letter of a handler at an ordinal: its event comes again."""
        for number in range(SIBLINGS):
            name = f"{ordinal:016d}" + "+" * number
            raw = self._store.get(_TABLE, name)
            if raw is not None and msgspec.json.decode(raw, type=DeadLetter).handler == handler:
                del self._names[name]
                self._store.delete(_TABLE, name)
                return True
        return False

    def _keep(self, position: Position, dead: DeadLetter) -> None:
        self._counters.count("rejected", "reason", dead.reason)
        # Two handlers may fail on one event: each has its letter.
        name = f"{position.ordinal:016d}"
        while name in self._names:
            name += "+"
        raw = msgspec.json.encode(dead)
        self._names[name] = None
        self._store.put(_TABLE, name, raw)
        self._tell(Letter(dead.position, dead.reason, raw))
        if len(self._names) > DEAD_LETTERS:
            oldest = next(iter(self._names))
            del self._names[oldest]
            self._store.delete(_TABLE, oldest)
