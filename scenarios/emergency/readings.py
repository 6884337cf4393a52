"""What the devices of 应急 report. Field names are those of docs/devices.md."""

from hub.sdk import Payload


class Rainfall(Payload, frozen=True):
    """`city.weather.rainfall`: mm since the gauge's last report."""

    precipitation: float


class WaterLevel(Payload, frozen=True):
    """`city.flood.level`: depth of water on the road, cm."""

    waterLevel: float  # noqa: N815 named as on the wire


class Concentration(Payload, frozen=True):
    """`city.gas.concentration`: combustible gas, % of its lower explosive limit (LEL)."""

    lel: float


class Smoke(Payload, frozen=True):
    """`city.fire.smoke`: whether a smoke detector alarms."""

    alarm: bool


class Heat(Payload, frozen=True):
    """`city.fire.heat`: whether a heat detector alarms, ℃."""

    alarm: bool
    temperature: float | None = None


class Cover(Payload, frozen=True):
    """`city.manhole.cover`: a manhole cover; ``tilt`` in degrees, ``water`` in the well."""

    missing: bool = False
    tilt: float = 0.0
    water: bool = False
