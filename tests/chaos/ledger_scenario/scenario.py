"""A scenario whose every effect can be counted: a sum and a count per device, in both partitions.

Each `city.ledger.count` adds to its device's state and derives one event for `city`, where it is
added once more. What was lost or done twice anywhere shows as a wrong sum.
"""

from msgspec import Struct

from hub.sdk import Context, Field, Payload, Scenario, State

ledger = Scenario(
    "ledger", title="账本", title_en="Ledger", description="按设备计数，供故障测试核对"
)


class Count(Payload, frozen=True):
    """`city.ledger.count` and `ledger.counted`: the number that a device has come to."""

    n: int


class Sum(State):
    """What arrived in the device's own partition."""

    count: int = 0
    sum: int = 0


class Forwarded(State):
    """What arrived in `city`."""

    count: int = 0
    sum: int = 0


class View(Struct, frozen=True):
    """Either of them on the screen."""

    count: int
    sum: int


_FIELDS = (Field("count", "次数", "Count"), Field("sum", "合计", "Sum"))

SUMS = ledger.layer("sum", "账本", "Ledger", data=View, fields=_FIELDS, geometry="none")
FORWARDED = ledger.layer("fwd", "转发", "Forwarded", data=View, fields=_FIELDS, geometry="none")


@ledger.on("city.ledger.count", late=True)
def counted(ctx: Context, reading: Count, state: Sum) -> None:
    """Count a reading, show the sum, tell `city`."""
    state.count += 1
    state.sum += reading.n
    ctx.show(SUMS, ctx.key, ctx.key, View(state.count, state.sum))
    ctx.emit("ledger.counted", reading)


@ledger.on("ledger.counted")
def forwarded(ctx: Context, reading: Count, state: Forwarded) -> None:
    """Count what the forwarder brought."""
    state.count += 1
    state.sum += reading.n
    ctx.show(FORWARDED, ctx.key, ctx.key, View(state.count, state.sum))
