"""Commands to devices and their answers."""

from msgspec import Struct

from hub.model.instant import Instant


class Command(Struct, frozen=True, tag="command"):
    """One downlink message: at least once, with a stable ``id`` and an expiry.

    ``id`` begins with the partition that issued it, so that the answer finds its way back;
    ``data`` is JSON.
    """

    id: str
    scenario: str
    topic: str
    name: str
    data: bytes
    expires: Instant


class Ack(Struct, frozen=True):
    """A device's answer on `$ack/{id}`: whether it did as told, and in its own words why not."""

    id: str
    ok: bool = True
    detail: str = ""
