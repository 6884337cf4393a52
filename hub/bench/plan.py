"""What is published: devices of the bench's own with cards, and readings that look like a lot's."""

import msgspec
from msgspec import Struct

from hub.model.device import Card, Reporting
from hub.model.instant import Instant, text

DISTRICT = "210102"
DOMAIN = "parking"
TYPE = "city.parking.occupancy"
LAYER = "parking.lot"
PREFIX = f"/{DOMAIN}/bench-"
"""Beginning of the sources of all devices of the bench."""

BAYS = 100
FEWEST, MOST, STEP = 20, 80, 2
"""Cars in a lot go from the fewest to the most and back in steps: levels change, the city hears of
every third reading as of a real lot, and no lot stays full long enough for an alert."""

CORNER = (122.45, 41.40)
"""(lng, lat) south of the city: no real guidance sign may lead drivers to a lot of the bench."""
ROW, APART = 50, 0.005
"""Lots in a row to the east, rows to the south, and degrees between two: some 4 in a square
kilometre, as in the centre of the simulated city. What is near each other costs the most."""

MOST_READINGS = 1_000_000
"""Most readings of a run: each is kept in memory until the end, some 500 bytes."""

_encode = msgspec.json.Encoder().encode


class Plan(Struct, frozen=True):
    """One measurement: readings a second (None: as fast as they are acknowledged), length, devices.

    ``run`` tells it from other measurements: it is part of every event's id.
    """

    rate: float | None
    seconds: float
    devices: int
    run: str


class _Data(Struct):
    totalSpotNumber: int  # noqa: N815 FIWARE's name
    occupiedSpotNumber: int  # noqa: N815 FIWARE's name
    availableSpotNumber: int  # noqa: N815 FIWARE's name


class _Reading(Struct):
    specversion: str
    id: str
    source: str
    type: str
    time: str
    sequence: str
    data: _Data


def name(index: int) -> str:
    """Return the name of the device at an index from 0: `bench-0001` and so on."""
    return f"bench-{index + 1:04d}"


def source(index: int) -> str:
    """Return the CloudEvents source of a device."""
    return f"/{DOMAIN}/{name(index)}"


def entity(index: int) -> str:
    """Return the id under which the screen shows a device."""
    return f"{LAYER}/{name(index)}"


def card_topic(index: int) -> str:
    """Return where a device's card is retained."""
    return f"city/{DISTRICT}/{DOMAIN}/{name(index)}/$device"


def topic(index: int) -> str:
    """Return where a device publishes."""
    return f"city/{DISTRICT}/{DOMAIN}/{name(index)}/occupancy"


def card(index: int) -> bytes:
    """Return a device's card: on-change, so that it does not go stale when the bench ends."""
    column, row = index % ROW, index // ROW
    return _encode(
        Card(
            name=f"bench {index + 1}",
            kind="OffStreetParking",
            lng=round(CORNER[0] + column * APART, 6),
            lat=round(CORNER[1] - row * APART, 6),
            reporting=Reporting("on-change"),
            unit="bays",
            attributes={"totalSpotNumber": BAYS, "simulated": True},
        )
    )


def reading(plan: Plan, index: int, sequence: int, time: Instant) -> bytes:
    """Return a device's reading."""
    cars = occupied(index, sequence)
    digits = f"{sequence:010d}"
    return _encode(
        _Reading(
            specversion="1.0",
            id=f"{name(index)}-{plan.run}-{digits}",
            source=source(index),
            type=TYPE,
            time=text(time),
            sequence=digits,
            data=_Data(BAYS, cars, BAYS - cars),
        )
    )


def occupied(index: int, sequence: int) -> int:
    """Return the cars in a lot: up and down between FEWEST and MOST."""
    span = MOST - FEWEST
    phase = ((sequence + index) * STEP) % (2 * span)
    return FEWEST + (phase if phase <= span else 2 * span - phase)
