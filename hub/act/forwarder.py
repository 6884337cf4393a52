"""Appends what one partition puts out for another to that one's log, each output once, in order."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.edge import pause
from hub.log.errors import LogFull
from hub.log.log import Log, Origin, Seen
from hub.log.outputs import Emitted, Outputs
from hub.log.vitals import Vitals
from hub.model.event import Event
from hub.model.instant import Instant
from hub.model.limits import BATCH_BYTES, BATCH_EVENTS
from hub.model.output import Forward

log = structlog.get_logger()

HOLDER = "forward"
PAGES = 16
"""Commits read at a time: a few MiB at most."""
BLOCK_MILLISECONDS = 500
"""How long a reader waits for a commit, and so how soon it notices a stop."""
RETRY_SECONDS = 0.5
"""How long to wait after Redis failed (our default)."""


class Forwarder:
    """Reads the outputs of ``source``. ``targets`` are the partitions it puts out for."""

    def __init__(
        self,
        redis: Redis,
        source: str,
        targets: Sequence[str],
        now: Callable[[], Instant],
        vitals: Vitals,
    ) -> None:
        self.source = source
        self.trouble = ""
        self._outputs = Outputs(redis, source)
        self._logs = {target: Log(redis, target) for target in targets}
        self._now, self._vitals = now, vitals
        self._position = 0
        self._done: dict[str, int] = {}
        """How far each target has come: the last output ordinal that is in its log."""

    async def run(self, over: asyncio.Event) -> None:
        """Forward until ``over``; a failure is tried again from where Redis says it stands."""
        started = False
        while not over.is_set():
            try:
                if not started:
                    await self._start()
                    started = True
                await self._step()
                self.trouble = ""
            except (LogFull, RedisError, OSError) as error:
                started = False
                self._vitals.count("forward_failures")
                if self.trouble != str(error):
                    log.warning("act.forward_waits", partition=self.source, error=str(error))
                self.trouble = str(error)
                await pause(over, RETRY_SECONDS)

    async def _start(self) -> None:
        self._position = await self._outputs.held(HOLDER)
        self._done = {name: await one.forwarded(self.source) for name, one in self._logs.items()}
        # From now on the outputs are kept until they are forwarded.
        await self._outputs.hold(HOLDER, self._position)

    async def _step(self) -> None:
        pages = await self._outputs.after(self._position, PAGES, BLOCK_MILLISECONDS)
        for page in pages:
            await self._forward(page.outputs)
            self._position = int(page.cursor.partition("-")[0])
        if pages:
            await self._outputs.hold(HOLDER, self._position)

    async def _forward(self, outputs: list[Emitted]) -> None:
        for target, target_log in self._logs.items():
            mine = [
                (emitted.ordinal, emitted.output.event)
                for emitted in outputs
                if isinstance(emitted.output, Forward) and emitted.output.partition == target
            ]
            for chunk in _chunks(mine):
                await self._append(target, target_log, chunk)

    async def _append(self, target: str, target_log: Log, chunk: list[tuple[int, Event]]) -> None:
        while chunk := [item for item in chunk if item[0] > self._done[target]]:
            origin = Origin(self.source, chunk[0][0], chunk[-1][0])
            done = await target_log.forward([event for _, event in chunk], self._now(), origin)
            if isinstance(done, Seen):  # another act, or a lost answer: the rest goes again
                self._done[target] = done.last
                self._vitals.count("forwards_seen")
                continue
            self._done[target] = origin.last
            self._vitals.count("forwarded", len(chunk))


def _chunks(items: list[tuple[int, Event]]) -> Iterator[list[tuple[int, Event]]]:
    """Yield the items in runs that fit one log entry."""
    chunk: list[tuple[int, Event]] = []
    size = 0
    for item in items:
        if chunk and (len(chunk) == BATCH_EVENTS or size + len(item[1].data) > BATCH_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(item)
        size += len(item[1].data)
    if chunk:
        yield chunk
