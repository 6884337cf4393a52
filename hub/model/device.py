"""The device's card (设备台账): what it is, where it is registered, how often it reports."""

from typing import Literal

from msgspec import Struct, field

from hub.model.instant import SECOND, Duration, Instant


class Reporting(Struct, frozen=True, omit_defaults=True):
    """`periodic` with its ``period`` in seconds of city time, or `on-change` with none."""

    mode: Literal["periodic", "on-change"] = "on-change"
    period: float | None = None

    def __post_init__(self) -> None:
        if self.mode == "periodic" and (self.period is None or self.period <= 0):
            message = "a periodic device needs a period above 0 seconds"
            raise ValueError(message)


class Card(Struct, frozen=True, omit_defaults=True):
    """The retained `$device` message. ``lng``/``lat`` in degrees WGS-84; ``via`` its gateway.

    ``exercise`` says that the device is played (`cityhub replay --target mqtt`).
    """

    name: str
    kind: str
    lng: float | None = None
    lat: float | None = None
    reporting: Reporting = Reporting()
    unit: str = ""
    via: str = ""
    attributes: dict[str, str | int | float | bool | None] = field(default_factory=dict)
    exercise: bool = False

    def __post_init__(self) -> None:
        if self.lng is not None and not -180 <= self.lng <= 180:  # noqa: PLR2004 degrees
            message = f"lng {self.lng} is outside -180..180"
            raise ValueError(message)
        if self.lat is not None and not -90 <= self.lat <= 90:  # noqa: PLR2004 degrees
            message = f"lat {self.lat} is outside -90..90"
            raise ValueError(message)

    @property
    def at(self) -> tuple[float, float] | None:
        """(lng, lat) or None when the card has no place."""
        return None if self.lng is None or self.lat is None else (self.lng, self.lat)

    @property
    def period(self) -> Duration | None:
        """The reporting period, or None for an on-change device."""
        reporting = self.reporting
        return None if reporting.period is None else round(reporting.period * SECOND)


class Device(Struct, omit_defaults=True):
    """What the hub knows of one device; one row of 设备台账, written with every reading.

    ``heard`` is the log time of its last reading, ``said`` the latest device time, ``deaf`` the
    partition's total deafness when it was last heard, ``recent`` the hashes of its last event ids,
    8 bytes each, ``hole`` the first sequence number that may still be sent again, or -1,
    ``exercise`` whether what it said last was an exercise, ``lost`` when it last fell silent, went
    offline or was withdrawn.
    """

    source: str
    district: str
    card: Card | None = None
    online: bool | None = None
    stale: bool = False
    heard: Instant = 0
    said: Instant = 0
    deaf: Duration = 0
    sequence: int = -1
    recent: bytes = b""
    accepted: int = 0
    duplicates: int = 0
    late: int = 0
    gaps: int = 0
    missing: int = 0
    hole: int = -1
    resets: int = 0
    watched: bool = False
    exercise: bool = False
    lost: Instant = 0
    entities: list[str] = field(default_factory=list)

    @property
    def registered(self) -> bool:
        """Whether its card has been seen (an unknown device is accepted and listed)."""
        return self.card is not None
