"""Why an alert changed: what an operator asks first, and an author next."""

from msgspec import Raw, Struct

from hub.model.alert import Level


class Cause(Struct, frozen=True):
    """The event that led to it; ``data`` is JSON, null when it is too large to be kept."""

    id: str
    source: str
    type: str
    time: str | None
    district: str
    subject: str
    data: Raw


class Waiting(Struct, frozen=True):
    """A timer of the key that was running then."""

    name: str
    due: str


class Reason(Struct, frozen=True):
    """One change of an alert: ``position`` in the log, who changed it to what, and on what ground.

    ``cause`` names the call, ``before`` and ``after`` are the key's state (JSON), null where there
    was none or it is too large to be kept.
    """

    time: str
    position: str
    cause: str
    handler: str
    key: str
    active: bool
    level: Level | None
    title: str
    text: str
    exercise: bool
    event: Cause
    before: Raw
    after: Raw
    timers: tuple[Waiting, ...]
