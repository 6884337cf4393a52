"""What 好就医 derives for the `city` partition, and what it reads from others."""

from msgspec import Struct

from hub.sdk import Payload, metres
from scenarios.hospital.rules import Crowding

At = tuple[float, float]
"""(lng, lat), WGS-84."""


class HospitalFound(Payload, frozen=True):
    """`hospital.found`: a hospital was registered."""

    hospital: str
    name: str
    at: At
    district: str


class HospitalGone(Payload, frozen=True):
    """`hospital.gone`: a hospital's card was withdrawn; ``at`` is where it was."""

    hospital: str
    at: At
    district: str


class CrowdingChanged(Payload, frozen=True):
    """`hospital.crowding`: how crowded an emergency department is.

    ``alerted`` while the hospital itself is told that it is crowded, ``full`` while its wards are.
    ``fresh`` is false when the hospital fell silent: then the rest is what it said last.
    """

    hospital: str
    name: str
    at: At
    district: str
    nedocs: float
    band: Crowding
    alerted: bool = False
    full: bool = False
    fresh: bool = True


class Divertible(Struct, frozen=True):
    """A hospital that has room: metres from the crowded one, and its score."""

    hospital: str
    name: str
    distance: int
    nedocs: float


class Diversion(Payload, frozen=True):
    """`hospital.diversion`: 分流建议 for 120. ``to`` empty and ``active`` true: nobody has room.

    ``levels`` are the only triage levels it is for; ``kept`` names the centres it never touches.
    """

    hospital: str
    name: str
    at: At
    active: bool
    levels: tuple[int, ...]
    kept: tuple[str, ...]
    to: tuple[Divertible, ...]


class CallTaken(Payload, frozen=True):
    """`hospital.call`: a call to 120 and where help is wanted."""

    call: str
    at: At


class RunChanged(Payload, frozen=True):
    """`hospital.run`: an ambulance's state, call, hospital or nearest node changed."""

    ambulance: str
    name: str
    at: At
    status: str
    call: str
    hospital: str
    node: str


class RoadFound(Payload, frozen=True):
    """`hospital.road-found`: a section of the road graph; ``length`` in metres."""

    road: str
    name: str
    start: str
    end: str
    start_at: At
    end_at: At
    length: float


class RoadGone(Payload, frozen=True):
    """`hospital.road-gone`: a section's card was withdrawn."""

    road: str


class RoadFlow(Payload, frozen=True):
    """`hospital.road-flow`: km/h on a section now and when it is free, and whether it is closed."""

    road: str
    speed: float
    free: float
    closed: bool


class Arrival(Payload, frozen=True):
    """`hospital.eta`: an ambulance comes later than was told. ``hospital`` empty: to its call.

    ``minutes`` from now, ``wasMinutes`` by what was told last; both None: no road is open.
    """

    call: str
    ambulance: str
    hospital: str
    minutes: float | None
    wasMinutes: float | None  # noqa: N815 the contract's name
    cause: str


class ParkFound(Payload, frozen=True):
    """`hospital.park-found`: a car park serves a hospital, or does so no longer."""

    lot: str
    at: At
    serves: bool


class OwnPark(Struct, frozen=True):
    """A hospital's own car park; ``full`` is None without data."""

    lot: str
    name: str
    full: bool | None


class ParksNear(Payload, frozen=True):
    """`hospital.parks-near`: what one cell has for a hospital.

    Its own car parks, and those with room within reach: (metres, name), the nearest first.
    """

    hospital: str
    cell: str
    own: tuple[OwnPark, ...] = ()
    room: tuple[tuple[int, str], ...] = ()


class ParkFull(Payload, frozen=True):
    """`hospital.parking`: a hospital's full car parks and, nearest first, lots with room."""

    hospital: str
    full: tuple[str, ...]
    room: tuple[str, ...]


class Temperature(Payload, frozen=True):
    """`hospital.temperature`: ℃ at a weather station; None when it fell silent."""

    station: str
    temperature: float | None


class Demand(Payload, frozen=True):
    """`hospital.demand`: share of emergency visits that cold adds in the next 24 hours."""

    temperature: float
    extra: float
    raised: bool


class HeavyAir(Payload, frozen=True):
    """`ecology.heavy` of 智慧生态: the air of a district is heavily polluted, or no longer is."""

    district: str
    aqi: int
    primary: str
    active: bool


def nearest(at: At, places: dict[str, At]) -> str:
    """Return the name of the nearest place, by name among equals; empty for no places."""
    return min(places, key=lambda name: (metres(at, places[name]), name), default="")


# -- of other scenarios: what 好就医 needs of what they say --------------------------------------


class LotChanged(Payload, frozen=True):
    """`parking.lot-changed`: a car park. ``level`` None: no data."""

    lot: str
    name: str
    at: At
    free: int
    total: int
    level: str | None


class LotGone(Payload, frozen=True):
    """`parking.lot-gone`: a car park is no longer there."""

    lot: str
    at: At


class RoadClosed(Payload, frozen=True):
    """`emergency.road-closed`: a road is to be closed, or open again."""

    road: str
    closed: bool
