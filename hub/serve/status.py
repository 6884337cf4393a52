"""What serve knows of itself and the other processes, asked once a second, for all who ask."""

import time
from typing import cast

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.log.clock import read_clock, real_now
from hub.log.keys import Keys
from hub.log.log import Log
from hub.log.tables import Tables
from hub.log.vitals import SILENT, Vitals, read_all, report
from hub.model.instant import MINUTE, SECOND, CityClock, Instant
from hub.model.partition import CITY
from hub.serve.frames import Moment
from hub.serve.limits import LAG_EVENTS

ANSWER_SECONDS = 3.0
"""Redis counts as away when the last full answer is older."""
NO_EPOCH = "new"
NAME = "serve"


class Part(Struct, frozen=True):
    """One part of the hub: whether it does its work, and if not, why."""

    ok: bool
    detail: str = ""


class Lag(Struct, frozen=True):
    """How far a partition's worker is: events appended and worked, outputs, log time worked.

    ``asked`` is the monotonic time before Redis was asked.
    """

    asked: float = 0.0
    head: int = 0
    offset: int = 0
    out: int = 0
    time: Instant = 0


class Status:
    """The last answers: clock, vitals, lags, epoch. ``vitals`` is serve's own."""

    def __init__(
        self, redis: Redis, partitions: tuple[str, ...], needed: tuple[str, ...] = ()
    ) -> None:
        self._redis = redis
        self._needed = ("ingest", *(f"work:{name}" for name in partitions), "act", *needed)
        self._logs = {name: Log(redis, name) for name in partitions}
        self._tables = {name: Tables(redis, name) for name in partitions}
        self.vitals = Vitals(NAME, ok=False, detail="loading")
        self.others: list[Vitals] = []
        self.lags: dict[str, Lag] = {}
        self.counters: dict[str, dict[str, float]] = {}
        self.epoch = NO_EPOCH
        self._clock: CityClock | None = None
        self._times: dict[str, Instant] = {}
        self._answered = 0.0
        self._trouble = "not asked yet"

    async def poll(self) -> None:
        """Ask Redis for everything; a failure is kept as what is wrong, not raised."""
        try:
            await report(self._redis, self.vitals)
            self.others = [each for each in await read_all(self._redis) if each.name != NAME]
            self._clock = await read_clock(self._redis)
            stored = await self._redis.hget(Keys(CITY).head, "epoch")
            epoch = cast("bytes | None", stored)
            for name in self._logs:
                self.lags[name] = await self._lag(name)
                self.counters[name] = await self._counters(name)
        except (RedisError, OSError) as error:
            self._trouble = f"{type(error).__name__}: {error}"[:200]
            self._answered = 0.0
            return
        self.epoch = NO_EPOCH if epoch is None else epoch.decode("utf-8", "replace")
        self._answered = time.monotonic()

    async def _lag(self, partition: str) -> Lag:
        asked = time.monotonic()
        done = await self._tables[partition].committed()
        head = await self._logs[partition].head()
        return Lag(asked, head.ordinal, done.offset, done.out, done.time)

    async def _counters(self, partition: str) -> dict[str, float]:
        return {
            name: float(value) async for name, value in self._tables[partition].scan("counters")
        }

    def saw(self, partition: str, log_time: Instant) -> None:
        """Note the log time of a commit that was applied."""
        self._times[partition] = log_time

    def city(self) -> Instant:
        """Return the city time now; real time before the first start."""
        now = real_now()
        return now if self._clock is None else self._clock.at(now)

    def moment(self) -> Moment:
        """Return the stamps of a frame that is made now."""
        now, clock = real_now(), self._clock or CityClock()
        city = clock.at(now)
        return Moment(now, city, clock.rate, self._delay(city))

    def behind(self, log_time: Instant) -> float:
        """Return the real seconds since a log time, at least 0."""
        rate = 1.0 if self._clock is None else self._clock.rate
        return max(0.0, (self.city() - log_time) / rate / SECOND)

    def _delay(self, city: Instant) -> int:
        """Milliseconds of city time since the newest commit, or since that of a partition behind.

        A partition that has worked all it was given is not old, it is quiet.
        """
        times = {name: max(lag.time, self._times.get(name, 0)) for name, lag in self.lags.items()}
        if not any(times.values()):
            return 0
        behind = [times[name] for name, lag in self.lags.items() if lag.head > lag.offset]
        oldest = min([max(times.values()), *behind])
        return max(0, (city - oldest) // 1_000)

    @property
    def answering(self) -> bool:
        """Whether Redis answered lately."""
        return time.monotonic() - self._answered < ANSWER_SECONDS and self._answered > 0

    def parts(self) -> tuple[bool, dict[str, Part]]:
        """Return whether the hub is ready, and each part by name.

        Redis, serve, ingest, act, each worker and who was named are needed; whoever else reports
        is only shown.
        """
        if not self.answering:
            return False, {
                "redis": Part(ok=False, detail=self._trouble or "no answer"),
                NAME: Part(self.vitals.ok, self.vitals.detail),
            }
        parts = {"redis": Part(ok=True), NAME: Part(self.vitals.ok, self.vitals.detail)}
        reported = {each.name: each for each in self.others}
        for name in self._needed:
            parts[name] = _part(reported.pop(name, None), self.lags.get(name[len("work:") :]))
        ready = all(part.ok for part in parts.values())
        for name, vitals in reported.items():
            # A process that was never started this time is no part of the hub.
            if real_now() - vitals.at < MINUTE:
                parts[name] = _part(vitals, None)
        return ready, parts

    def encoded(self) -> tuple[bool, bytes]:
        """Return readiness, and the parts as JSON."""
        ready, parts = self.parts()
        return ready, msgspec.json.encode(parts)


def _part(vitals: Vitals | None, lag: Lag | None) -> Part:
    if vitals is None:
        return Part(ok=False, detail="has never reported")
    silent = real_now() - vitals.at
    if silent > SILENT:
        return Part(ok=False, detail=f"silent for {silent // SECOND} s")
    if lag is not None and lag.head - lag.offset > LAG_EVENTS:
        return Part(ok=False, detail=f"{lag.head - lag.offset} events behind")
    return Part(vitals.ok, vitals.detail)
