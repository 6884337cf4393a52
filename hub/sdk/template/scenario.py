"""示例: a meter's value on the map, and an alert while it is too high."""

from hub.sdk import MINUTE, Band, Context, Field, Level, Payload, Scenario, State

LIMIT = 70.0
"""dB; above it for SUSTAINED the alert is raised. Say here where a limit comes from."""
RELIEF = 65.0
"""dB; below it the alert is cleared. A gap between the two keeps it from flapping."""
SUSTAINED = 10 * MINUTE

example = Scenario("example", title="示例", title_en="Example", description="数值持续过高时预警")
HIGH = example.alert("high", "数值过高")


class Reading(Payload, frozen=True):
    """The data of `city.example.level`: checked before any handler sees it."""

    value: float


class Meter(State):
    """What is remembered of each meter. Every field has a default."""

    value: float = 0.0
    highest: float = 0.0
    high: bool = False


class View(Payload, frozen=True):
    """What the screen shows of a meter."""

    value: float
    highest: float


METERS = example.layer(
    "meter",
    "监测点",
    "Meters",
    data=View,
    fields=(Field("value", "当前值", "Now", "dB"), Field("highest", "最高值", "Highest", "dB")),
    levels=(Band("normal", "正常", "Normal"), Band("high", "过高", "High", tone="yellow")),
)
example.tile("high", "过高监测点", "High meters", METERS, "count", levels=("high",))


@example.on("city.example.level")
def level(ctx: Context, reading: Reading, meter: Meter) -> None:
    """Show the value; watch whether it stays too high."""
    meter.highest = max(meter.highest, reading.value)
    meter.value = reading.value
    high = reading.value > (RELIEF if meter.high else LIMIT)
    if high and not meter.high:
        ctx.start("sustained", SUSTAINED)
    elif not high:
        ctx.stop("sustained")
        ctx.clear_alert(HIGH, ctx.key)
    meter.high = high
    card = ctx.card
    ctx.show(
        METERS,
        ctx.key,
        card.name if card else ctx.key,
        View(reading.value, meter.highest),
        at=card.at if card else None,
        level="high" if high else "normal",
    )


@example.timer("sustained")
def sustained(ctx: Context, meter: Meter) -> None:
    """Run SUSTAINED after the value rose above the limit, unless it fell meanwhile."""
    ctx.raise_alert(HIGH, ctx.key, Level.YELLOW, f"{ctx.key} 持续过高", text=f"{meter.value:g} dB")
