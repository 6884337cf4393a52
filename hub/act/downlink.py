"""Sends the commands of one partition to their devices: at least once, with a stable id, in time.

A command whose PUBACK has come is noted as done; after a restart those that were not are sent
again, and the device drops a repeat by its id. A command that has expired is not sent any more.
"""

import asyncio
from collections.abc import Callable, Iterable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.act.forwarder import BLOCK_MILLISECONDS, PAGES, RETRY_SECONDS
from hub.edge import pause
from hub.log.outputs import Emitted, Outputs
from hub.log.vitals import Vitals
from hub.model.instant import Instant
from hub.model.output import Downlink
from hub.mqtt.errors import Lost, Refused
from hub.mqtt.link import Link

log = structlog.get_logger()

HOLDER = "act"
WINDOW = 100
"""Commands that wait for their PUBACK at the same time (our default)."""
CONNECT_SECONDS = 1.0
"""How long to wait for the broker before looking again what has expired."""


class Sender:
    """Reads the outputs of ``source`` and publishes its downlinks on ``link``."""

    def __init__(
        self, redis: Redis, source: str, link: Link, now: Callable[[], Instant], vitals: Vitals
    ) -> None:
        self.source = source
        self.trouble = ""
        self._outputs = Outputs(redis, source)
        self._link, self._now, self._vitals = link, now, vitals
        self._position = 0

    async def run(self, over: asyncio.Event) -> None:
        """Send until ``over``."""
        started = False
        while not over.is_set():
            try:
                if not started:
                    self._position = await self._outputs.held(HOLDER)
                    await self._outputs.hold(HOLDER, self._position)
                    started = True
                await self._step(over)
                self.trouble = ""
            except (RedisError, OSError) as error:
                self._vitals.count("downlink_failures")
                if self.trouble != str(error):
                    log.warning("act.downlink_waits", partition=self.source, error=str(error))
                self.trouble = str(error)
                await pause(over, RETRY_SECONDS)

    async def _step(self, over: asyncio.Event) -> None:
        pages = await self._outputs.after(self._position, PAGES, BLOCK_MILLISECONDS)
        for page in pages:
            found = [e for e in page.outputs if e.ordinal > self._position]
            for window in _windows(found):
                if not await self._send(window, over):
                    return
                await self._hold(window[-1].ordinal)
            self._position = int(page.cursor.partition("-")[0])
        if pages:
            await self._hold(self._position)

    async def _hold(self, ordinal: int) -> None:
        self._position = ordinal
        await self._outputs.hold(HOLDER, ordinal)

    async def _send(self, window: list[Emitted], over: asyncio.Event) -> bool:
        """Publish a window and await all PUBACKs; False when it is over before that."""
        left = self._real([e.output for e in window if isinstance(e.output, Downlink)])
        while left := self._in_time(left):
            if over.is_set():
                return False
            results = await asyncio.gather(*map(self._publish, left))
            left = [what for what, done in zip(left, results, strict=True) if not done]
            if left:
                await self._broker()
        return True

    def _real(self, downlinks: list[Downlink]) -> list[Downlink]:
        """Return what is no exercise: that never reaches a device."""
        real = [what for what in downlinks if not what.exercise]
        if len(real) < len(downlinks):
            self._vitals.count("downlinks_dropped|reason=exercise", len(downlinks) - len(real))
        return real

    def _in_time(self, downlinks: list[Downlink]) -> list[Downlink]:
        now = self._now()
        kept = [what for what in downlinks if what.expires >= now]
        for what in downlinks:
            if what.expires < now:
                self._vitals.count("downlinks_dropped|reason=expired")
                log.info("act.expired", id=what.id, topic=what.topic)
        return kept

    async def _publish(self, what: Downlink) -> bool:
        connection = self._link.connection
        if connection is None:
            return False
        try:
            await connection.publish(what.topic, what.json)
        except Lost:
            return False
        except Refused as error:  # it would be refused again, and hold up all that follow
            self._vitals.count("downlinks_dropped|reason=refused")
            log.warning("act.refused", id=what.id, topic=what.topic, error=str(error))
            return True
        self._vitals.count("downlinks")
        return True

    async def _broker(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._link.connected.wait()
        except TimeoutError:
            self._vitals.count("downlink_waits")


def _windows(outputs: list[Emitted]) -> Iterable[list[Emitted]]:
    """Return the outputs up to each WINDOW-th downlink, without a tail that holds none."""
    window: list[Emitted] = []
    size = 0
    for emitted in outputs:
        window.append(emitted)
        size += isinstance(emitted.output, Downlink)
        if size == WINDOW:
            yield window
            window, size = [], 0
    if size:
        yield window
