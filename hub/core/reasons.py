"""The reasons of the alerts: for each identity the last changes, with what they were made of."""

from collections.abc import Callable

import msgspec
from msgspec import Raw

from hub.core.context import Context
from hub.core.handler import Handler
from hub.core.registry import Registry
from hub.core.ring import Ring
from hub.core.store import Store
from hub.core.timers import Timers
from hub.model.alert import Signal
from hub.model.event import Event, Position
from hub.model.instant import text
from hub.model.limits import ALERTS_CLOSED, ORIGINAL_BYTES
from hub.model.reason import Cause, Reason, Waiting

TABLE = "reasons"
KEPT = 8
"""Changes kept of an identity: a raise, its levels, the clear, and the same once more."""
STATE_BYTES = 4 * 1024
"""Largest state that is kept with a reason: eight of them, twice, for each identity."""

NOTHING = Raw(b"null")

_decode = msgspec.json.Decoder(list[Reason]).decode
_encode = msgspec.json.Encoder().encode


class Reasons:
    """Keeps why alerts changed. They are written by the partition whose handler raised them."""

    def __init__(
        self,
        store: Store,
        registry: Registry,
        timers: Timers,
        position: Callable[[], Position],
    ) -> None:
        self._store = store
        self._registry = registry
        self._timers = timers
        self._position = position
        self._known = Ring(store, TABLE)

    def note(
        self,
        handler: Handler,
        context: Context,
        signal: Signal,
        before: bytes | None,
        after: bytes | None,
    ) -> None:
        """Keep why a handler's signal changed an alert."""
        reason = Reason(
            time=text(context.now),
            position=str(self._position()),
            cause=context.cause,
            handler=handler.title,
            key=context.key,
            active=signal.active,
            level=signal.level if signal.active else None,
            title=signal.title,
            text=signal.text,
            exercise=signal.exercise,
            event=_cause(context.event),
            before=_state(before),
            after=_state(after),
            timers=self._running(handler.scenario, context.key),
        )
        stored = self._store.get(TABLE, signal.identity)
        earlier = [] if stored is None else _decode(stored)
        self._store.put(TABLE, signal.identity, _encode([*earlier, reason][-KEPT:]))
        for oldest in self._known.add(signal.identity, ALERTS_CLOSED):
            self._store.delete(TABLE, oldest)

    def _running(self, scenario: str, key: str) -> tuple[Waiting, ...]:
        dues = [
            (name, self._timers.due(scenario, name, key))
            for name in self._registry.keyed(scenario).timers
        ]
        return tuple(Waiting(name, text(due)) for name, due in dues if due is not None)


def _cause(event: Event) -> Cause:
    data = Raw(event.data) if len(event.data) <= ORIGINAL_BYTES else NOTHING
    return Cause(
        id=event.id,
        source=event.source,
        type=event.type,
        time=None if event.time is None else text(event.time),
        district=event.district,
        subject=event.subject,
        data=data,
    )


def _state(raw: bytes | None) -> Raw:
    """Return a stored state as JSON."""
    if not raw or len(raw) > STATE_BYTES:
        return NOTHING
    return Raw(_encode(msgspec.msgpack.decode(raw)))
