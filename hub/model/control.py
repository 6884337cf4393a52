"""What is done to a scenario as a whole: data of events that go to every partition."""

from typing import Any

from msgspec import Struct


class Release(Struct, frozen=True):
    """Data of `hub.release`: call the scenario again.

    What it missed up to ordinal ``forget`` is given up, because the log holds it no more.
    """

    scenario: str
    forget: int = 0


class Reload(Struct, frozen=True):
    """Data of `hub.reload`: run the code that the scenario's folder holds now.

    ``key`` is the action's, so that all partitions of a process load it once.
    """

    scenario: str
    key: str


class Configured(Struct, frozen=True):
    """Data of CONFIGURED: fields of a scenario's configuration and their new values."""

    scenario: str
    values: dict[str, Any]
