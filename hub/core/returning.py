"""Events that come again (`redrive`): run only by the scenario or the handler that missed them."""

import msgspec

from hub.core.calls import Calls
from hub.core.counters import Counters
from hub.core.devices import Devices, Heard
from hub.core.handler import Handler
from hub.core.letters import Letters
from hub.core.quarantine import Quarantine, Span
from hub.core.registry import Registry
from hub.core.remembered import Remembered
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
        remembered: Remembered,
    ) -> None:
        self._registry = registry
        self._calls = calls
        self._devices = devices
        self._letters = letters
        self._quarantine = quarantine
        self._counters = counters
        self._remembered = remembered

    def take(self, what: Redrive, cause: str, event: Event, now: Instant, at: Position) -> None:
        """Run what missed the event; nothing when it came again before."""
        if self._registry.targeted(what.handler):
            self._rerun(what, cause, now)
            return
        route = self._registry.route(event.type)
        found = [] if route is None else [each for each in route.handlers if _meant(what, each[0])]
        if not found or route is None:
            self._counters.count("redriven-for-nobody")  # what it failed on was derived of it
            return
        late = what.late
        if what.last:
            span = self._claim(what)
            if span is None:
                self._counters.count("redriven-before")
                return
            late = late or span.late
        elif what.scenario in self._quarantine.active:
            self._quarantine.miss(what.scenario, at.ordinal, late=late)
            return
        try:
            payloads = route.decode(event.data)
        except msgspec.DecodeError as error:
            self._letters.event(at, now, event, reason="schema", detail=str(error))
            return
        self._counters.count("redriven")
        heard = self._heard(event, late=late)
        for handler, view in found:
            if late and not handler.late:
                self._counters.count("redriven-late", "handler", handler.title)
            else:
                self._calls.offer(handler, cause, event, now, payloads[view], heard)

    def _rerun(self, what: Redrive, cause: str, now: Instant) -> None:
        """Run a rule's target as it was to run, unless its rule has turned since."""
        found = self._letters.reruns(what.last, what.handler)
        if not found:
            self._counters.count("redriven-before")
        for number, each in enumerate(found):
            active = each.run.active
            if active is None or active == self._remembered.active(
                what.scenario, each.rule, each.key
            ):
                self._counters.count("redriven")
                self._calls.rerun(what.scenario, each, f"{cause}.{number}", now)
            else:
                self._counters.count("redriven-late", "handler", what.handler)

    def _claim(self, what: Redrive) -> Span | None:
        if not what.handler:
            return self._quarantine.claim(what.scenario, what.first, what.last)
        claimed = self._letters.claim(what.last, what.handler)
        return Span(what.last, what.last, 1, late=False) if claimed else None

    def _heard(self, event: Event, *, late: bool) -> Heard | None:
        if not event.type.startswith("city."):
            return None
        device = self._devices.get(event.source) or Device(event.source, event.district)
        return Heard(device, late=late)


def _meant(what: Redrive, handler: Handler) -> bool:
    return handler.scenario == what.scenario and what.handler in ("", handler.title)
