"""A whole short measurement of a real city: broker, Redis, ingest, work, act, serve."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from hub.bench import run as bench
from hub.bench.errors import BenchFailed
from hub.bench.plan import Plan, source
from hub.bench.run import City, run
from hub.log.connection import connect
from hub.log.tables import Tables
from hub.model.device import Device
from hub.model.partition import Partitioning
from tests.servers import HubProcess, Mosquitto, Server, free_port, until

PLAN = Plan(rate=100, seconds=2, devices=20, run="test")
pytestmark = pytest.mark.contract


@pytest.fixture
def web(
    mosquitto: Mosquitto, redis_url: str, hub_process: Callable[..., HubProcess], tmp_path: Path
) -> Iterator[str]:
    """Start a city and yield the URL of its web server."""
    for room in ("ingest", "work", "act"):
        hub_process(room)
    port = free_port()
    env = {"CITYHUB_MQTT_URL": mosquitto.url, "CITYHUB_REDIS_URL": redis_url}
    env |= {"CITYHUB_HTTP_PORT": str(port), "CITYHUB_DATA_DIR": str(tmp_path)}
    serve = Server([sys.executable, "-m", "hub.cli.main", "serve"], port, env)
    serve.start()
    yield f"http://127.0.0.1:{port}"
    serve.kill()


def nobody(_what: str, _share: float) -> None:
    """Stand for nobody who watches the progress."""


async def test_a_whole_measurement(web: str, mosquitto: Mosquitto, redis_url: str) -> None:
    """All that was acknowledged is logged and worked once; the cards are gone afterwards."""
    async with connect(redis_url) as redis:
        city = City(redis, Partitioning(), redis_url, mosquitto.url, web)
        report = await run(city, PLAN, nobody)
        account = report.account
        assert account.published == account.acknowledged == account.logged == 200
        assert (account.lost, account.twice) == (0, 0)
        assert report.faultless
        assert account.shown > 0
        names = {cost.name for cost in report.processes}
        assert names == {"broker", "redis", "ingest", "work", "act", "serve"}
        assert msgspec.json.decode(msgspec.json.encode(report))["publish_to_log"]["count"] == 200

        async def withdrawn() -> bool:
            cell = await Tables(redis, "d1").get("devices", source(0))
            return cell is not None and msgspec.msgpack.decode(cell, type=Device).card is None

        await until(withdrawn, "the hub hears that the cards were removed")


async def test_second_run_goes_on(web: str, mosquitto: Mosquitto, redis_url: str) -> None:
    """A second run is no repeat of the first: other ids, sequence numbers that go on."""
    async with connect(redis_url) as redis:
        city = City(redis, Partitioning(), redis_url, mosquitto.url, web)
        for name in ("first", "second"):
            plan = Plan(rate=100, seconds=1, devices=5, run=name)
            assert (await run(city, plan, nobody)).account.lost == 0
        cell = await Tables(redis, "d1").get("devices", source(0))
        assert cell is not None
        device = msgspec.msgpack.decode(cell, type=Device)
        assert (device.accepted, device.duplicates, device.gaps, device.resets) == (40, 0, 0, 0)


async def test_no_city(redis_url: str) -> None:
    """Without a broker there is an error with a remedy."""
    nowhere = f"mqtt://127.0.0.1:{free_port()}"
    async with connect(redis_url) as redis:
        city = City(redis, Partitioning(), redis_url, nowhere, "http://127.0.0.1:1")
        with pytest.raises(BenchFailed, match="no broker"):
            await run(city, PLAN, nobody)


async def test_no_screen(
    mosquitto: Mosquitto, redis_url: str, hub_process: Callable[..., HubProcess]
) -> None:
    """Without a web server there is an error too, and no retained card stays behind."""
    for room in ("ingest", "work"):
        hub_process(room)
    nowhere = f"http://127.0.0.1:{free_port()}"
    async with connect(redis_url) as redis:
        city = City(redis, Partitioning(), redis_url, mosquitto.url, nowhere)
        with pytest.raises(BenchFailed, match="no websocket"):
            await run(city, PLAN, nobody)


async def test_a_city_that_goes_away_ends_it(
    web: str, mosquitto: Mosquitto, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A city that answers no more ends a run within its overtime, with a cause and a remedy."""
    monkeypatch.setattr(bench, "OVERTIME_SECONDS", 0.0)
    monkeypatch.setattr(bench, "SHOW_SECONDS", 60.0)  # what a wait for it would take
    async with connect(redis_url) as redis:
        city = City(redis, Partitioning(), redis_url, mosquitto.url, web)
        with pytest.raises(BenchFailed, match="did not answer"):
            await run(city, PLAN, nobody)
