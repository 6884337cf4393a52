"""A connection to a real, empty Redis."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from hub.log.connection import connect


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client as the hub makes it."""
    client = connect(redis_url)
    yield client
    await client.aclose()
