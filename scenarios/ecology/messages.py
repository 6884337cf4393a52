"""What 智慧生态 hears from stations, and what it derives for the `city` partition."""

from hub.sdk import Payload
from scenarios.ecology.rules import MOST

At = tuple[float, float]
"""(lng, lat), WGS-84."""


class Quality(Payload, frozen=True):
    """`city.air.quality` (FIWARE AirQualityObserved): µg/m³, CO mg/m³; None: not measured."""

    so2: float | None = None
    no2: float | None = None
    co: float | None = None
    o3: float | None = None
    pm10: float | None = None
    pm25: float | None = None


def measured(quality: Quality) -> dict[str, float]:
    """Return what was measured and can be."""
    found = {name: getattr(quality, name) for name in MOST}
    return {
        name: value
        for name, value in found.items()
        if value is not None and 0 <= value <= MOST[name]
    }


class StationHour(Payload, frozen=True):
    """`ecology.hour`: a station's hour that ended at ``end``, the means that are valid."""

    station: str
    name: str
    district: str
    end: int
    means: dict[str, float]


class StationGone(Payload, frozen=True):
    """`ecology.station-gone`: a station's card was withdrawn."""

    station: str


class School(Payload, frozen=True):
    """`ecology.school`: a school was registered; without ``at`` it is no longer there."""

    school: str
    name: str
    district: str
    at: At | None


class Heavy(Payload, frozen=True):
    """`ecology.heavy`: the air of a district is heavily polluted, or is so no longer.

    ``aqi`` of the last full hour, ``primary`` as a person reads it.
    """

    district: str
    aqi: int
    primary: str
    active: bool
