"""What of 应急 is on the screen. None is what nobody has said yet."""

from msgspec import Struct


class RainView(Struct, frozen=True):
    """A rain gauge: mm over the last hours."""

    hour: float
    three: float
    six: float
    twelve: float


class DistrictRainView(Struct, frozen=True):
    """A district's rain by its worst gauge, mm."""

    gauge: str
    hour: float
    three: float
    twelve: float
    gauges: int
    silent: int


class PondingView(Struct, frozen=True):
    """A ponding point: cm, and the road it closes."""

    depth: float | None
    road: str
    closed: bool


class RoadView(Struct, frozen=True):
    """A road that is closed or being opened again: the deepest water on it, cm."""

    depth: float
    points: int
    silent: int
    answer: str


class GarageView(Struct, frozen=True):
    """An underground garage that had better close, and the water near it."""

    advice: str
    points: str
    distance: int


class DetectorView(Struct, frozen=True):
    """A gas detector, %LEL."""

    lel: float
    space: str
    environment: str


class SpaceView(Struct, frozen=True):
    """A space with gas detectors (同源归并), %LEL."""

    lel: float
    detectors: int
    alarming: int
    silent: int
    rising: bool


class AroundView(Struct, frozen=True):
    """周边分析: what lies within the radius, and the nearest units."""

    cause: str
    radius: int
    lots: str
    schools: str
    hospitals: str
    lifts: str
    units: str


class FireView(Struct, frozen=True):
    """A fire zone: how many detectors of each kind alarm."""

    smoke: int
    heat: int
    silent: int
    state: str


class CoverView(Struct, frozen=True):
    """A manhole cover that is not as it should be."""

    state: str
    tilt: float


class VenueView(Struct, frozen=True):
    """A venue: occupied share of its bays, and where there is room."""

    occupancy: float
    lots: int
    room: str
    metro: str
