"""Events that come again (`redrive`): run only by the scenario or the handler that missed them."""

import msgspec

from hub.core.calls import Calls
from hub.core.counters import Counters
from hub.core.devices import Devices, Heard
from hub.core.letters import Letters
from hub.core.quarantine import Quarantine
from hub.core.registry import Registry
from hub.model.device import Device
from hub.model.event import Event, Position
from hub.model.instant import Instant
from hub.model.redrive import Redrive


class Returning:
    """Lets each event come again once: its letter or its place among the missed is taken away.

    The device's record is left alone: it was heard when the event first came.
    """

    def __init__(
        self,
        *,
        registry: Registry,
        calls: Calls,
        devices: Devices,
        letters: Letters,
        quarantine: Quarantine,
        counters: Counters,
    ) -> None:
        self._registry = registry
        self._calls = calls
        self._devices = devices
        self._letters = letters
        self._quarantine = quarantine
        self._counters = counters

    def take(self, what: Redrive, cause: str, event: Event, now: Instant, at: Position) -> None:
        """Run what missed the event; nothing when it came again before."""
        if what.last and not self._claim(what):
            self._counters.count("redriven-before")
            return
        if not what.last and what.scenario in self._quarantine.active:
            self._quarantine.miss(what.scenario, at.ordinal, late=what.late)
            return
        self._counters.count("redriven")
        self._run(what, cause, event, now, at)

    def _claim(self, what: Redrive) -> bool:
        if what.handler:
            return self._letters.claim(what.last, what.handler)
        return self._quarantine.claim(what.scenario, what.first, what.last)

    def _run(self, what: Redrive, cause: str, event: Event, now: Instant, at: Position) -> None:
        route = self._registry.route(event.type)
        if route is None:
            return
        try:
            payloads = route.decode(event.data)
        except msgspec.DecodeError as error:
            self._letters.event(at, now, event, reason="schema", detail=str(error))
            return
        heard = None
        if event.type.startswith("city."):
            device = self._devices.get(event.source) or Device(event.source, event.district)
            heard = Heard(device, late=what.late)
        for handler, view in route.handlers:
            if handler.scenario != what.scenario or what.handler not in ("", handler.title):
                continue
            if what.late and not handler.late:
                self._counters.count("redriven-late", "handler", handler.title)
                continue
            self._calls.offer(handler, cause, event, now, payloads[view], heard)
