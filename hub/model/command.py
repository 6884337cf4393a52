"""Commands to devices and their answers."""

from msgspec import Raw, Struct

from hub.model.instant import Instant


class Command(Struct, frozen=True, tag="command"):
    """One downlink message: at least once, with a stable ``id`` and an expiry.

    ``id`` begins with the partition that issued it, so that the answer finds its way back.
    """

    id: str
    scenario: str
    topic: str
    name: str
    data: Raw
    expires: Instant


class Ack(Struct, frozen=True):
    """A device's answer on `$ack/{id}`: whether it did as told, and in its own words why not."""

    id: str
    ok: bool = True
    detail: str = ""
