"""空气质量指数 by HJ 633-2026: pure functions of concentrations. µg/m³, CO mg/m³."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil

from msgspec import Struct

from scenarios.ecology.rules import GRADES, IAQI, PRIMARY_ABOVE, Grade

TITLES = {
    "pm25": "PM2.5", "pm10": "PM10", "o3": "O₃", "no2": "NO₂", "so2": "SO₂", "co": "CO",
}  # fmt: skip
"""The pollutants, in the order in which those of equal index are named."""


class Index(Struct, frozen=True):
    """An AQI with its primary pollutants (首要污染物): none up to 50, all that are tied above."""

    aqi: int
    primary: tuple[str, ...] = ()

    @property
    def grade(self) -> Grade:
        """Its grade."""
        return grade_of(self.aqi)

    @property
    def named(self) -> str:
        """The primary pollutants as a person reads them; 无 for none."""
        return "、".join(TITLES[name] for name in self.primary) or "无"


def iaqi(concentration: float, breakpoints: tuple[float, ...]) -> int | None:
    """Return a pollutant's own index (IAQI), rounded up; 500 beyond the last breakpoint of 500.

    None where the table ends sooner: then this mean has no index. The arithmetic is exact, so
    that a value on a breakpoint has just its index.
    """
    at = bisect_left(breakpoints, concentration)
    if at == len(breakpoints):
        return IAQI[-1] if len(breakpoints) == len(IAQI) else None
    if at == 0:
        return 0
    low, high = Fraction(breakpoints[at - 1]), Fraction(breakpoints[at])
    share = (Fraction(str(concentration)) - low) / (high - low)
    return ceil(IAQI[at - 1] + share * (IAQI[at] - IAQI[at - 1]))


def index(
    means: Mapping[str, float | None], table: Mapping[str, tuple[float, ...]]
) -> Index | None:
    """Return the AQI of some means by a table: the greatest IAQI; None when nothing has one."""
    found = {
        name: value
        for name in TITLES
        if (mean := means.get(name)) is not None and (value := iaqi(mean, table[name])) is not None
    }
    if not found:
        return None
    aqi = max(found.values())
    tied = tuple(name for name, value in found.items() if value == aqi)
    return Index(aqi, tied if aqi > PRIMARY_ABOVE else ())


def grade_of(aqi: int) -> Grade:
    """Return the grade of an AQI."""
    return next((grade for grade, upto in GRADES if aqi <= upto), Grade.SEVERE)


def mean(name: str, values: Iterable[float], *, least: float = 1) -> float | None:
    """Return the mean of a pollutant's values; None when there are fewer than ``least``.

    [P] As the release gives it: whole µg/m³, tenths of mg/m³ of CO.
    """
    there = list(values)
    if not there or len(there) < least:
        return None
    return rounded(name, sum(there) / len(there))


def rounded(name: str, concentration: float) -> float:
    """Return a concentration as the release gives it: whole µg/m³, tenths of mg/m³ of CO."""
    return round(concentration, 1 if name == "co" else 0)
