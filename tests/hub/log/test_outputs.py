"""The outputs, on a real Redis: numbered, coalesced, read on from an ordinal, trimmed with care."""

import pytest
from redis.asyncio import Redis

from hub.core.changes import Changes
from hub.log.lease import Lease
from hub.log.log import WORK
from hub.log.outputs import START, Outputs
from hub.log.tables import Tables
from hub.model.output import Incident, Output, Shown

pytestmark = pytest.mark.contract


def shown(name: str, version: int) -> Shown:
    """Return an entity's new state."""
    return Shown(name, "test.thing", "210103", None, str(version).encode())


def incident(name: str) -> Incident:
    """Return a lossless output."""
    return Incident(name, b"{}")


class Writer:
    """Commits outputs one after the other, an input event each."""

    def __init__(self, redis: Redis) -> None:
        self.tables = Tables(redis, "d1")
        self.lease = Lease(redis, "d1", WORK, "one")
        self.done = self.out = 0

    async def put(self, *outputs: Output) -> None:
        """Commit these outputs."""
        if not self.lease.token:
            assert await self.lease.acquire()
        self.out += sum(not isinstance(output, Shown) for output in outputs)
        each = Changes(self.done, self.done + 1, self.out, self.done, {}, list(outputs))
        await self.tables.commit(each, self.lease.token)
        self.done += 1


@pytest.fixture
def writer(redis: Redis) -> Writer:
    """Return a worker that commits by hand."""
    return Writer(redis)


async def test_lossless_outputs_are_numbered_and_shown_ones_coalesced(
    redis: Redis, writer: Writer
) -> None:
    """Within a commit only the last state of an entity is kept; the others keep their ordinals."""
    await writer.put(shown("a", 1), incident("i1"), shown("b", 1), shown("a", 2), incident("i2"))
    await writer.put(shown("a", 3))
    await writer.put(incident("i3"))
    pages = await Outputs(redis, "d1").read(START, 10)
    found = [[(each.ordinal, each.output.id) for each in page.outputs] for page in pages]  # type: ignore[union-attr]
    assert found == [[(1, "i1"), (0, "b"), (0, "a"), (2, "i2")], [(0, "a")], [(3, "i3")]]
    assert [page.offset for page in pages] == [1, 2, 3]
    assert pages[0].outputs[2].output == shown("a", 2)


async def test_a_commit_without_outputs_leaves_no_entry(redis: Redis, writer: Writer) -> None:
    """The stream holds what was put out, nothing else."""
    await writer.put()
    await writer.put(incident("i1"))
    assert len(await Outputs(redis, "d1").read(START, 10)) == 1


async def test_reading_on_from_a_cursor_and_from_an_ordinal(redis: Redis, writer: Writer) -> None:
    """A cursor is exact; after an ordinal come the commits that hold later ones."""
    outputs = Outputs(redis, "d1")
    assert (await outputs.tail(), await outputs.oldest()) == (START, START)
    await writer.put(incident("i1"), incident("i2"), incident("i3"))
    await writer.put(shown("a", 1))
    await writer.put(incident("i4"))
    pages = await outputs.read(START, 10)
    assert await outputs.read(pages[0].cursor, 10) == pages[1:]
    assert await outputs.tail() == pages[-1].cursor
    assert await outputs.oldest() == pages[0].cursor
    assert (await outputs.after(2, 10))[0].outputs[-1].ordinal == 3
    assert [page.outputs[0].ordinal for page in await outputs.after(3, 10)] == [4]
    assert await outputs.after(4, 10) == []


async def test_trim_keeps_what_a_holder_has_not_passed(redis: Redis, writer: Writer) -> None:
    """The slowest holder decides; what it has dealt with may go."""
    outputs = Outputs(redis, "d1")
    for number in range(500):
        await writer.put(incident(f"i{number}"))
    await outputs.hold("slow", 120)
    await outputs.hold("fast", 500)
    assert (await outputs.held("slow"), await outputs.held("nobody")) == (120, 0)
    await outputs.trim(10)
    pages = await outputs.after(120, 1_000)
    assert [page.outputs[0].ordinal for page in pages] == list(range(121, 501))
    await outputs.hold("slow", 500)
    await outputs.trim(10)
    left = await outputs.read(START, 1_000)
    assert left[0].outputs[0].ordinal <= 491
    assert len(left) < 380


async def test_shown_alone_does_not_grow_without_bound(redis: Redis, writer: Writer) -> None:
    """Entities are most of what is put out: they are trimmed although they have no ordinals."""
    outputs = Outputs(redis, "d1")
    await writer.put(incident("i1"))
    await outputs.hold("act", 1)
    for number in range(1_000):
        await writer.put(shown("a", number))
    await outputs.trim(100)
    assert await redis.xlen("cityhub:{d1}:out") <= 300
