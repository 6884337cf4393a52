"""示例: a meter's value on the map, and an alert while it is too high."""

from hub.sdk import MINUTE, Band, Config, Context, Field, Level, Payload, Scenario, State


class Limits(Config, frozen=True):
    """What may be changed while the city runs. Say of each value where it comes from."""

    high: float = 70.0
    """dB; above it for SUSTAINED the alert is raised (our default)."""
    relief: float = 65.0
    """dB; below it the alert is cleared. A gap between the two keeps it from flapping."""


SUSTAINED = 10 * MINUTE

example = Scenario(
    "example", title="示例", title_en="Example", description="数值持续过高时预警", config=Limits
)
HIGH = example.alert("high", "数值过高")


class Reading(Payload, frozen=True):
    """The data of `city.example.level`: checked before any handler sees it."""

    value: float


class Meter(State):
    """What is remembered of each meter. Every field has a default."""

    highest: float = 0.0


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
def level(ctx: Context, reading: Reading, meter: Meter, limits: Limits) -> None:
    """Show the value. What a parameter is given is decided by its annotation."""
    meter.highest = max(meter.highest, reading.value)
    ctx.show(
        METERS,
        ctx.key,
        ctx.card.name if ctx.card else ctx.key,
        View(reading.value, meter.highest),
        at=ctx.card.at if ctx.card else None,
        level="high" if too_high(reading, limits) else "normal",
    )


def too_high(reading: Reading, limits: Limits) -> bool:
    """Return whether a value is above the limit."""
    return reading.value > limits.high


def relieved(reading: Reading, limits: Limits) -> bool:
    """Return whether a value is well below it again."""
    return reading.value < limits.relief


@example.hold("city.example.level", when=too_high, for_=SUSTAINED, until=relieved)
def high(ctx: Context, reading: Reading) -> None:
    """Raise the alert when it has been too high all the time."""
    ctx.raise_alert(
        HIGH, ctx.key, Level.YELLOW, f"{ctx.key} 持续过高", text=f"{reading.value:g} dB"
    )


@high.cleared
def low(ctx: Context) -> None:
    """Clear it when it is well below again."""
    ctx.clear_alert(HIGH, ctx.key)
