"""What the sensors and whoever directs them say to each other, beside the devices.

`cityhub/sensors`        retained, by the publisher: who simulates, which stories play
`cityhub/sensors/story`  a request to it: play a story, or call one off
`cityhub/clock/set`      a request to the hub: turn the city clock

They are obeyed on trust, so the broker must keep them to loopback (or its access list to the hub).
"""

import msgspec
from msgspec import Struct

from hub.model import instant as instants
from hub.model.instant import MINUTE, SECOND, CityClock, Duration, Instant
from sensors.city.story import Play

STATUS_TOPIC = "cityhub/sensors"
STORY_TOPIC = "cityhub/sensors/story"
CLOCK_SET_TOPIC = "cityhub/clock/set"

STATUS_EVERY = 1.0
"""Real seconds between two retained statuses, and two looks at the phases of stories."""
ALIVE: Duration = 15 * SECOND
"""Real time after which a status is that of a publisher that has died."""

encode = msgspec.json.Encoder().encode


class Wire(Struct, frozen=True):
    """The retained `cityhub/clock`."""

    city: str
    real: str
    rate: float

    @classmethod
    def clock(cls, payload: bytes) -> CityClock:
        """Return the clock of a payload; raise ValueError when it is none."""
        wire = msgspec.json.decode(payload, type=cls)
        return CityClock(instants.parse(wire.city), instants.parse(wire.real), wire.rate)


class Rate(Struct, frozen=True):
    """`cityhub/clock/set`: city seconds per real second."""

    rate: float


class Request(Struct, frozen=True, omit_defaults=True):
    """`cityhub/sensors/story`: play ``name``, ``minutes`` of city time from now, or ``end`` it."""

    name: str
    minutes: float = 0.0
    end: bool = False


class Playing(Struct, frozen=True):
    """One story in the status: from when until when (city time, RFC 3339)."""

    name: str
    since: str
    until: str


class Status(Struct, frozen=True):
    """`cityhub/sensors`: the simulated city at a real instant (RFC 3339)."""

    seed: int
    devices: int
    real: str
    stories: tuple[Playing, ...] = ()

    def alive(self, real: Instant) -> bool:
        """Return whether its publisher still runs, as far as one can tell."""
        return real - instants.parse(self.real) < ALIVE


def playing(play: Play) -> Playing:
    """Return a play as the status tells it."""
    return Playing(play.story.name, instants.text(play.start), instants.text(play.until))


def minutes_of(play: Playing, at: Instant) -> float:
    """Return the story's minute at a city instant."""
    return (at - instants.parse(play.since)) / MINUTE
