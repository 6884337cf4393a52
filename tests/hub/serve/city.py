"""A worker's side of Redis, for the tests of serve: commits what a scenario would."""

import asyncio

import msgspec
from msgspec import Raw
from redis.asyncio import Redis

from hub.core.changes import Changes
from hub.log.clock import real_now
from hub.log.keys import Keys
from hub.log.lease import Lease
from hub.log.log import WORK, Log
from hub.log.tables import Tables
from hub.log.vitals import Vitals, report
from hub.model.action import Action, Outcome, Result
from hub.model.alert import Acknowledgement, Alert, Level
from hub.model.entity import Entity
from hub.model.event import ACTION, TICK, Event
from hub.model.instant import text
from hub.model.output import Answer, Incident, Output, Shown

json = msgspec.json.encode
NOON = "2026-11-23T04:00:00.000Z"


def lot(number: int, free: int, v: int = 1, **fields: object) -> Entity:
    """Return a car park as the parking scenario shows it."""
    name = f"lot-{number:04d}"
    data = {"availableSpotNumber": free, "totalSpotNumber": 420}
    entity = Entity(
        id=f"parking.lot/{name}",
        layer="parking.lot",
        v=v,
        at=(123.4 + number / 1_000, 41.8),
        district="210103",
        level="free" if free > 20 else "tight",
        title=f"中街停车场{number}",
        time=NOON,
        stale=False,
        quality=(),
        data=Raw(json(data)),
    )
    return msgspec.structs.replace(entity, **fields) if fields else entity


def alert(place: str, version: int = 1, **fields: object) -> Alert:
    """Return a saturated area's alert."""
    value = Alert(
        id=f"parking/saturated/{place}#1",
        scenario="parking",
        kind="saturated",
        kind_title="商圈饱和",
        place=place,
        occurrence=1,
        previous=None,
        level=Level.ORANGE,
        title=f"{place}停车饱和",
        text="",
        at=None,
        district="210103",
        entity=None,
        raised=NOON,
        updated=NOON,
        version=version,
    )
    return msgspec.structs.replace(value, **fields) if fields else value


class Worker:
    """Works one partition by hand: each commit takes a tick from the log and puts outputs out."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.partition = partition
        self.log = Log(redis, partition)
        self.tables = Tables(redis, partition)
        self._redis = redis
        self._lease = Lease(redis, partition, WORK, "test")
        self._offset = self._out = 0
        self._writing = asyncio.Lock()

    async def begin(self, epoch: str = "e1") -> None:
        """Take the lease; give the log an epoch."""
        await self._lease.acquire()
        await self._redis.hset(Keys(self.partition).head, "epoch", epoch)
        done = await self.tables.committed()
        self._offset, self._out = done.offset, done.out

    async def commit(
        self,
        outputs: list[Output],
        cells: dict[tuple[str, str], bytes | None] | None = None,
        event: Event | None = None,
    ) -> int:
        """Append an event, commit these outputs for it; return the output ordinal."""
        async with self._writing:
            tick = Event(f"t{self._offset}", "/test", TICK)
            now = real_now()
            if event is None:
                await self.log.append([tick], now)
            self._out += sum(not isinstance(output, Shown) for output in outputs)
            end = self._offset + 1
            changes = Changes(self._offset, end, self._out, now, cells or {}, outputs)
            await self.tables.commit(changes, self._lease.token)
            self._offset = end
            return self._out

    async def show(self, *entities: Entity) -> None:
        """Commit entities, to the table and the outputs."""
        outputs: list[Output] = [
            Shown(e.id, e.layer, e.district or "", e.at, json(e)) for e in entities
        ]
        await self.commit(outputs, {("entities", e.id): json(e) for e in entities})

    async def hide(self, entity: Entity) -> None:
        """Take an entity off the screen."""
        shown = Shown(entity.id, entity.layer, entity.district or "", entity.at, None)
        await self.commit([shown], {("entities", entity.id): None})

    async def tell(self, *alerts: Alert) -> int:
        """Commit alerts; return the ordinal of the last incident."""
        outputs: list[Output] = [Incident(each.id, json(each)) for each in alerts]
        return await self.commit(outputs, {("alerts", each.id): json(each) for each in alerts})

    async def letters(self, *letters: msgspec.Struct) -> None:
        """Store dead letters, named by their ordinals."""
        cells: dict[tuple[str, str], bytes | None] = {}
        for each in letters:
            ordinal = int(getattr(each, "position").rpartition("/")[2])  # noqa: B009 any letter
            cells["letters", f"{ordinal:016d}"] = json(each)
        await self.commit([], cells)

    async def act(self) -> Action:
        """Take the next operator's action from the log, and answer it as the desk does."""
        while True:
            found = await self.log.read(self._offset, 1, 200)
            if found and found[0].event.type == ACTION:
                break
        event = found[0].event
        action = msgspec.json.decode(event.data, type=Action)
        raw = await self.tables.get("alerts", action.target)
        assert raw is not None
        current = msgspec.json.decode(raw, type=Alert)
        outcome, changed = decide(action, current)
        outputs: list[Output] = [Answer(action.key, json(outcome))]
        cells: dict[tuple[str, str], bytes | None] = {("outcomes", action.key): json(outcome)}
        if changed is not None:
            outputs.insert(0, Incident(changed.id, json(changed)))
            cells["alerts", changed.id] = json(changed)
        await self.commit(outputs, cells, event)
        return action


def decide(action: Action, current: Alert) -> tuple[Outcome, Alert | None]:
    """Answer an acknowledgement: refused without an opinion, a conflict on another version."""
    if not action.opinion:
        return Outcome(action.key, Result.REFUSED, "an opinion is needed", current), None
    if action.version != current.version:
        return Outcome(action.key, Result.CONFLICT, "somebody was first", current), None
    changed = msgspec.structs.replace(
        current,
        acknowledged=Acknowledgement(action.by, text(real_now()), action.opinion),
        version=current.version + 1,
    )
    return Outcome(action.key, Result.DONE, "", changed), changed


async def alive(redis: Redis, *names: str) -> None:
    """Report as these processes would."""
    for name in names:
        await report(redis, Vitals(name))
