"""Faults as data: which device fails how, from when to when. Seeded, per device, without state.

Time is cut into blocks; in each block a device has at most one fault, which ends within it.
"""

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from hub.model.instant import DAY, HOUR, MINUTE, Duration, Instant
from sensors.city.noise import mix, unit

BLOCK: Duration = 2 * HOUR
_LATEST_START: Duration = HOUR
_SHORTEST: Duration = 10 * MINUTE
_LONGEST: Duration = HOUR


class FaultKind(StrEnum):
    """How a device fails."""

    OFFLINE = "offline"
    """Nothing is sent; readings go on being taken, so a gap shows afterwards."""
    STUCK = "stuck"
    """The same count again and again."""
    DUPLICATE = "duplicate"
    """Each reading is sent twice."""
    CLOCK_OFF = "clock-off"
    """The device's word on time is wrong by ``value`` microseconds."""
    OUT_OF_RANGE = "out-of-range"
    """``value`` more cars than bays, negative free bays."""
    GAP = "gap"
    """About a third of the readings is lost on the way."""
    RESET = "reset"
    """The device rebooted: its sequence began again at 1."""


class Level(StrEnum):
    """How much fails."""

    NONE = "none"
    DEFAULT = "default"
    HEAVY = "heavy"


class Fault(Struct, frozen=True):
    """One fault of one device, in [``since``, ``until``)."""

    kind: FaultKind
    since: Instant
    until: Instant
    value: int = 0


class _Shares(Struct, frozen=True):
    """Chances, from 0 to 1.

    Of a fault per device and block, of an outage per gateway and block, and of being a device
    that reboots once a day.
    """

    device: float
    gateway: float
    reboot: float


_SHARES = {
    Level.NONE: _Shares(0, 0, 0),
    # About 6 of 343 devices at a time, a gateway down every few hours (our default).
    Level.DEFAULT: _Shares(0.06, 0.02, 0.01),
    Level.HEAVY: _Shares(0.5, 0.15, 0.1),
}

_WEIGHTED = (
    FaultKind.OFFLINE, FaultKind.OFFLINE, FaultKind.STUCK, FaultKind.DUPLICATE,
    FaultKind.CLOCK_OFF, FaultKind.OUT_OF_RANGE, FaultKind.OUT_OF_RANGE, FaultKind.GAP,
)  # fmt: skip

_CLOCKS_OFF = (-HOUR, HOUR, -9 * MINUTE, 11 * MINUTE, 8 * HOUR, -DAY)
_MOST_OVER = 12


class Faults:
    """The faults of a city at a level."""

    __slots__ = ("_seed", "_shares")

    def __init__(self, seed: int, level: Level) -> None:
        self._seed = mix(seed, 0xFA)
        self._shares = _SHARES[level]

    def at(self, salt: int, instant: Instant) -> Fault | None:
        """Return the fault that the device with this salt has at an instant."""
        if not self._shares.device:
            return None
        return self._within(salt, instant, self._shares.device, _WEIGHTED)

    def outage(self, salt: int, instant: Instant) -> Fault | None:
        """Return the outage that the gateway with this salt has at an instant."""
        return self._within(salt, instant, self._shares.gateway, (FaultKind.OFFLINE,))

    def outages(self, salt: int, since: Instant, until: Instant) -> Iterator[Fault]:
        """Yield a gateway's outages that begin or end within [since, until), in order."""
        for block in range(since // BLOCK - 1, until // BLOCK + 1):
            fault = self._of(salt, block, self._shares.gateway, (FaultKind.OFFLINE,))
            if fault and fault.since < until and fault.until >= since:
                yield fault

    def rebooted(self, salt: int, instant: Instant) -> Fault | None:
        """Return the latest reboot of a device that reboots daily; it lasts until the next one."""
        if unit(self._seed, salt, 1) >= self._shares.reboot:
            return None
        hour = round(unit(self._seed, salt, 2) * DAY)
        since = (instant - hour) // DAY * DAY + hour
        return Fault(FaultKind.RESET, since, since + DAY)

    def lost(self, salt: int, ordinal: int) -> bool:
        """Return whether a device with a GAP loses its ``ordinal``-th reading."""
        return mix(self._seed, salt, ordinal, 3) % 3 == 0

    def _within(
        self, salt: int, instant: Instant, share: float, kinds: tuple[FaultKind, ...]
    ) -> Fault | None:
        fault = self._of(salt, instant // BLOCK, share, kinds)
        return fault if fault and fault.since <= instant < fault.until else None

    def _of(
        self, salt: int, block: int, share: float, kinds: tuple[FaultKind, ...]
    ) -> Fault | None:
        bits = mix(self._seed, salt, block)
        if (bits >> 11) * 2.0**-53 >= share:
            return None
        since = block * BLOCK + round(unit(bits, 1) * _LATEST_START)
        until = since + _SHORTEST + round(unit(bits, 2) * (_LONGEST - _SHORTEST))
        kind = kinds[mix(bits, 3) % len(kinds)]
        value = 0
        if kind is FaultKind.CLOCK_OFF:
            value = _CLOCKS_OFF[mix(bits, 4) % len(_CLOCKS_OFF)]
        elif kind is FaultKind.OUT_OF_RANGE:
            value = 1 + mix(bits, 4) % _MOST_OVER
        return Fault(kind, since, until, value)
