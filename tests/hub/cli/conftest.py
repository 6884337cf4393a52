"""A command's surroundings: its settings, a runner, and a log with what a test puts there."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from hub.cli import bench, deadletters, doctor, explain, scenario, tail
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.log.birth import establish
from hub.log.connection import connect
from hub.log.lease import Lease
from hub.log.log import WORK, Log
from hub.log.tables import Tables
from hub.model.event import Event
from hub.model.instant import Instant
from hub.model.partition import Partitioning
from hub.settings import Settings

Invoke = Callable[..., Result]


def command_line(settings: Settings) -> typer.Typer:
    """Return the commands under test, with these settings as `ctx.obj`."""
    app = typer.Typer()

    @app.callback()
    def give(ctx: typer.Context) -> None:
        ctx.obj = settings

    app.add_typer(deadletters.app, name="deadletters")
    app.add_typer(scenario.app, name="scenario")
    for command in (tail.tail, doctor.doctor, bench.bench, explain.explain):
        app.command()(command)
    return app


@pytest.fixture
def settings(redis_url: str, tmp_path: Path) -> Settings:
    """Return settings that name the test's Redis, and ports on which nobody listens."""
    return Settings(
        redis_url=redis_url, data_dir=tmp_path / "data", http_port=1, mqtt_port=2, redis_port=3
    )


@pytest.fixture
def invoke(settings: Settings) -> Invoke:
    """Return a function that runs `cityhub` with these words."""
    runner, app = CliRunner(), command_line(settings)

    def run(*words: str) -> Result:
        return runner.invoke(app, words)

    return run


class CityLog:
    """A log that a test fills; `work` has the machine of a partition work what is there."""

    def __init__(self, url: str) -> None:
        self._url = url
        asyncio.run(self._create())

    async def _create(self) -> None:
        async with connect(self._url) as redis:
            await establish(redis, Partitioning())

    def append(self, partition: str, time: Instant, *events: Event) -> int:
        """Append one batch; return its last ordinal."""
        return asyncio.run(self._append(partition, time, list(events)))

    async def _append(self, partition: str, time: Instant, events: list[Event]) -> int:
        async with connect(self._url) as redis:
            return (await Log(redis, partition).append(events, time)).ordinal

    def work(self, partition: str, registry: Registry | None = None) -> None:
        """Work the partition from its beginning and commit."""
        asyncio.run(self._work(partition, registry or Registry([])))

    async def _work(self, partition: str, registry: Registry) -> None:
        async with connect(self._url) as redis:
            machine = Machine(partition, registry, Partitioning())
            for logged in await Log(redis, partition).read(0, 1_000):
                machine.apply(logged)
            lease = Lease(redis, partition, WORK, "test")
            assert await lease.acquire()
            await Tables(redis, partition).commit(machine.take(), lease.token)


@pytest.fixture
def log(redis_url: str) -> CityLog:
    """Return an empty log in the test's Redis."""
    return CityLog(redis_url)
