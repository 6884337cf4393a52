"""Dead letters: messages and events that could not be used, with the reason and the original."""

import base64

from msgspec import Struct

from hub.model.event import Position
from hub.model.instant import Instant, text
from hub.model.limits import ORIGINAL_BYTES


class Rejection(Struct, frozen=True):
    """What ingest could not take: data of a `hub.rejected` event."""

    topic: str
    reason: str
    detail: str
    original: str
    encoding: str
    size: int
    truncated: bool


class DeadLetter(Struct, frozen=True, tag="letter"):
    """A row of `/api/deadletters`; ``position`` is its id."""

    position: str
    time: str
    topic: str
    reason: str
    detail: str
    original: str
    encoding: str
    size: int
    truncated: bool
    handler: str = ""


def rejection(topic: str, payload: bytes, reason: str, detail: str) -> Rejection:
    """Return the rejection of a payload: text where it is UTF-8, else base64, cut to a bound."""
    kept = payload[:ORIGINAL_BYTES]
    cut = len(payload) > ORIGINAL_BYTES
    try:
        original, encoding = kept.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        # A cut may fall inside a character: that alone does not make the text binary.
        if cut and error.start >= len(kept) - 3:
            original, encoding = kept[: error.start].decode("utf-8"), "utf-8"
        else:
            original, encoding = base64.b64encode(kept).decode("ascii"), "base64"
    return Rejection(topic, reason, detail, original, encoding, len(payload), cut)


def letter(position: Position, time: Instant, what: Rejection, handler: str = "") -> DeadLetter:
    """Return the dead letter of a rejection at its position in the log."""
    return DeadLetter(
        position=str(position),
        time=text(time),
        topic=what.topic,
        reason=what.reason,
        detail=what.detail,
        original=what.original,
        encoding=what.encoding,
        size=what.size,
        truncated=what.truncated,
        handler=handler,
    )
