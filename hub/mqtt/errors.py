"""What can go wrong at the broker.

MqttError
├── BadBrokerUrl   the address of the broker cannot be used
├── Unreachable    no connection, or it ended before the broker answered
├── Refused        the broker answered, and said no
└── Lost           the connection went while something was awaited
"""


class MqttError(Exception):
    """The root of this package's errors."""


class BadBrokerUrl(MqttError):
    """CITYHUB_MQTT_URL is not `mqtt://` or `mqtts://` with a host; the URL itself is not shown."""


class Unreachable(MqttError):
    """Nobody answers; ``early`` when the connection was made but ended before a CONNACK."""

    def __init__(self, detail: str, *, early: bool = False) -> None:
        super().__init__(detail)
        self.early = early


class Refused(MqttError):
    """The broker refused the connection or a subscription; ``version`` when for its version."""

    def __init__(self, reason: str, *, version: bool = False) -> None:
        super().__init__(f"the broker refused: {reason}")
        self.version = version


class Lost(MqttError):
    """The connection was lost."""
