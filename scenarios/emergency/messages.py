"""What 应急 derives: between its own handlers, and for other scenarios.

For others: `RoadClosed`, `RainLevel`, `Gas`, `Surroundings`. Of others: its own view of what 好停车
says of lots. Places are (lng, lat), WGS-84.
"""

from msgspec import Struct

from hub.sdk import Level, Payload

At = tuple[float, float]
"""(lng, lat), WGS-84."""


# -- for other scenarios --------------------------------------------------------------------------


class RoadClosed(Payload, frozen=True):
    """`emergency.road-closed`: a road is to be closed, or open again. ``depth`` in cm."""

    road: str
    name: str
    at: At | None
    closed: bool
    depth: float


class RainLevel(Payload, frozen=True):
    """`emergency.rain-level`: a district's rain level; None when there is none any longer."""

    district: str
    level: Level | None


class Gas(Payload, frozen=True):
    """`emergency.gas`: a space's level changed. ``lel`` in %LEL; ``grave`` from 35 %LEL."""

    space: str
    name: str
    at: At | None
    district: str
    level: Level | None
    lel: float
    grave: bool


class Near(Struct, frozen=True):
    """A place or unit by name, and how far it is in metres."""

    name: str
    distance: int


class Surroundings(Payload, frozen=True):
    """`emergency.surroundings`: what lies within ``radius`` metres of a cause, nearest first.

    ``fire``, ``medical`` (120) and ``gas`` are the nearest units, an advice whom to task.
    ``active`` is false when the cause is over; the lists are empty then.
    """

    cause: str
    space: str
    at: At
    radius: int
    active: bool
    lots: tuple[Near, ...] = ()
    schools: tuple[Near, ...] = ()
    hospitals: tuple[Near, ...] = ()
    lifts: tuple[Near, ...] = ()
    fire: Near | None = None
    medical: Near | None = None
    gas: Near | None = None


# -- between the handlers of this scenario --------------------------------------------------------


class GaugeChanged(Payload, frozen=True):
    """`emergency.rain-gauge`: a gauge's level, and mm over 1, 3, 6 and 12 hours."""

    gauge: str
    name: str
    at: At | None
    district: str
    level: Level | None
    silent: bool
    hour: float
    three: float
    six: float
    twelve: float


class PondingChanged(Payload, frozen=True):
    """`emergency.ponding`: a ponding point's level. ``road`` empty: it lies on none we know."""

    point: str
    name: str
    at: At | None
    district: str
    road: str
    level: Level | None
    depth: float
    silent: bool


class RoadFound(Payload, frozen=True):
    """`emergency.road-found`: a road section that takes commands was registered."""

    road: str
    name: str
    at: At | None
    district: str


class RoadGone(Payload, frozen=True):
    """`emergency.road-gone`: a road section takes commands no longer."""

    road: str


class PlaceFound(Payload, frozen=True):
    """`emergency.place`: a place of the register. ``at`` None: gone; ``was``: where it was."""

    place: str
    kind: str
    name: str
    district: str
    at: At | None
    was: At | None
    underground: bool


class Threat(Payload, frozen=True):
    """`emergency.threat`: in this rain a ponding point threatens the garages near it.

    ``water``: it stands there already.
    """

    point: str
    name: str
    at: At
    active: bool
    level: Level
    water: bool = False


class DetectorChanged(Payload, frozen=True):
    """`emergency.gas-detector`: a detector's level. ``limit`` is the %LEL it reached, or 0.

    ``gone``: it is no longer in that space.
    """

    detector: str
    name: str
    space: str
    environment: str
    at: At | None
    district: str
    lel: float
    limit: float
    level: Level | None
    rising: bool
    silent: bool = False
    gone: bool = False


class Ask(Payload, frozen=True):
    """`emergency.surroundings-asked`: what lies around ``at``? Units are found already."""

    space: str
    cause: str
    at: At
    district: str
    level: Level
    fire: Near | None
    medical: Near | None
    gas: Near | None


class Part(Payload, frozen=True):
    """`emergency.surroundings-part`: what one cell of the register has within the radius."""

    space: str
    cell: str
    lots: tuple[Near, ...]
    schools: tuple[Near, ...]
    hospitals: tuple[Near, ...]
    lifts: tuple[Near, ...]


class FireAlarm(Payload, frozen=True):
    """`emergency.fire-alarm`: a smoke or heat detector of a zone began or ceased to alarm.

    ``began`` is when it last did, ``gone``: it is no longer in that zone.
    """

    detector: str
    heat: bool
    zone: str
    building: str
    name: str
    at: At | None
    district: str
    alarm: bool
    began: int
    silent: bool = False
    gone: bool = False


# -- of other scenarios ---------------------------------------------------------------------------


class LotChanged(Payload, frozen=True):
    """`parking.lot-changed`: a lot near a venue. ``level`` None: no data."""

    lot: str
    name: str
    at: At
    free: int
    total: int
    level: str | None


class LotGone(Payload, frozen=True):
    """`parking.lot-gone`: a lot is no longer there."""

    lot: str
    at: At
