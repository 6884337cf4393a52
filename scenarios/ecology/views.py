"""What of 智慧生态 is on the screen. None: not enough was measured. µg/m³, CO mg/m³."""

from msgspec import Struct


class StationView(Struct, frozen=True):
    """A station: its last hour, the 24 hours up to it, and the hour's means."""

    aqi: int | None
    primary: str
    dayAqi: int | None  # noqa: N815 named as on the wire
    dayPrimary: str  # noqa: N815 named as on the wire
    pm25: float | None
    pm10: float | None
    o3: float | None
    no2: float | None
    so2: float | None
    co: float | None


class CityView(Struct, frozen=True):
    """The city's air: the mean of its stations."""

    aqi: int | None
    primary: str
    dayAqi: int | None  # noqa: N815 named as on the wire
    dayPrimary: str  # noqa: N815 named as on the wire
    stations: int
    heavy: str


class SchoolView(Struct, frozen=True):
    """A school in heavily polluted air."""

    advice: str
    aqi: int
    primary: str
