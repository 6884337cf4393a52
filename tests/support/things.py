"""A small scenario for tests of the core: it shows a thing's value and remembers all it heard."""

import msgspec
from msgspec import field

from hub.core.registry import Registry
from hub.model.event import Event
from hub.sdk import Context, Payload, Scenario, Silence, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A reading's number."""

    value: int


class Memory(State):
    """What was heard: current values, every value, and each silence with its reason and time."""

    current: list[int] = field(default_factory=list)
    every: list[int] = field(default_factory=list)
    silences: list[str] = field(default_factory=list)


class View(Payload, frozen=True):
    """What the screen shows."""

    value: int


def things() -> Registry:
    """Return the registry of the scenario."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer("thing", "物", "Things", data=View, fields=())

    @test.on("city.test.value")
    def current(ctx: Context, said: Value, memory: Memory) -> None:
        memory.current.append(said.value)
        ctx.show(layer, ctx.key, ctx.key, View(said.value))

    @test.on("city.test.value", late=True)
    def history(said: Value, memory: Memory) -> None:
        memory.every.append(said.value)

    @test.on_stale("Thing")
    def silent(ctx: Context, silence: Silence, memory: Memory) -> None:
        memory.silences.append(f"stale {silence.reason} {ctx.now}")

    @test.on_fresh("Thing")
    def back(ctx: Context, silence: Silence, memory: Memory) -> None:
        memory.silences.append(f"fresh {silence.reason} {ctx.now}")

    return registry(test)


def say(
    number: int,
    *,
    device: str = "a",
    said: float | None = None,
    id: str = "",  # noqa: A002 CloudEvents' own word
    sequenced: bool = True,
    flags: tuple[str, ...] = (),
) -> Event:
    """Return a device's ``number``-th reading, whose value is its number."""
    sequence = number if sequenced else None
    data = {"value": number}
    return reading(
        device, data, said=said, sequence=sequence, id=id or f"{device}-{number}", flags=flags
    )


def memory(driver: Driver, device: str = "a") -> Memory:
    """Return what the scenario remembers of a device."""
    raw = driver.kept.get(("state", f"test.Memory|{device}"))
    return Memory() if raw is None else msgspec.msgpack.decode(raw, type=Memory)


def value(driver: Driver, device: str = "a") -> int:
    """Return what the screen shows of a device."""
    return msgspec.json.decode(driver.shown(f"test.thing/{device}").data, type=View).value
