"""Delivery: which handlers an event is offered to, and what a quarantined scenario misses by it."""

from typing import Any

from hub.core.builtin import Taken
from hub.core.calls import Calls
from hub.core.outlet import Outlet
from hub.core.quarantine import Quarantine
from hub.core.route import Route
from hub.model.event import Event, Position
from hub.model.instant import Instant
from hub.model.output import Forward
from hub.model.redrive import Redrive


class Delivery:
    """Offers events to the handlers of their type."""

    def __init__(self, calls: Calls, quarantine: Quarantine, outlet: Outlet) -> None:
        self._calls = calls
        self._quarantine = quarantine
        self._outlet = outlet

    def deliver(  # noqa: PLR0917 an event and what is known of it
        self,
        route: Route,
        cause: str,
        event: Event,
        now: Instant,
        payloads: list[Any],
        taken: Taken,
        at: Position,
    ) -> None:
        """Offer an event to the handlers of its type; keep it for those in quarantine."""
        late = taken.heard is not None and taken.heard.late
        # As it was when the event came: one that fails on it just now has it to its end.
        active = tuple(self._quarantine.active)
        missing: dict[str, None] = {}
        for handler, view in route.handlers if taken.run else ():
            if late and not handler.late:
                continue
            if active and handler.scenario in active:
                missing[handler.scenario] = None
            else:
                self._calls.offer(handler, cause, event, now, payloads[view], taken.heard)
        if active:
            self._miss(
                missing, event, late=late, own=cause == f"{at.partition}.{at.ordinal}", at=at
            )
            self._quarantine.pass_over(route, at.ordinal)

    def _miss(
        self, missing: dict[str, None], event: Event, *, late: bool, own: bool, at: Position
    ) -> None:
        """Remember an event by its position; a derived one is appended, so that it has one."""
        for scenario in missing:
            if own:
                self._quarantine.miss(scenario, at.ordinal, late=late)
            else:
                again = Redrive(scenario, late=late).mark(event)
                self._outlet.put(Forward(at.partition, again))
