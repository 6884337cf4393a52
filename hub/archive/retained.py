"""What a recording must know before its first event: each device's card and status. Pure."""

from hub.model.event import CARD, STATUS, Logged
from hub.model.instant import Instant

REMOVED = b"null"
"""The data of a card that was withdrawn."""


class Retained:
    """The newest card and status of every source, as far as events were taken in."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Logged] = {}

    def take(self, logged: Logged) -> None:
        """Take in an event; only cards and statuses are kept."""
        event = logged.event
        if event.type not in (CARD, STATUS):
            return
        name = (event.source, event.type)
        if event.type == CARD and event.data == REMOVED:
            self._kept.pop(name, None)
        else:
            self._kept[name] = logged

    def state(self, before: Instant | None = None) -> list[Logged]:
        """Return what is kept of before a moment, in the order of the log."""
        kept = (each for each in self._kept.values() if before is None or each.time < before)
        return sorted(kept, key=lambda each: (each.time, each.position))
