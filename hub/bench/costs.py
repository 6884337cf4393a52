"""What each process of the city used: CPU and memory, of its own word or as the system sees it."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import psutil
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.bench.listener import listener
from hub.bench.observer import cancelled
from hub.log.clock import real_now
from hub.log.vitals import read_all
from hub.model.instant import SECOND, Instant

SAMPLE_SECONDS = 1.0
"""How often memory is looked at: processes report as often."""
FRESH = 3 * SECOND
"""A process that has not reported for so long does not run."""


class Sample(Struct, frozen=True):
    """A process at one moment: CPU in seconds since it began, memory in bytes."""

    pid: int
    cpu: float
    memory: int
    at: Instant


class Cost(Struct, frozen=True):
    """A process during the run. ``cpu_per_event`` in µs; None of CPU when it was restarted."""

    name: str
    pid: int
    cpu_seconds: float | None
    cpu_percent: float | None
    cpu_per_event: float | None
    memory: int
    memory_peak: int


class Costs:
    """Watches the processes of a city. Call `begin`, then `run` as a task, then `end`."""

    def __init__(self, redis: Redis, redis_url: str, mqtt_url: str) -> None:
        self._redis = redis
        self._ports = {"broker": _port(mqtt_url, 1883), "redis": _port(redis_url, 6379)}
        self._servers: dict[str, psutil.Process] = {}
        self._first: dict[str, Sample] = {}
        self._peaks: dict[str, int] = {}

    async def begin(self) -> None:
        """Note where the processes stand."""
        self._first = await self._look()

    async def run(self) -> None:
        """Watch the memory until cancelled."""
        while not cancelled():
            with suppress(RedisError):  # looked at again
                self._note(await self._look())
            await asyncio.sleep(SAMPLE_SECONDS)

    async def end(self, events: int) -> list[Cost]:
        """Return what each process used since `begin` for ``events`` readings in the log."""
        # Processes report once a second: their last word must be of after the run.
        since = real_now()
        last = await self._look()
        deadline = since + FRESH
        while any(each.at < since for each in last.values()) and real_now() < deadline:
            await asyncio.sleep(0.1)
            last = await self._look()
        self._note(last)
        return [self._cost(name, sample, events) for name, sample in last.items()]

    def _note(self, samples: dict[str, Sample]) -> None:
        for name, sample in samples.items():
            self._peaks[name] = max(self._peaks.get(name, 0), sample.memory)

    async def _look(self) -> dict[str, Sample]:
        found: dict[str, Sample] = {}
        for name, port in self._ports.items():
            sample = None if port is None else self._server(name, port)
            if sample is not None:
                found[name] = sample
        now, seen = real_now(), set[int]()
        for vitals in await read_all(self._redis):
            # One process may report for several partitions.
            if now - vitals.at < FRESH and vitals.pid not in seen:
                seen.add(vitals.pid)
                name = vitals.name.partition(":")[0]
                found[name] = Sample(vitals.pid, vitals.cpu, vitals.memory, vitals.at)
        return found

    def _server(self, name: str, port: int) -> Sample | None:
        """Return where a server stands; one that was started again is found by its port."""
        for _ in range(2):
            process = self._servers.get(name) or listener(port)
            sample = None if process is None else _sample(process)
            if process is not None and sample is not None:
                self._servers[name] = process
                return sample
            self._servers.pop(name, None)
        return None

    def _cost(self, name: str, last: Sample, events: int) -> Cost:
        first = self._first.get(name)
        peak = self._peaks.get(name, last.memory)
        if first is None or first.pid != last.pid or last.at <= first.at:
            return Cost(name, last.pid, None, None, None, last.memory, peak)
        used = last.cpu - first.cpu
        percent = 100 * used * SECOND / (last.at - first.at)
        each = round(used * 1_000_000 / events, 1) if events else None
        return Cost(name, last.pid, round(used, 2), round(percent, 1), each, last.memory, peak)


def _port(url: str, default: int) -> int | None:
    """Return the port of a server on this machine, None for one elsewhere."""
    parts = urlsplit(url)
    if parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        return None
    return parts.port or default


def _sample(process: psutil.Process) -> Sample | None:
    try:
        with process.oneshot():
            times = process.cpu_times()
            memory = process.memory_info().rss
    except psutil.Error:  # it ended
        return None
    return Sample(process.pid, times.user + times.system, memory, real_now())
