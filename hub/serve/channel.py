"""One view of the screen, shared by all clients with the same subscription. Pure."""

from abc import ABC, abstractmethod

from hub.serve import frames
from hub.serve.frames import Fragments, Moment
from hub.serve.screen import Row, Screen
from hub.serve.subscription import Subscription


class Channel(ABC):
    """The view's sequence and its newest frames, each encoded once.

    ``seq`` grows by one with each delta; ``clients`` counts who watches. A ``paced`` one sends
    telemetry only when the client has said that it took the frame before.
    """

    paced = False

    def __init__(self, subscription: Subscription) -> None:
        self.subscription = subscription
        self.seq = 0
        self.clients = 0
        self._beat: tuple[int, Fragments] = (0, [])

    @abstractmethod
    def flush(self, before: dict[str, Row | None], screen: Screen, epoch: str, now: Moment) -> bool:
        """Make the delta from what changed since the last one; False when nothing shows here."""

    @abstractmethod
    def forget(self) -> None:
        """Drop kept snapshots: something in them is no longer so."""

    def restart(self) -> None:
        """Begin anew: all rows may be others."""
        self.forget()

    @abstractmethod
    def body(self, screen: Screen) -> Fragments:
        """Return the shared part of a whole snapshot frame."""

    @abstractmethod
    def since(
        self, seq: int, screen: Screen, epoch: str, now: Moment, incident_seq: int
    ) -> tuple[Fragments, bool]:
        """Return the telemetry for a client at ``seq`` (-1: it has none), and whether it is whole.

        After it the client is at this channel's ``seq``.
        """

    def beat(self, count: int, epoch: str, now: Moment, parts: bytes, *, ready: bool) -> Fragments:
        """Return the ``count``-th beat."""
        if self._beat[0] != count:
            self._beat = (count, frames.beat(epoch, self.seq, now, ready=ready, parts=parts))
        return self._beat[1]


class JsonChannel(Channel):
    """Telemetry in JSON; whoever missed a delta gets a snapshot."""

    def __init__(self, subscription: Subscription) -> None:
        super().__init__(subscription)
        self.delta: Fragments = []
        self._body: Fragments | None = None
        self._bare: Fragments | None = None

    def flush(self, before: dict[str, Row | None], screen: Screen, epoch: str, now: Moment) -> bool:
        """Make the delta."""
        wants = self.subscription.wants
        upsert: list[bytes] = []
        remove: list[str] = []
        for name, old in before.items():
            new = screen.rows.get(name)
            if new is not None and wants(new):
                upsert.append(new.json)
            elif wants(old):
                remove.append(name)
        if not upsert and not remove:
            return False
        self.seq += 1
        self.delta = frames.delta(epoch, self.seq, now, upsert, remove)
        self.forget()
        return True

    def forget(self) -> None:
        """Drop both snapshots."""
        self._body = self._bare = None

    def body(self, screen: Screen) -> Fragments:
        """Return the shared part of a whole snapshot.

        What changed since the last delta may be in it already; the next delta brings it again.
        """
        if self._body is None:
            self._body = frames.snapshot_body(self._entities(screen), screen.alerts.values())
        return self._body

    def bare(self, screen: Screen) -> Fragments:
        """Return the shared part of a snapshot without alerts, for a client that resumes."""
        if self._bare is None:
            self._bare = frames.snapshot_body(self._entities(screen), ())
        return self._bare

    def since(
        self, seq: int, screen: Screen, epoch: str, now: Moment, incident_seq: int
    ) -> tuple[Fragments, bool]:
        """Return the newest delta for who has all before it, else a snapshot without alerts."""
        if seq >= 0 and seq == self.seq - 1:
            return self.delta, False
        body = self.bare(screen)
        return frames.snapshot(epoch, self.seq, incident_seq, now, body, resumed=True), True

    def _entities(self, screen: Screen) -> list[bytes]:
        wants = self.subscription.wants
        return [row.json for row in screen.rows.values() if wants(row)]
