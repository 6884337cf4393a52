"""异常: a series whose hour is far from what that hour of the week usually is.

What is usual is the median of the same hour of earlier weeks (of earlier days, until there are
enough weeks); how far values stray from it usually, the median of how far they did (MAD). Neither
moves for a few outliers. All that is remembered is bounded.
"""

from statistics import median

from msgspec import field

from hub.sdk import (
    HOUR,
    MINUTE,
    Band,
    Config,
    Context,
    Field,
    Level,
    Payload,
    Scenario,
    State,
    Window,
)

DAY_HOURS, WEEK_HOURS = 24, 168
WEEKS, DAYS = 8, 21
"""Values remembered of an hour of the week, and of an hour of the day."""
LEAST = 3
"""Values of an hour before anything is said of it: two could not outvote one."""
STRAYS, LEAST_STRAYS = 14 * 24, 24
"""Hours over which it is known how far values stray: two weeks, and at least one day."""
SIGMA = 1.4826
"""MAD × this is the standard deviation of a normal distribution."""
FLAT = 0.01
"""Share of the usual value that counts as straying at the least, for series that stand still."""


class AnomalyConfig(Config, frozen=True):
    """From how many deviations on a series is unusual; for how many hours it must not be then."""

    limit: float = 7.0
    calm: int = 6


class Reading(Payload, frozen=True):
    """The data of `city.series.value`."""

    value: float


class Series(State):
    """What a series usually does, and since how many hours it does so again."""

    week: dict[int, list[float]] = field(default_factory=dict)
    day: dict[int, list[float]] = field(default_factory=dict)
    strays: list[float] = field(default_factory=list)
    unusual: bool = False
    calm: int = 0


class View(Payload, frozen=True):
    """A series on the screen: its last hour, what is usual then, and how far that is apart."""

    value: float
    usual: float | None
    score: float | None


anomaly = Scenario(
    "anomaly",
    title="异常",
    title_en="Anomalies",
    description="数值偏离同一时段的常态时提示",
    config=AnomalyConfig,
)
UNUSUAL = anomaly.alert("unusual", "数值异常")
SERIES = anomaly.layer(
    "series",
    "序列",
    "Series",
    data=View,
    fields=(
        Field("value", "小时均值", "Mean of the hour"),
        Field("usual", "常态", "Usual"),
        Field("score", "偏离", "Deviations"),
    ),
    levels=(Band("normal", "正常", "Normal"), Band("unusual", "异常", "Unusual", "yellow")),
)


@anomaly.tumbling(
    "city.series.value",
    every=HOUR,
    lateness=5 * MINUTE,
    of=lambda reading: reading.value,
    payload=Reading,
)
def hour(ctx: Context, window: Window, series: Series, config: AnomalyConfig) -> None:
    """Hold an hour to what is usual, tell what is unusual, and learn from it either way."""
    number, value = window.start // HOUR, window.mean
    expected = usual(series, number)
    score = None if expected is None else deviations(series, value, expected)
    _judge(ctx, series, score, config)
    learn(series, number, value, expected)
    name, at = (ctx.card.name, ctx.card.at) if ctx.card else (ctx.key, None)
    level = "unusual" if series.unusual else "normal"
    ctx.show(SERIES, ctx.key, name, View(value, expected, score), at=at, level=level)


def usual(series: Series, number: int) -> float | None:
    """Return what is usual in an hour, counted since 1970; None while it is not known."""
    week = series.week.get(number % WEEK_HOURS, [])
    day = series.day.get(number % DAY_HOURS, [])
    known = week if len(week) >= LEAST else day
    return median(known) if len(known) >= LEAST else None


def deviations(series: Series, value: float, expected: float) -> float | None:
    """Return how far a value is from the usual one, in usual deviations (modified z-score)."""
    if len(series.strays) < LEAST_STRAYS:
        return None
    spread = SIGMA * median(abs(stray) for stray in series.strays)
    return (value - expected) / max(spread, FLAT * abs(expected), 1e-9)


def learn(series: Series, number: int, value: float, expected: float | None) -> None:
    """Take an hour into what is usual; the oldest is forgotten."""
    if expected is not None:
        series.strays.append(value - expected)
        del series.strays[:-STRAYS]
    slots = ((series.week, WEEK_HOURS, WEEKS), (series.day, DAY_HOURS, DAYS))
    for hours, period, most in slots:
        known = hours.setdefault(number % period, [])
        known.append(value)
        del known[:-most]


def _judge(ctx: Context, series: Series, score: float | None, config: AnomalyConfig) -> None:
    if score is not None and abs(score) >= config.limit:
        series.unusual, series.calm = True, 0
        text = f"小时均值偏离常态 {score:+.1f} 倍离散度"
        ctx.raise_alert(UNUSUAL, ctx.key, Level.YELLOW, f"{ctx.key} 数值异常", text=text)
    elif series.unusual:
        series.calm += 1
        if series.calm >= config.calm:
            series.unusual = False
            ctx.clear_alert(UNUSUAL, ctx.key)
