"""The city that is killed and cut, and which tests are collected."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from hub.log.connection import connect
from tests.servers import HOST
from tests.system.city import PARKING, City

collect_ignore = [] if os.environ.get("CITYHUB_CHAOS") == "long" else ["test_long.py"]
"""The long form is asked for by name; `make chaos` does."""

SCENARIOS = f"{Path(__file__).parent / 'ledger_scenario'},{PARKING}"


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Yield a city with the counting scenario beside 好停车, and no load but the test's."""
    found = City(
        tmp_path_factory.mktemp("chaos") / "data",
        no_sensors="1",
        scenarios=SCENARIOS,
        log_events="5000000",
        outputs="5000000",
        redis_memory="4gb",
    )
    try:
        found.start()
        yield found
        found.stop()
    finally:
        found.end()


@pytest.fixture
async def redis(city: City) -> AsyncIterator[Redis]:
    """Yield a connection to the city's Redis."""
    client = connect(f"redis://{HOST}:{city.redis_port}/0")
    yield client
    await client.aclose()
