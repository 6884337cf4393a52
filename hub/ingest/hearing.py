"""Whether devices can be heard, and what of it the log has not been told yet.

While ingest, its broker or the log is away, silence is no device's fault: the log says from when to
when nothing could be heard, and `silent` rules do not count that time.
"""

import msgspec

from hub.ingest.checks import derived_id
from hub.model.event import LISTENING, Event, Listening
from hub.model.instant import Instant

_encode = msgspec.json.Encoder().encode


def listening(partition: str, what: Listening) -> Event:
    """Return the event that says it."""
    unique = derived_id(partition, str(what.hearing), str(what.since), what.reason)
    return Event(unique, "/hub/ingest", LISTENING, _encode(what))


class Hearing:
    """One partition's hearing. ``deaf_since`` is None when all is heard and the log knows."""

    def __init__(self, partition: str) -> None:
        self._partition = partition
        self._up = False
        self._told = True
        self._reason = ""
        self.deaf_since: Instant | None = None

    def resumed(self, since: Instant, reason: str) -> Event:
        """Note that nothing was heard from ``since``; return the event for that very log time.

        It stands at the beginning of the gap, so that timers which fall into it know.
        """
        self.deaf_since = since if self.deaf_since is None else min(since, self.deaf_since)
        self._told, self._reason = True, reason
        return listening(self._partition, Listening(False, since, reason))

    def up(self) -> None:
        """Note that the broker is there."""
        self._up = True

    def down(self, now: Instant, reason: str) -> None:
        """Note that the broker is gone."""
        self._up = False
        if self.deaf_since is None:
            self.deaf_since, self._told, self._reason = now, False, reason

    def news(self) -> list[Event]:
        """Return what the log must be told now; `told` when it is appended."""
        if self.deaf_since is None or (self._told and not self._up):
            return []
        return [listening(self._partition, Listening(self._up, self.deaf_since, self._reason))]

    def told(self, news: list[Event]) -> None:
        """Note that ``news`` is in the log."""
        if not news:
            return
        self._told = True
        if self._up:
            self.deaf_since = None
