"""What can go wrong before the private broker runs."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BrokerConfigError(ValueError):
    """A setting that cannot be written into a broker's configuration."""

    option: str
    value: str

    def __str__(self) -> str:
        return f"{self.option}: {self.value!r} cannot be used"


@dataclass(frozen=True)
class NoBrokerError(RuntimeError):
    """Neither kind of broker is installed; `missing` says what was looked for."""

    missing: tuple[str, ...]

    def __str__(self) -> str:
        return (
            "no MQTT broker: install mosquitto, or the embedded broker with `make`, "
            f"or set CITYHUB_MQTT_URL (looked for: {', '.join(self.missing)})"
        )
