"""The city clock as the sensors follow it: the hub's, or one of their own where no hub tells."""

import asyncio

import structlog

from hub.model import instant as instants
from hub.model.instant import SECOND, CityClock, Duration, Instant
from sensors.control import Wire
from sensors.link import real_now

JUMP: Duration = SECOND
"""Real time by which a new clock may differ from the old one and still be the same clock."""

log = structlog.get_logger()


class Clock:
    """City time now. ``heard`` is set once the hub has told it.

    ``turned`` tells of another rate or time since it was last cleared, ``jumped`` of another time.
    """

    def __init__(self, start: Instant | None, speed: float) -> None:
        now = real_now()
        own = start is not None or speed != 1
        self._clock = CityClock(now if start is None else start, now, speed) if own else CityClock()
        self.heard = asyncio.Event()
        self.turned = self.jumped = False

    @property
    def rate(self) -> float:
        """City seconds per real second."""
        return self._clock.rate

    def now(self) -> Instant:
        """Return the city time."""
        return self._clock.at(real_now())

    def settle(self) -> None:
        """Take what the clock shows as it is: no longer turned."""
        self.turned = self.jumped = False

    def follow(self, payload: bytes) -> None:
        """Follow the hub's retained clock."""
        try:
            clock = Wire.clock(payload)
        except ValueError as error:
            log.warning("bad city clock", error=str(error))
            return
        real = real_now()
        jump = abs(clock.at(real) - self._clock.at(real))
        if jump > JUMP * clock.rate or clock.rate != self._clock.rate:
            log.info("city clock", city=instants.text(clock.at(real)), rate=clock.rate)
            self.turned = True
            self.jumped |= jump > JUMP * clock.rate
        self._clock = clock
        self.heard.set()
