"""The birth of a log and its clock, on a real Redis."""

import pytest
from redis.asyncio import Redis

from hub.log.birth import epoch, establish
from hub.log.clock import read_clock, real_now, set_clock
from hub.log.errors import OldFormat, OtherPartitions
from hub.log.keys import LAYOUT
from hub.log.vitals import Vitals, read_all, report
from hub.model.instant import HOUR, SECOND
from hub.model.partition import Partitioning, split

pytestmark = pytest.mark.contract


async def test_an_epoch_is_given_once(redis: Redis) -> None:
    """It stays over restarts and is another one when history was lost."""
    assert await epoch(redis) == ""
    await establish(redis, Partitioning())
    first = await epoch(redis)
    await establish(redis, Partitioning())
    assert await epoch(redis) == first != ""
    await redis.flushall()
    await establish(redis, Partitioning())
    assert await epoch(redis) != first


async def test_partitions_are_fixed(redis: Redis) -> None:
    """Other district groups are refused, and the log stays as it was."""
    await establish(redis, Partitioning())
    with pytest.raises(OtherPartitions):
        await establish(redis, split(3))
    await establish(redis, Partitioning())


async def test_another_format_is_refused(redis: Redis) -> None:
    """Never misread: the error says which hub can read it."""
    await establish(redis, Partitioning())
    await redis.hset(LAYOUT, "format", "0")
    with pytest.raises(OldFormat, match="cityhub reset"):
        await establish(redis, Partitioning())


async def test_the_clock_goes_on_where_it_was(redis: Redis) -> None:
    """The origin is for a new log; a new rate turns the clock at its present time."""
    assert await read_clock(redis) is None
    clock = await set_clock(redis, 60.0, origin=5 * HOUR)
    assert clock.at(clock.real) == 5 * HOUR
    assert clock.at(clock.real + SECOND) == 5 * HOUR + 60 * SECOND
    assert await set_clock(redis, 60.0, origin=0) == clock == await read_clock(redis)
    turned = await set_clock(redis, 1.0)
    assert turned.rate == 1.0
    assert turned.city == clock.at(turned.real)
    assert turned.real <= real_now()


async def test_vitals_are_read_by_name(redis: Redis) -> None:
    """The newest word of each process, with its memory and CPU."""
    await report(redis, Vitals("work:d1", detail="loading"))
    vitals = Vitals("work:d1", detail="")
    vitals.count("events", 3)
    vitals.count("events")
    await report(redis, vitals)
    await report(redis, Vitals("act"))
    found = await read_all(redis)
    assert [each.name for each in found] == ["act", "work:d1"]
    assert found[1].counters == {"events": 4}
    assert found[1].detail == ""
    assert found[1].memory > 1_000_000
