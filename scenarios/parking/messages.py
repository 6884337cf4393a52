"""What 好停车 receives, derives and remembers. Field names: FIWARE OffStreetParking."""

from msgspec import Struct, field

from hub.sdk import Nearest, Payload, State

At = tuple[float, float]
"""(lng, lat), WGS-84."""


class Occupancy(Payload, frozen=True):
    """`city.parking.occupancy`: a lot's bays. Beyond its range it is kept, with a quality flag."""

    totalSpotNumber: int  # noqa: N815 FIWARE's name
    occupiedSpotNumber: int  # noqa: N815 FIWARE's name
    availableSpotNumber: int | None = None  # noqa: N815 FIWARE's name


class LotChanged(Payload, frozen=True):
    """`parking.lot-changed`: what the city needs to know of a lot. ``level`` None: no data."""

    lot: str
    name: str
    district: str
    area: str
    area_name: str
    at: At
    free: int
    total: int
    level: str | None
    saturated: bool


class SignFound(Payload, frozen=True):
    """`parking.sign-found`: a guidance sign was registered."""

    sign: str
    name: str
    district: str
    at: At


class SignGone(Payload, frozen=True):
    """`parking.sign-withdrawn`: a guidance sign was taken down."""

    sign: str


class Line(Struct, frozen=True):
    """One line of a sign: a lot, its free bays, and how far it is in metres."""

    name: str
    free: int
    distance: int


class LotGone(Payload, frozen=True):
    """`parking.lot-gone`: a lot is no longer there, or no longer in that area or place."""

    lot: str
    area: str
    at: At


class Offer(Payload, frozen=True):
    """`parking.offer`: the lots of a cell that a sign may guide to, the nearest first."""

    sign: str
    cell: str
    lines: tuple[Line, ...]


class Lines(Struct, frozen=True):
    """The data of the command `guide`: what a sign has to show."""

    lines: tuple[Line, ...]


class LotState(State):
    """A lot: its level, saturation, and what the city was told last.

    ``full`` from the occupancy that saturates until the one that relieves, however long it lasts.
    """

    level: str | None = None
    saturated: bool = False
    full: bool = False
    told: LotChanged | None = None


class Member(Struct, frozen=True, array_like=True):
    """A lot as its 商圈 keeps it: no larger than it must be, an area is written at each change."""

    at: At
    free: int
    known: bool
    saturated: bool


class AreaState(State):
    """A 商圈: its lots by id."""

    name: str = ""
    district: str = ""
    saturated: bool = False
    lots: dict[str, Member] = field(default_factory=dict)


class Vacant(Struct, frozen=True, array_like=True):
    """A lot with room as its cell keeps it: no larger than it must be, a cell may have hundreds."""

    name: str
    free: int


class CellState(State):
    """The lots with room of a cell, and the nearest of them to each sign within reach."""

    lots: dict[str, Vacant] = field(default_factory=dict)
    near: Nearest = field(default_factory=Nearest)


class ShownLine(Struct, frozen=True):
    """A line as a sign reports it: how it writes a distance is its own affair."""

    name: str
    free: int
    distance: float = 0.0


class SignShows(Payload, frozen=True):
    """`city.parking.sign` and `parking.sign-shows`: what a sign shows."""

    lines: tuple[ShownLine, ...]


class SignState(State):
    """A sign: what the cells offer it, what it was told, and whether it did as told."""

    sign: SignFound | None = None
    offers: dict[str, tuple[Line, ...]] = field(default_factory=dict)
    wanted: tuple[Line, ...] = ()
    lines: tuple[Line, ...] = ()
    command: str = ""
    state: str = ""
    pausing: bool = False
    differs: bool = False


class LotView(Struct, frozen=True):
    """A lot on the screen."""

    availableSpotNumber: int  # noqa: N815 FIWARE's name
    occupiedSpotNumber: int  # noqa: N815 FIWARE's name
    totalSpotNumber: int  # noqa: N815 FIWARE's name
    occupancy: float
    area: str
    simulated: bool


class AreaView(Struct, frozen=True):
    """A 商圈 on the screen."""

    saturated: float
    free: int
    lots: int
    silent: int


class SignView(Struct, frozen=True):
    """A sign on the screen."""

    lines: str
    answer: str
