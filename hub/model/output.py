"""What the machine puts out: the second log, read by the screen, the outbox and the archive."""

from msgspec import Struct

from hub.model.event import Event


class Shown(Struct, frozen=True, tag="shown"):
    """A screen entity changed; ``json`` is it encoded once for all screens, None when removed.

    What a screen filters by stands beside it, so that nobody decodes it again. Lossy: within a
    commit only the last one of an entity is kept, and it has no output ordinal.
    """

    id: str
    layer: str
    district: str
    at: tuple[float, float] | None
    json: bytes | None


class Incident(Struct, frozen=True, tag="incident"):
    """An alert changed; ``json`` is the Alert. Lossless, ordered by its output ordinal."""

    id: str
    json: bytes


class Forward(Struct, frozen=True, tag="forward"):
    """A derived event for another partition; the forwarder appends it there."""

    partition: str
    event: Event


class Downlink(Struct, frozen=True, tag="downlink"):
    """A command for a device; ``json`` is what goes over the wire, unless it is an ``exercise``."""

    id: str
    topic: str
    expires: int
    json: bytes
    exercise: bool = False


class Answer(Struct, frozen=True, tag="answer"):
    """The outcome of an operator's action; ``json`` is the Outcome."""

    key: str
    json: bytes


class Letter(Struct, frozen=True, tag="letter"):
    """A dead letter was written; ``json`` is it."""

    position: str
    reason: str
    json: bytes


class Job(Struct, frozen=True, tag="job"):
    """An action of a scenario, to be run after the commit: at least once, with the same ``id``.

    ``json`` is its data; one try may take ``deadline`` µs, and there are at most ``tries``. One of
    an ``exercise`` is put out like any other and never run.
    """

    id: str
    scenario: str
    action: str
    json: bytes
    deadline: int
    tries: int
    exercise: bool = False

    @property
    def key(self) -> str:
        """The idempotency key: the same for every try, and in every replay."""
        return self.id


Output = Shown | Incident | Forward | Downlink | Answer | Letter | Job
"""All but Shown are lossless and numbered by the output ordinal."""
