"""Who plays in a story, and what of it is worth noting: as little of the city as tells it."""

from math import inf

from msgspec import Struct

from sensors.city.geo import Point
from sensors.city.size import Size


class Role(Struct, frozen=True):
    """Devices that report ``event`` in the minutes [since, until); with ``near`` within ``radius``.

    ``radius`` is in metres.
    """

    event: str
    since: float = 0
    until: float = inf
    near: Point | None = None
    radius: float = 0


class Cast(Struct, frozen=True):
    """The city of a story, its roles, and what each scenario's golden lines note.

    It begins ``hours`` after 8 in the morning. ``notes`` name, for each scenario, kinds of alerts,
    types of derived events, names of commands.
    """

    size: Size
    roles: tuple[Role, ...]
    notes: dict[str, tuple[str, ...]]
    hours: float = 0


_STADIUM = (123.4499, 41.7406)
_SMALL = {"lots": 1, "gauges": 1, "ponds": 1, "detectors": 1, "zones": 1, "covers": 1}

CASTS = {
    "rainstorm": Cast(
        Size(**{**_SMALL, "lots": 60, "gauges": 20, "ponds": 60}),
        (
            Role("rainfall"),
            Role("level"),
            # While roads close: an ambulance under way is told late by what happens then.
            Role("flow", 70, 130),
            Role("position", 70, 130),
        ),
        {
            "emergency": (
                "rain", "ponding", "garage", "road",
                "emergency.rain-level", "emergency.road-closed", "close", "open",
            ),
            "hospital": ("late", "hospital.eta"),
        },
    ),
    "gas-leak": Cast(
        Size(**{**_SMALL, "lots": 120, "detectors": 9}),
        (Role("concentration"),),
        {"emergency": ("gas", "surroundings", "emergency.gas", "emergency.surroundings")},
    ),
    "match-day": Cast(
        Size(**{**_SMALL, "lots": 343}),
        (Role("occupancy", near=_STADIUM, radius=3_000),),
        {"emergency": ("venue",), "parking": ("saturated",)},
        hours=9.5,
    ),
    "cold-wave": Cast(
        Size(**_SMALL),
        (Role("observation"), Role("ed"), Role("beds")),
        {"hospital": ("cold", "crowded", "diversion", "icu")},
    ),
    "heavy-pollution": Cast(
        Size(**{**_SMALL, "schools": 30, "air": 11}),
        (Role("quality"),),
        {"ecology": ("air", "ecology.heavy"), "hospital": ("air",)},
    ),
}  # fmt: skip
"""By the name of the story."""
