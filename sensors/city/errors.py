"""What the simulated city refuses.

Refused
├── BadPlan      the city asked for cannot be built
└── BadCommand   a downlink message that no device can answer
"""


class Refused(ValueError):
    """Anything the simulated city refuses; ``detail`` is for a person."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BadPlan(Refused):
    """A size, rate or period that gives no city."""


class BadCommand(Refused):
    """A command so malformed that it has no id to answer to, or whose device is not of this city.

    ``topic`` is where it came.
    """

    def __init__(self, topic: str, detail: str) -> None:
        super().__init__(detail)
        self.topic = topic
