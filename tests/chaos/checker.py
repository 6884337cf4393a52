"""The checker: holds the ledger against the log, the state, the outbox and the screen."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from hub.log.log import Log
from hub.log.outputs import START, Outputs
from hub.log.tables import Tables
from hub.model.device import Device
from hub.model.event import Logged
from hub.model.output import Forward

HOME = "d1"
AWAY = "city"
ENTRIES = 256
"""Stream entries read at a time."""

_device = msgspec.msgpack.Decoder(Device).decode

Reading = tuple[str, int]
"""Device and sequence."""


@dataclass(frozen=True)
class Verdict:
    """What the rows say. All but ``published``, ``repeats`` and ``resent`` must be zero.

    ``published`` readings were acknowledged; ``lost`` of them are not in the log; ``repeats`` are
    in it more than once (the worker drops them); ``resent`` came because the hub asked;
    ``reordered`` stand behind a later one of their device without having been sent again;
    ``twice`` and ``missed`` are effects (state, screen, forwarded events) too many or too few.
    """

    published: int
    lost: int
    repeats: int
    resent: int
    reordered: int
    twice: int
    missed: int

    @property
    def clean(self) -> bool:
        """Whether nothing was lost, done twice or out of order."""
        return (self.lost, self.reordered, self.twice, self.missed) == (0, 0, 0, 0)


@dataclass(frozen=True)
class Facts:
    """What the hub holds of one run."""

    log: list[Reading]
    accepted: Counter[str]
    sums: dict[str, dict[str, tuple[int, int]]]
    """Layer to device to (count, sum)."""
    outbox: Counter[Reading]
    arrived: Counter[Reading]


def read_ledger(path: Path) -> tuple[set[Reading], set[Reading]]:
    """Return all acknowledged readings, and those that were sent again because the hub asked."""
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    everything = {(row["device"], row["sequence"]) for row in rows}
    return everything, {(row["device"], row["sequence"]) for row in rows if row["resent"]}


async def settled(redis: Redis) -> bool:
    """Return whether all that was appended is worked, and all that was put out is forwarded."""
    forwarded = await Log(redis, AWAY).forwarded(HOME)
    last = 0
    for partition in (HOME, AWAY):
        head = await Log(redis, partition).head()
        done = await Tables(redis, partition).committed()
        if done.offset < head.ordinal:
            return False
        last = done.out if partition == HOME else last
    return forwarded >= await _last_forward(redis, last)


async def _last_forward(redis: Redis, last: int) -> int:
    """Return the output ordinal of the newest event for `city` among the newest outputs."""
    pages = await Outputs(redis, HOME).after(max(0, last - ENTRIES), ENTRIES)
    found = [e.ordinal for page in pages for e in page.outputs if isinstance(e.output, Forward)]
    return max(found, default=0)


async def missing(redis: Redis, run: str) -> int:
    """Return how many readings of a run the hub says never came."""
    return sum([device.missing for device in await _devices(redis, run)])


async def _devices(redis: Redis, run: str) -> list[Device]:
    found = [_device(value) async for _, value in Tables(redis, HOME).scan("devices")]
    return [device for device in found if _name(device.source).startswith(f"{run}-")]


async def gather(redis: Redis, run: str) -> Facts:
    """Read everything the hub holds of a run."""
    log = await _readings(redis, HOME, run)
    arrived = await _readings(redis, AWAY, run)
    sums: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for partition in (HOME, AWAY):
        async for _, value in Tables(redis, partition).scan("entities"):
            entity = json.loads(value)
            if entity["layer"].startswith("ledger.") and entity["title"].startswith(f"{run}-"):
                data = entity["data"]
                sums[entity["layer"]][entity["title"]] = (data["count"], data["sum"])
    accepted = Counter({_name(d.source): d.accepted for d in await _devices(redis, run)})
    return Facts(log, accepted, sums, await _outbox(redis, run), Counter(arrived))


async def _readings(redis: Redis, partition: str, run: str) -> list[Reading]:
    """Return a run's readings, or the events derived from them, in the order of a log."""
    wanted = "city.ledger.count" if partition == HOME else "ledger.counted"
    log, found, after = Log(redis, partition), list[Reading](), 0
    while page := await log.read(after, ENTRIES):
        after = page[-1].position.ordinal
        for logged in page:
            if logged.event.type == wanted and (reading := _reading(logged))[0].startswith(
                f"{run}-"
            ):
                found.append(reading)
    return found


def _reading(logged: Logged) -> Reading:
    event = logged.event
    return event.subject or _name(event.source), int(json.loads(event.data)["n"])


async def _outbox(redis: Redis, run: str) -> Counter[Reading]:
    found: Counter[Reading] = Counter()
    cursor = START
    while pages := await Outputs(redis, HOME).read(cursor, ENTRIES):
        cursor = pages[-1].cursor
        for page in pages:
            for emitted in page.outputs:
                output = emitted.output
                if isinstance(output, Forward) and output.event.type == "ledger.counted":
                    n = int(json.loads(output.event.data)["n"])
                    found[output.event.subject, n] += output.event.subject.startswith(f"{run}-")
    return +found


def judge(published: set[Reading], resent: set[Reading], facts: Facts) -> Verdict:
    """Hold the ledger against what the hub holds."""
    logged = set(facts.log)
    wrong = _Effects(logged)
    wrong.compare(facts.outbox)
    wrong.compare(facts.arrived)
    wrong.totals({name: (facts.accepted[name], None) for name in facts.accepted})
    for layer in ("ledger.sum", "ledger.fwd"):
        wrong.totals(dict(facts.sums.get(layer, {})))
    return Verdict(
        published=len(published),
        lost=len(published - logged),
        repeats=len(facts.log) - len(logged),
        resent=len(resent),
        reordered=_reordered(facts.log, resent),
        twice=wrong.twice,
        missed=wrong.missed,
    )


class _Effects:
    """Counts effects against what is in the log: each of its readings once."""

    def __init__(self, logged: set[Reading]) -> None:
        self.twice = 0
        self.missed = 0
        self._logged = logged
        self._count = Counter(device for device, _ in logged)
        self._sum: Counter[str] = Counter()
        for device, n in logged:
            self._sum[device] += n

    def compare(self, effects: Counter[Reading]) -> None:
        """Compare effects that are known one by one."""
        self.twice += sum(times - 1 for times in effects.values() if times > 1)
        self.twice += len(effects.keys() - self._logged)
        self.missed += len(self._logged - effects.keys())

    def totals(self, totals: dict[str, tuple[int, int | None]]) -> None:
        """Compare counts and sums by device; a right count with a wrong sum is both."""
        for device in self._count.keys() | totals.keys():
            count, total = totals.get(device, (0, 0))
            self.twice += max(0, count - self._count[device])
            self.missed += max(0, self._count[device] - count)
            if count == self._count[device] and total not in (None, self._sum[device]):
                self.twice, self.missed = self.twice + 1, self.missed + 1


def _reordered(log: list[Reading], resent: set[Reading]) -> int:
    """Count readings whose first place in the log is behind a later one of their device."""
    newest: Counter[str] = Counter()
    seen: set[Reading] = set()
    wrong = 0
    for device, n in log:
        if (device, n) not in seen:
            seen.add((device, n))
            wrong += n < newest[device] and (device, n) not in resent
            newest[device] = max(newest[device], n)
    return wrong


def _name(source: str) -> str:
    return source.rpartition("/")[2]
