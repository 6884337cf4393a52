"""What a device publishes: topic, payload, and where it belongs."""

import msgspec
from msgspec import Struct

from hub.model.instant import MILLISECOND, Instant, text
from hub.model.topic import ROOT

SEQUENCE_DIGITS = 10
PARKING = "parking"
GATEWAY = "gateway"


class Message(Struct, frozen=True, gc=False):
    """One publish, QoS 1, by the ``gateway``'s connection, due at city time ``at``.

    ``device``, ``sequence`` and ``id`` tell readings apart; ``id`` is empty for all else.
    """

    topic: str
    payload: bytes
    at: Instant
    gateway: str
    retain: bool = False
    device: str = ""
    sequence: str = ""
    id: str = ""


class Occupancy(Struct, frozen=True, gc=False):
    """Data of `city.parking.occupancy` (FIWARE OffStreetParking), in bays."""

    totalSpotNumber: int  # noqa: N815 the standard's name
    occupiedSpotNumber: int  # noqa: N815
    availableSpotNumber: int  # noqa: N815


class Line(Struct, frozen=True):
    """One line of a guidance sign: a car park, its free bays, its distance in metres."""

    name: str
    free: int
    distance: int


class Shown(Struct, frozen=True):
    """Data of `city.parking.sign`: what a guidance sign (诱导屏) shows now, and `guide`'s data."""

    lines: tuple[Line, ...]


class Envelope(Struct, frozen=True, gc=False, omit_defaults=True):
    """A CloudEvent 1.0, structured mode; ``sequence`` is empty where readings are not counted."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    data: Struct
    sequence: str = ""


encode = msgspec.json.Encoder().encode


def device_topic(district: str, domain: str, device: str, last: str) -> str:
    """Return a topic of a device."""
    return f"{ROOT}/{district}/{domain}/{device}/{last}"


def reading(  # every part of a reading, by keyword
    *,
    topic: str,
    domain: str,
    device: str,
    event: str,
    gateway: str,
    boot: int | None,
    ordinal: int | None,
    at: Instant,
    said: Instant,
    data: Struct,
) -> Message:
    """Return the reading of a device due at ``at``, which by its own clock is ``said``.

    After a reboot (``boot``, in seconds) the sequence starts again, so the id carries the boot:
    an id must not come twice. Without ``ordinal`` the reading is not counted, and the id is made
    of its event and its millisecond.
    """
    if ordinal is None:
        sequence, name = "", f"{device}-{event}-{at // MILLISECOND}"
    else:
        sequence = f"{ordinal:0{SEQUENCE_DIGITS}d}"
        name = f"{device}-{sequence}" if boot is None else f"{device}-{boot}-{sequence}"
    envelope = Envelope(
        "1.0", name, f"/{domain}/{device}", f"city.{domain}.{event}", text(said), data, sequence
    )
    return Message(topic, encode(envelope), at, gateway, False, device, sequence, name)
