"""What is done to a scenario as a whole: data of events that go to every partition."""

from msgspec import Struct


class Release(Struct, frozen=True):
    """Data of `hub.release`: call the scenario again.

    What it missed up to ordinal ``forget`` is given up, because the log holds it no more.
    """

    scenario: str
    forget: int = 0
