"""Tickets: what a websocket shows instead of a header that a browser cannot send."""

import secrets
import time
from collections.abc import Callable

from hub.serve.limits import TICKET_SECONDS, TICKETS


class Tickets:
    """Gives out tickets that hold for one connection and a short time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def issue(self) -> str:
        """Return a new ticket; the oldest unused one goes when there are too many."""
        while len(self._until) >= TICKETS:
            del self._until[next(iter(self._until))]
        ticket = secrets.token_urlsafe(32)
        self._until[ticket] = self._clock() + TICKET_SECONDS
        return ticket

    def redeem(self, ticket: str) -> bool:
        """Use a ticket up; return whether it was good."""
        until = self._until.pop(ticket, None)
        return until is not None and self._clock() <= until
