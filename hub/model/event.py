"""The event: what the log holds. A CloudEvent with its place in the city."""

from msgspec import Struct

from hub.model.instant import Instant

EXERCISE = "exercise"
"""Flag of an event that is played, not real (CAP 1.2 §3.2.1 `status` Exercise)."""


class Event(Struct, frozen=True, array_like=True, gc=False):
    """One fact, as appended.

    ``id`` and ``source`` identify it (CloudEvents 1.0), ``type`` says what ``data`` (JSON bytes)
    means, ``time`` is the device's own word or None, ``district`` the 6-digit code of the topic or
    empty, ``sequence`` the zero-padded CloudEvents extension or empty, ``flags`` what happened on
    the way in (`redrive`, EXERCISE).
    """

    id: str
    source: str
    type: str
    data: bytes = b"null"
    time: Instant | None = None
    district: str = ""
    sequence: str = ""
    subject: str = ""
    flags: tuple[str, ...] = ()

    @property
    def topic(self) -> str:
        """The MQTT topic a reading came on; empty for events of the hub itself."""
        if not self.district or not self.type.startswith("city."):
            return ""
        return f"city/{self.district}{self.source}/{self.type.rpartition('.')[2]}"

    @property
    def exercise(self) -> bool:
        """Whether it is part of an exercise (演练), and whatever follows from it too."""
        return EXERCISE in self.flags


class Position(Struct, frozen=True, order=True):
    """The ``ordinal``-th event of a ``partition``, from 1, whatever the batching."""

    partition: str
    ordinal: int

    def __str__(self) -> str:
        return f"{self.partition}/{self.ordinal}"


class Logged(Struct, frozen=True, gc=False):
    """An event at its position, stamped with log time."""

    position: Position
    time: Instant
    event: Event


# Types of the hub's own events. A device cannot send them: its types begin with `city.`.
TICK = "hub.tick"
"""A second passed without events; data null."""
LISTENING = "hub.listening"
"""Ingest went deaf or hears again; data `Listening`."""
REJECTED = "hub.rejected"
"""A message that is no event; data `hub.model.letters.Rejection`."""
CARD = "hub.device.card"
"""A device's card; data `hub.model.device.Card`."""
STATUS = "hub.device.status"
"""A connection's status, from its will; data `"online"` or `"offline"`."""
ACK = "hub.device.ack"
"""A device's answer to a command; data `hub.model.command.Ack`."""
ACTION = "hub.action"
"""An operator's action; data `hub.model.action.Action`."""
ALERT = "hub.alert"
"""A scenario raises or clears an alert; data `hub.model.alert.Signal`."""
STALE = "hub.device.stale"
"""A device fell silent beyond its periods or its connection went; derived, data `Silence`."""
FRESH = "hub.device.fresh"
"""A stale device reports again; derived, data `Silence`."""

VERDICT = "hub.verdict"
"""A call of a handler was stopped, or not made; data `hub.model.verdict.Verdict`."""
RELEASE = "hub.release"
"""A scenario's quarantine ends; data `hub.model.control.Release`."""
CONFIGURED = "hub.configured"
"""A scenario was configured; data `hub.model.control.Configured`."""
RELOAD = "hub.reload"
"""A scenario's code is exchanged; data `hub.model.control.Reload`."""
GONE = "hub.device.gone"
"""A device's card was withdrawn; derived, data `Gone`."""


class Listening(Struct, frozen=True):
    """Data of LISTENING: from ``since`` to the event's log time nothing could be heard."""

    hearing: bool
    since: Instant
    reason: str = ""


class Gone(Struct, frozen=True):
    """Data of GONE: the device and the kind that its card said it was."""

    source: str
    kind: str


class Silence(Struct, frozen=True):
    """Data of STALE and FRESH: the last instant (log time) the device was heard, and why."""

    source: str
    last: Instant
    reason: str
