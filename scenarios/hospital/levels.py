"""Which level a figure has, by the rules: pure functions with their hysteresis."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from scenarios.hospital.rules import (
    BEDS_FULL,
    BEDS_HYSTERESIS,
    BEDS_TIGHT,
    BEDS_WARN,
    BUSY,
    CROWDED,
    CROWDING_HYSTERESIS,
    DANGER,
    DEMAND_BELOW,
    DEMAND_DOWN,
    DEMAND_STEP,
    DEMAND_UP,
    ICU_FREE,
    ICU_RELIEVED,
    PARK_FULL,
    PARK_RELIEVED,
    SEVERE,
    SHARE,
    SHARE_AGAIN,
    TRIAGE_MINUTES,
    VERY_BUSY,
    Beds,
    Crowding,
)

E = TypeVar("E", bound=StrEnum)

CALM = (Crowding.CALM, Crowding.BUSY, Crowding.VERY_BUSY)
"""Bands with room for others: the score is below 101."""


def crowding(score: float, last: Crowding | None) -> Crowding:
    """Return the band of a NEDOCS score; a calmer one than ``last`` needs the hysteresis."""
    return _eased(score, last, CROWDING_HYSTERESIS, _crowding, Crowding)


def bed_level(share: float, last: Beds | None) -> Beds:
    """Return how full wards are at a share of occupied beds; a calmer level needs hysteresis."""
    return _eased(share, last, BEDS_HYSTERESIS, _beds, Beds)


def icu_short(free: int, beds: int, *, was: bool) -> bool:
    """Return whether ICU beds are short: ``free`` of ``beds``. No ICU is never short."""
    return beds > 0 and free / beds <= (ICU_RELIEVED if was else ICU_FREE)


def overdue(waits: dict[int, float]) -> tuple[int, ...]:
    """Return the triage levels whose longest wait (minutes) is beyond its target, in order."""
    return tuple(
        level
        for level, minutes in sorted(waits.items())
        if minutes > TRIAGE_MINUTES.get(level, minutes)
    )


def share_low(share: float, *, was: bool) -> bool:
    """Return whether a share of calls or turnouts within their time is too low."""
    return share < (SHARE_AGAIN if was else SHARE)


def park_full(occupancy: float, *, was: bool) -> bool:
    """Return whether a hospital's car park is full."""
    return occupancy >= (PARK_RELIEVED if was else PARK_FULL)


def extra_visits(temperature: float) -> float:
    """Return the share of emergency visits that cold adds at a temperature in ℃."""
    return DEMAND_STEP * max(0.0, DEMAND_BELOW - temperature)


def demand_up(extra: float, *, was: bool) -> bool:
    """Return whether a forecast is worth telling."""
    return extra >= (DEMAND_DOWN if was else DEMAND_UP)


def _eased(
    value: float, last: E | None, hysteresis: float, level: Callable[[float], E], kind: type[E]
) -> E:
    """Return the level of a value; from ``last`` down, that of the value plus the hysteresis."""
    order = list(kind)
    now = level(value)
    if last is None or order.index(now) >= order.index(last):
        return now
    return min(level(value + hysteresis), last, key=order.index)


def _crowding(score: float) -> Crowding:
    if score > DANGER:
        return Crowding.DANGER
    begins = (
        (SEVERE, Crowding.SEVERE),
        (CROWDED, Crowding.CROWDED),
        (VERY_BUSY, Crowding.VERY_BUSY),
        (BUSY, Crowding.BUSY),
    )
    return next((band for begin, band in begins if score >= begin), Crowding.CALM)


def _beds(share: float) -> Beds:
    begins = ((BEDS_FULL, Beds.FULL), (BEDS_TIGHT, Beds.TIGHT), (BEDS_WARN, Beds.WARN))
    return next((level for begin, level in begins if share >= begin), Beds.ROOM)
