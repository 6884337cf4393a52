"""Commands to devices and their answers."""

from msgspec import Struct

from hub.model.instant import Instant


class Command(Struct, frozen=True, tag="command"):
    """One downlink message: at least once, with a stable ``id`` and an expiry.

    ``id`` begins with the partition that issued it, so that the answer finds its way back;
    ``data`` is JSON. One of an ``exercise`` is put out like any other and never sent.
    """

    id: str
    scenario: str
    topic: str
    name: str
    data: bytes
    expires: Instant
    exercise: bool = False


class Ack(Struct, frozen=True):
    """A device's answer on `$ack/{id}`: whether it did as told, and in its own words why not."""

    id: str
    ok: bool = True
    detail: str = ""
