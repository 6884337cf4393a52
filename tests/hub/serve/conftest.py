"""A private Redis, and a real `serve` on a free port, in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError

from hub.core.declaration import Declaration, FieldSpec, Layer, LevelSpec, Tile
from hub.log.connection import connect
from hub.serve.app import listen, run
from hub.settings import Settings
from tests.hub.serve.city import Worker, alive
from tests.hub.serve.client import ScreenClient
from tests.servers import RedisServer, until


class LotData(Struct):
    """Data of a car park."""

    availableSpotNumber: int  # noqa: N815 FIWARE's name


PARKING = Declaration(
    name="parking",
    title="好停车",
    title_en="Parking",
    description="test",
    layers=(
        Layer(
            "parking.lot",
            "停车场",
            "Car parks",
            LotData,
            (FieldSpec("availableSpotNumber", "空余泊位", "Free bays", "个"),),
            (LevelSpec("free", "空闲", "Free"), LevelSpec("tight", "紧张", "Tight", "orange")),
        ),
    ),
    tiles=(
        Tile(
            "parking.free",
            "剩余泊位",
            "Free bays",
            "parking.lot",
            "sum",
            "个",
            "availableSpotNumber",
        ),
    ),
)


@dataclass
class Running:
    """A `serve` that runs, and a worker for each partition."""

    settings: Settings
    port: int
    redis: Redis
    city: Worker
    d1: Worker
    http: httpx.AsyncClient
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    serving: asyncio.Task[None] = field(init=False)

    def screen(self, origin: str | None = None, **query: str | int) -> ScreenClient:
        """Return a client of the websocket."""
        return ScreenClient(self.port, origin, **query)

    async def ready(self, status: int = 200) -> dict[str, Any]:
        """Ask until `ready` answers with a status; return its body."""
        body: dict[str, Any] = {}

        async def answered() -> bool:
            response = await self.http.get("/api/ready")
            body.update(response.json())
            return response.status_code == status

        await until(answered, f"ready answers {status}")
        return body

    async def loaded(self) -> None:
        """Wait until the screen is loaded."""

        async def loaded() -> bool:
            body = (await self.http.get("/api/ready")).json()
            return bool(body["parts"]["serve"]["ok"])

        await until(loaded, "the screen is loaded")


@asynccontextmanager
async def running(server: RedisServer, **changed: object) -> AsyncIterator[Running]:
    """Run `serve` in this event loop, until the block ends."""
    listener = listen("127.0.0.1", 0)
    port = listener.getsockname()[1]
    settings = Settings(redis_url=server.url, http_port=port, **changed)  # type: ignore[arg-type]  # validated
    redis = connect(server.url)
    city, d1 = Worker(redis, "city"), Worker(redis, "d1")
    base = f"http://127.0.0.1:{port}"
    token = {"authorization": f"Bearer {settings.access_token or None}"}
    async with httpx.AsyncClient(base_url=base, headers=token) as http, asyncio.timeout(60):
        here = Running(settings, port, redis, city, d1, http)
        await city.begin()
        await d1.begin()
        # Tasks of their own, not a group around a yield: a test's frame is another task's.
        here.serving = asyncio.create_task(run(settings, [PARKING], here.stop, listener))
        living = asyncio.create_task(_live(redis))
        try:
            await here.loaded()
            yield here
        finally:
            here.stop.set()
            living.cancel()
            await here.serving
    await redis.aclose()


async def _live(redis: Redis) -> None:
    """Report as the other processes would, once a second."""
    while True:
        try:
            await alive(redis, "ingest", "act", "archive", "work:city", "work:d1")
        except (RedisError, OSError):
            await asyncio.sleep(0.1)
            continue
        await asyncio.sleep(1)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a stop be noticed sooner than in production: there are many stops here."""
    monkeypatch.setattr("hub.serve.feed.BLOCK", 50)


@pytest.fixture
async def serve(redis_server: RedisServer) -> AsyncIterator[Running]:
    """A `serve` on loopback with its defaults."""
    async with running(redis_server) as here:
        yield here
