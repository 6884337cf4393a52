"""The whole city in one process: what the partitions send each other, in one order."""

import pytest

from hub.core.city import City
from hub.core.digest import Digest
from hub.core.trace import LINES, trace
from hub.model.event import Event, Logged, Position
from hub.model.output import Forward, Output
from hub.sdk import SECOND, Context, Payload, Scenario
from tests.support.machine import after, reading, registry


class Value(Payload, frozen=True):
    """A number."""

    value: int


class Far:
    """A city whose scenario sends each reading to `city`, and starts timers on both sides."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.outputs: list[tuple[str, Output]] = []
        test = Scenario("test", title="测试", title_en="Test", description="")

        @test.on("city.test.value")
        def near(ctx: Context, said: Value) -> None:
            ctx.start("ring", said.value * SECOND)
            ctx.emit("test.far", said)

        @test.on("test.far")
        def far(ctx: Context, said: Value) -> None:
            self.seen.append(f"far {said.value} {ctx.now - after(0)}")
            ctx.start("ring", said.value * SECOND)

        @test.timer("ring")
        def ring(ctx: Context) -> None:
            where = ctx.cause.partition(".")[0]
            self.seen.append(f"ring {where} {ctx.key} {ctx.now - after(0)}")

        self.city = City(registry(test), lambda *output: self.outputs.append(output))


@pytest.fixture
def far() -> Far:
    """Return such a city."""
    return Far()


def test_a_derived_event_follows_at_once(far: Far) -> None:
    """With the log time of its cause."""
    position = far.city.append("d1", reading("a", {"value": 5}), after(1))
    assert position == Position("d1", 1)
    assert far.seen == [f"far 5 {SECOND}"]
    assert [(name, type(output)) for name, output in far.outputs] == [("d1", Forward)]
    assert far.city.machine("city").offset == 1


def test_timers_of_all_partitions_fire_in_order_of_due(far: Far) -> None:
    """Ties go by the partition's name."""
    far.city.append("d1", reading("a", {"value": 9}), after(0))
    far.city.append("d1", reading("b", {"value": 4}), after(1))
    far.seen.clear()
    far.city.advance(after(100))
    assert far.seen == [
        f"ring city b {5 * SECOND}",
        f"ring d1 b {5 * SECOND}",
        f"ring city a {9 * SECOND}",
        f"ring d1 a {9 * SECOND}",
    ]


def test_a_recording_is_fed_in_order(far: Far) -> None:
    """Its positions are given anew: retained cards before it do not shift them."""
    log = [
        Logged(Position("d1", 10 + n), after(n), reading("a", {"value": n}, id=str(n)))
        for n in range(3)
    ]
    assert far.city.feed(log) == 3
    assert far.city.machine("d1").offset == 3


def test_a_digest_tells_outputs_order_and_state() -> None:
    """Each of them changes it."""
    event = Event("1", "/a/b", "x.y")
    one, two = Forward("city", event), Forward("d1", event)
    digests = set()
    for outputs in ([], [one], [two], [one, two], [two, one]):
        digest = Digest()
        for output in outputs:
            digest.take("d1", output)
        digests.add(digest.close([]))
    assert len(digests) == 5
    machine = Far().city.machine("d1")
    empty = Digest().close([machine])
    machine.apply(Logged(Position("d1", 1), after(0), reading("a", {"value": 1})))
    assert Digest().close([machine]) != empty


def test_a_trace_is_short_and_the_same_on_every_machine() -> None:
    """The innermost frames, files by their last two names."""

    def deep(left: int) -> None:
        if not left:
            raise ValueError("deep")
        deep(left - 1)

    with pytest.raises(ValueError, match="deep") as caught:
        deep(100)
    lines = trace(caught.value).splitlines()
    assert lines[0] == "ValueError: deep"
    assert len(lines) == LINES + 1
    assert all(line.startswith("core/test_city.py:") for line in lines[1:])
