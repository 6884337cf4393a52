"""The fenced commit, on a real Redis: all or nothing, once, and only by the holder."""

import pytest
from redis.asyncio import Redis

from hub.core.changes import TABLES, Cell, Changes
from hub.log.errors import Fenced, LogFull, OffsetMoved
from hub.log.lease import Lease
from hub.log.log import WORK
from hub.log.outputs import Outputs
from hub.log.tables import Committed, Tables
from hub.model.output import Incident, Output

pytestmark = pytest.mark.contract


def changes(
    start: int,
    end: int,
    cells: dict[Cell, bytes | None] | None = None,
    outputs: list[Output] | None = None,
    out: int = 0,
) -> Changes:
    """Return the changes of a commit."""
    return Changes(start, end, out, end * 10, cells or {}, outputs or [])


@pytest.fixture
async def lease(redis: Redis) -> Lease:
    """Return the worker's lease, held."""
    lease = Lease(redis, "d1", WORK, "one")
    assert await lease.acquire()
    return lease


async def test_a_commit_writes_state_offset_and_outputs(redis: Redis, lease: Lease) -> None:
    """One transaction: cells set and deleted, how far it is worked, what was put out."""
    tables = Tables(redis, "d1")
    assert await tables.committed() == Committed(0, 0, 0)
    first: dict[Cell, bytes | None] = {(name, "x"): name.encode() for name in TABLES}
    await tables.commit(changes(0, 5, first, [Incident("i", b"{}")], 1), lease.token)
    assert await tables.committed() == Committed(5, 1, 50)
    assert await tables.load() == first
    second: dict[Cell, bytes | None] = {("state", "x"): None, ("timers", "y"): b"\x00\xff"}
    await tables.commit(changes(5, 6, second, out=1), lease.token)
    assert await tables.get("state", "x") is None
    assert await tables.get("timers", "y") == b"\x00\xff"
    assert len(await Outputs(redis, "d1").read("0-0", 10)) == 1


async def test_a_repeated_commit_has_no_second_effect(redis: Redis, lease: Lease) -> None:
    """The answer was lost: the same commit again is `already` there."""
    tables = Tables(redis, "d1")
    same = changes(0, 3, {("state", "x"): b"1"}, [Incident("i", b"{}")], 1)
    await tables.commit(same, lease.token)
    await tables.commit(same, lease.token)
    assert await tables.committed() == Committed(3, 1, 30)
    assert len(await Outputs(redis, "d1").read("0-0", 10)) == 1


@pytest.mark.parametrize(("start", "end"), [(0, 2), (2, 4), (4, 6), (0, 5)])
async def test_a_commit_from_elsewhere_is_refused(
    redis: Redis, lease: Lease, start: int, end: int
) -> None:
    """Neither the end nor the start of what is stored: nothing is written."""
    tables = Tables(redis, "d1")
    await tables.commit(changes(0, 3, {("state", "x"): b"1"}), lease.token)
    with pytest.raises(OffsetMoved):
        await tables.commit(changes(start, end, {("state", "x"): b"2"}), lease.token)
    assert await tables.get("state", "x") == b"1"
    assert (await tables.committed()).offset == 3


async def test_a_fenced_worker_writes_nothing(redis: Redis, lease: Lease) -> None:
    """Another one has a newer token: state, offset and outputs stay."""
    tables, old = Tables(redis, "d1"), lease.token
    await tables.commit(changes(0, 3, {("state", "x"): b"1"}), old)
    await redis.delete("cityhub:{d1}:lease:work")
    assert await Lease(redis, "d1", WORK, "two").acquire()
    with pytest.raises(Fenced):
        await tables.commit(changes(3, 4, {("state", "x"): b"2"}, [Incident("i", b"")], 1), old)
    assert await tables.get("state", "x") == b"1"
    assert (await tables.committed()).offset == 3
    assert await Outputs(redis, "d1").tail() == "0-0"


async def test_a_large_commit(redis: Redis, lease: Lease) -> None:
    """Thousands of cells, set and deleted, in one transaction."""
    tables = Tables(redis, "d1")
    many: dict[Cell, bytes | None] = {("state", f"k{n}"): b"v" * 50 for n in range(20_000)}
    await tables.commit(changes(0, 1, many), lease.token)
    assert len(await tables.load()) == 20_000
    await tables.commit(changes(1, 2, dict.fromkeys(many)), lease.token)
    assert await tables.load() == {}


async def test_at_the_memory_limit_a_commit_says_so(redis: Redis, lease: Lease) -> None:
    """LogFull, nothing half written, and the same commit goes through when there is room."""
    tables = Tables(redis, "d1")
    await tables.commit(changes(0, 1, {("state", "x"): b"1"}), lease.token)
    await redis.config_set("maxmemory", 1)
    wanted = changes(1, 2, {("state", "x"): b"2" * 10_000}, [Incident("i", b"{}")], 1)
    with pytest.raises(LogFull):
        await tables.commit(wanted, lease.token)
    assert await tables.committed() == Committed(1, 0, 10)
    assert await tables.get("state", "x") == b"1"
    await redis.config_set("maxmemory", 0)
    await tables.commit(wanted, lease.token)
    assert await tables.committed() == Committed(2, 1, 20)
