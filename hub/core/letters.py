"""Dead letters: what could not be used, with the reason and the original. Bounded."""

from collections.abc import Callable, Iterator

import msgspec

from hub.core.counters import Counters
from hub.core.rerun import Rerun
from hub.core.store import Store
from hub.model.event import Event, Position
from hub.model.instant import Instant
from hub.model.letter import DeadLetter, Rejection, letter, rejection
from hub.model.limits import DEAD_LETTERS
from hub.model.output import Letter

_TABLE = "letters"
_RERUNS = "reruns"
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
        what: Rerun | None = None,
    ) -> None:
        """Keep an event that could not be handled, and ``what`` a time rule had run for it."""
        topic = event.topic or f"{event.source} {event.type}"
        rejected = rejection(topic, event.data, reason, detail)
        name = self._keep(position, letter(position, now, rejected, handler))
        if what is not None:
            self._store.put(_RERUNS, name, msgspec.msgpack.encode(what))

    def claim(self, ordinal: int, handler: str) -> bool:
        """Take away the letter of a handler at an ordinal: its event comes again."""
        return next(self._claimed(ordinal, handler), None) is not None

    def reruns(self, ordinal: int, handler: str) -> list[Rerun]:
        """Take away all letters of a rule's target at an ordinal; return what is to run again."""
        found = [raw for raw in self._claimed(ordinal, handler) if raw]
        return [msgspec.msgpack.decode(raw, type=Rerun) for raw in found]

    def _claimed(self, ordinal: int, handler: str) -> Iterator[bytes]:
        """Take away one letter after the other; yield the run beside it, empty when none is."""
        for number in range(SIBLINGS):
            name = f"{ordinal:016d}" + "+" * number
            raw = self._store.get(_TABLE, name)
            if raw is not None and msgspec.json.decode(raw, type=DeadLetter).handler == handler:
                rerun = self._store.get(_RERUNS, name)
                self._drop(name)
                yield rerun or b""

    def _keep(self, position: Position, dead: DeadLetter) -> str:
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
            self._drop(next(iter(self._names)))
        return name

    def _drop(self, name: str) -> None:
        del self._names[name]
        self._store.delete(_TABLE, name)
        self._store.delete(_RERUNS, name)
