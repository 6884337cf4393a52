"""Fixtures that all tests share: a real broker and a real Redis, fresh for each test."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis as sync_redis

from tests.servers import HubProcess, Mosquitto, Publisher, RedisServer


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long forms to `make chaos`; pytest's summary counts them as deselected."""
    if os.environ.get("CITYHUB_CHAOS") == "long":
        return
    long = [item for item in items if item.get_closest_marker("long")]
    items[:] = [item for item in items if item not in long]
    config.hook.pytest_deselected(items=long)


@pytest.fixture(scope="session")
def _redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.kill()


@pytest.fixture
def redis_server(_redis: RedisServer) -> RedisServer:
    """Return a running, empty Redis that a test may kill; the next test finds it started again."""
    _redis.start()
    with sync_redis.Redis(port=_redis.port) as client:
        client.config_set("maxmemory", 0)
        client.flushall()
    return _redis


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """Return the URL of a running, empty Redis."""
    return redis_server.url


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    """Yield a broker of this test's own, because sessions and retained messages outlive clients."""
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    server = Mosquitto(folder)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def hub_process(mosquitto: Mosquitto, redis_url: str) -> Iterator[Callable[..., HubProcess]]:
    """Return a function that starts a process of the hub, such as `hub_process("ingest")`."""
    started: list[HubProcess] = []

    def start(room: str, **settings: str) -> HubProcess:
        process = HubProcess(room, mosquitto.url, redis_url, **settings)
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


@pytest.fixture
def publisher(mosquitto: Mosquitto) -> Iterator[Publisher]:
    """Yield a device that is connected to the broker."""
    device = Publisher(mosquitto.port)
    yield device
    device.close()
