"""Follows the outputs of all partitions, and loads the screen whenever it cannot follow."""

import asyncio
import time
from collections.abc import Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.edge import pause
from hub.log.outputs import Outputs, Page
from hub.log.stream import START
from hub.log.tables import Tables
from hub.model.output import Incident
from hub.model.partition import CITY
from hub.serve.catalogue import Catalogue
from hub.serve.incidents import Incidents
from hub.serve.limits import INCIDENTS
from hub.serve.screen import Change, Row, row
from hub.serve.status import Status
from hub.serve.tiles import Tiles
from hub.serve.wall import Wall

BLOCK = 500
"""Milliseconds a read waits: how soon a stop or a reload is noticed in a silent city."""
ENTRIES = 64
"""Commits read at a time."""
BACKOFF_FIRST = 0.1
BACKOFF_MOST = 1.0
"""Seconds between two tries of a lost Redis: back within R4's 3 s."""

log = structlog.get_logger()


class Feed:
    """Keeps a Wall true to the outputs; ``answered`` is told of each action's outcome."""

    def __init__(
        self,
        redis: Redis,
        wall: Wall,
        status: Status,
        tiles: Tiles,
        catalogue: Catalogue,
        *,
        partitions: tuple[str, ...],
        answered: Callable[[str, bytes], None],
        observed: Callable[[float], None],
    ) -> None:
        self._tables = {name: Tables(redis, name) for name in partitions}
        self._outputs = {name: Outputs(redis, name) for name in partitions}
        self._wall = wall
        self._status = status
        self._answered = answered
        self._observed = observed
        self._tiles = tiles
        self._catalogue = catalogue
        self._cursors: dict[str, str] = {}
        self._applied_at: dict[str, float] = {}
        self._trouble: str | None = None
        self._earlier = asyncio.Lock()

    async def run(self, stop: asyncio.Event) -> None:
        """Load and follow until ``stop``; a lost Redis is waited for, with what is known kept."""
        wait = BACKOFF_FIRST
        while not stop.is_set():
            self._trouble = None
            try:
                await self._load()
                wait = BACKOFF_FIRST
                await self._follow_all(stop)
            except (RedisError, OSError) as error:
                self._trouble = f"{type(error).__name__}: {error}"
            if self._trouble is not None and not stop.is_set():
                log.warning("reload", reason=self._trouble)
                self._status.vitals.count("reloads")
                self._status.vitals.ok, self._status.vitals.detail = False, self._trouble[:200]
                await pause(stop, wait)
                wait = min(2 * wait, BACKOFF_MOST)

    async def _load(self) -> None:
        """Note the tails, load the tables, apply what was put out meanwhile, show it."""
        await self._status.poll()
        epoch = self._status.epoch
        self._cursors = {name: await each.tail() for name, each in self._outputs.items()}
        rows: list[Row] = []
        for tables in self._tables.values():
            rows += [row(value) async for _, value in tables.scan("entities")]
        alerts = [each async for each in self._tables[CITY].scan("alerts")]
        self._wall.screen.reset(rows, alerts)
        incidents = Incidents(_ordinal(self._cursors[CITY]))
        for name in self._outputs:
            await self._catch_up(name, incidents)
        self._tiles.rebuild(self._wall.screen, self._status.city())
        self._wall.reload(epoch, incidents)
        self._status.vitals.ok, self._status.vitals.detail = True, ""
        log.info("loaded", epoch=epoch, entities=len(rows), alerts=len(alerts))

    async def _catch_up(self, partition: str, incidents: Incidents) -> None:
        while pages := await self._outputs[partition].read(self._cursors[partition], ENTRIES):
            for page in pages:
                change = self._take(partition, page)
                for ordinal, alert in change.incidents:
                    incidents.add(ordinal, alert)

    async def _follow_all(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            for name in self._outputs:
                group.create_task(self._follow(name, stop), name=f"follow:{name}")

    async def _follow(self, partition: str, stop: asyncio.Event) -> None:
        """Apply pages until there is trouble; the others see it within BLOCK and end as well.

        They are not cancelled: a cancelled command leaves its answer for the next one.
        """
        outputs = self._outputs[partition]
        try:
            while not stop.is_set() and self._trouble is None:
                cursor = self._cursors[partition]
                pages = await outputs.read(cursor, ENTRIES, BLOCK)
                if len(pages) == ENTRIES and await self._trimmed(partition, cursor):
                    self._trouble = f"{partition}: outputs after {cursor} are no longer kept"
                    return
                for page in pages:
                    self._wall.take(change := self._take(partition, page))
                    self._tiles.note(change, self._wall.screen)
                    if self._catalogue.note(change, self._wall.screen):
                        self._tiles.rebuild(self._wall.screen, self._status.city())
                self._check(partition)
        except (RedisError, OSError) as error:
            self._trouble = f"{type(error).__name__}: {error}"

    def _take(self, partition: str, page: Page) -> Change:
        change = self._wall.screen.apply(page, partition)
        self._cursors[partition] = page.cursor
        self._applied_at[partition] = time.monotonic()
        self._status.saw(partition, page.time)
        self._observed(self._status.behind(page.time))
        for key, outcome in change.answers:
            self._answered(key, outcome)
        return change

    async def _trimmed(self, partition: str, cursor: str) -> bool:
        """Whether commits after ``cursor`` may be gone: only asked when far behind."""
        oldest = await self._outputs[partition].oldest()
        return cursor != START and _place(oldest) > _place(cursor)

    def _check(self, partition: str) -> None:
        """Notice that history was lost: another epoch, or outputs that are no more."""
        if not self._status.answering:
            return
        lag = self._status.lags.get(partition)
        if self._status.epoch != self._wall.epoch:
            self._trouble = f"epoch is now {self._status.epoch}"
        elif (
            lag is not None
            and lag.asked > self._applied_at.get(partition, 0.0)
            and lag.out < _ordinal(self._cursors[partition])
        ):
            self._trouble = f"{partition}: outputs end before {self._cursors[partition]}"

    async def resume(self, epoch: str, ordinal: int) -> bool:
        """Make every incident after ``ordinal`` available; False when that is not possible."""
        wall = self._wall
        if not wall.loaded or epoch != wall.epoch or not 0 <= ordinal <= wall.incidents.last:
            return False
        async with self._earlier:
            if not wall.incidents.covers(ordinal):
                await self._extend(ordinal)
        return wall.incidents.covers(ordinal)

    async def _extend(self, ordinal: int) -> None:
        """Read older incidents from the kept outputs, once for all who need them."""
        outputs, incidents = self._outputs[CITY], self._wall.incidents
        oldest = _place(await outputs.oldest())
        if oldest[0] > ordinal + 1:
            return
        found: list[tuple[int, bytes]] = []
        reached = ordinal
        while reached < incidents.floor and len(found) <= INCIDENTS:
            pages = await outputs.after(reached, ENTRIES)
            if not pages:
                break
            found += [
                (each.ordinal, each.output.json)
                for page in pages
                for each in page.outputs
                if isinstance(each.output, Incident) and each.ordinal > ordinal
            ]
            reached = _ordinal(pages[-1].cursor)
        if len(found) <= INCIDENTS:
            incidents.extend(ordinal, found)


def _place(cursor: str) -> tuple[int, int]:
    first, _, second = cursor.partition("-")
    return int(first), int(second)


def _ordinal(cursor: str) -> int:
    return _place(cursor)[0]
