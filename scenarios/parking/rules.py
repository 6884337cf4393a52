"""The rules of 好停车: levels, saturation, guidance. Change them here.

[D] our default; where DOMAIN §3 or §4 has the same default it is named. When a lot counts as
silent (3 periods of its card) is the hub's rule for every device: `hub.model.limits.STALE_PERIODS`.
"""

from enum import StrEnum

from hub.sdk import MINUTE

TIGHT = 30
SCARCE = 10
"""[D, as DOMAIN §3] Percent of free bays below which a lot is 紧张 and 紧缺; none free is 满位."""
HYSTERESIS = 2
"""[D] A better level begins only this many percent beyond the limit, so that it does not flap."""

SATURATED = 0.95
SATURATED_FOR = 10 * MINUTE
RELIEVED = 0.93
"""[D, as DOMAIN §3; the return ours] A lot is saturated at this occupancy for this long, and no
longer below the second figure. The city hears at once when a lot crosses either: what hangs on it
elsewhere must not come 5 % late."""

AREA_SATURATED = 0.70
AREA_RELIEVED = 0.60
"""[D, as DOMAIN §3; the return ours] A 商圈 is saturated when this share of its lots is, until the
share falls below the second."""
AREA_LOTS = 3
"""[D] Fewer lots with data make no 商圈."""

GUIDE_METRES = 800.0
"""[D] A sign guides to lots with room within this distance (DOMAIN §4 link 3 uses the same)."""
GUIDE_LINES = 3
"""[D] Lines of a sign."""
GUIDE_PAUSE = MINUTE // 2
"""[D] A sign is told something new no more often than this: drivers must be able to read it."""
GUIDE_EXPIRES = 5 * MINUTE
"""[D] A guidance older than this is worth nothing."""
TOLD_AGAIN = 0.05
"""[D] The city hears of a lot again when its free bays moved by this share of its bays."""


class Lot(StrEnum):
    """The level of a lot, the calmest first."""

    FREE = "free"
    TIGHT = "tight"
    SCARCE = "scarce"
    FULL = "full"


_ORDER = list(Lot)


def lot_level(free: int, total: int, last: Lot | None) -> Lot:
    """Return a lot's level; a better one than ``last`` needs HYSTERESIS beyond the limit."""
    level = _level(free, total, 0)
    if last is None or _ORDER.index(level) >= _ORDER.index(last):
        return level
    return min(_level(free, total, HYSTERESIS), last, key=_ORDER.index)


def _level(free: int, total: int, more: int) -> Lot:
    """Return the level with limits ``more`` percent higher; whole numbers, so limits are exact."""
    percent = 100 * free
    if free <= 0 or percent < more * total:
        return Lot.FULL
    if percent < (SCARCE + more) * total:
        return Lot.SCARCE
    return Lot.TIGHT if percent < (TIGHT + more) * total else Lot.FREE


def area_saturated(saturated: int, lots: int, *, was: bool) -> bool:
    """Return whether a 商圈 is saturated: ``saturated`` of its ``lots`` with data are."""
    if lots < AREA_LOTS:
        return False
    return saturated / lots >= (AREA_RELIEVED if was else AREA_SATURATED)
