"""Leases, on a real Redis: one holder a role, and a token that only grows."""

import pytest
from redis.asyncio import Redis

from hub.log import lease as module
from hub.log.errors import Fenced
from hub.log.keys import Keys
from hub.log.lease import Lease
from hub.log.log import INGEST, WORK
from tests.servers import until

pytestmark = pytest.mark.contract


async def test_a_role_has_one_holder(redis: Redis) -> None:
    """Another one waits; another role and another partition are free."""
    assert await Lease(redis, "d1", WORK, "one").acquire()
    two = Lease(redis, "d1", WORK, "two")
    assert not await two.acquire()
    assert two.token == 0
    assert await Lease(redis, "d1", INGEST, "two").acquire()
    assert await Lease(redis, "d2", WORK, "two").acquire()


async def test_the_same_holder_takes_it_back_at_once(redis: Redis) -> None:
    """A killed process that is started again need not wait; its old self is fenced off."""
    first, second = Lease(redis, "d1", WORK, "one"), Lease(redis, "d1", WORK, "one")
    assert await first.acquire()
    assert await second.acquire()
    assert second.token > first.token
    with pytest.raises(Fenced) as caught:
        await first.renew()
    assert (caught.value.role, caught.value.token) == (WORK, first.token)
    await second.renew()


async def test_a_lease_that_ran_out_passes_on(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one gets a newer token; the one that slept is fenced off."""
    monkeypatch.setattr(module, "LEASE_MILLISECONDS", 50)
    first, second = Lease(redis, "d1", WORK, "one"), Lease(redis, "d1", WORK, "two")
    assert await first.acquire()
    await until(second.acquire, "the lease runs out")
    assert second.token > first.token
    with pytest.raises(Fenced):
        await first.renew()


async def test_a_lease_that_ran_out_unseen_goes_on(redis: Redis) -> None:
    """Nobody was given a newer token: the holder keeps its own."""
    first = Lease(redis, "d1", WORK, "one")
    assert await first.acquire()
    await redis.delete(Keys("d1").lease(WORK))
    await first.renew()
    assert not await Lease(redis, "d1", WORK, "two").acquire()


async def test_renewing_keeps_it(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time begins anew."""
    first = Lease(redis, "d1", WORK, "one")
    assert await first.acquire()
    key = Keys("d1").lease(WORK)
    await redis.pexpire(key, 10)
    await first.renew()
    assert await redis.pttl(key) > 1_000


async def test_released_is_free_at_once(redis: Redis) -> None:
    """After a clean stop the next one need not wait; releasing twice is nothing."""
    first, second = Lease(redis, "d1", WORK, "one"), Lease(redis, "d1", WORK, "two")
    assert await first.acquire()
    await first.release()
    await first.release()
    assert await second.acquire()
    assert second.token > 1


async def test_a_fenced_holder_cannot_release_the_next_ones(redis: Redis) -> None:
    """Giving back what is no longer one's own changes nothing."""
    first, second = Lease(redis, "d1", WORK, "one"), Lease(redis, "d1", WORK, "one")
    assert await first.acquire()
    assert await second.acquire()
    await first.release()
    assert not await Lease(redis, "d1", WORK, "two").acquire()
