"""A series: devices of one kind that report one event, one after the other, period by period.

It keeps nothing between calls: what a device says in a cycle is a function of its number and the
cycle's time, so any slicing of time gives the same bytes.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from hub.model.instant import SECOND, Duration, Instant
from sensors.city.device import Member
from sensors.city.fault import Fault, FaultKind, Faults
from sensors.city.message import Message, device_topic, reading
from sensors.city.noise import mix

SENSOR_FAULTS = frozenset(FaultKind)
SYSTEM_FAULTS = frozenset({FaultKind.OFFLINE, FaultKind.GAP, FaultKind.DUPLICATE})
"""Of an information system (hospital, vehicle terminal): its clock and its numbers are right."""
CHANGE_FAULTS = frozenset({FaultKind.OFFLINE, FaultKind.DUPLICATE})
"""Of what reports on change: it has no count that could show a gap."""

_ORDER = 0x12

Say = Callable[[int, Instant, Duration], Struct | None]
"""Data of the ``index``-th device at an instant for a period; None: nothing to say."""

Outages = Mapping[str, tuple[Fault, ...]]
"""The outages of each gateway that touch an interval."""


class Series:
    """``members`` that report ``event`` every ``period``, spread evenly in a seeded order.

    ``absurd`` makes data that is out of range. Without ``counted`` readings carry no sequence.
    """

    def __init__(
        self,
        seed: int,
        members: Sequence[Member],
        event: str,
        period: Duration,
        say: Say,
        *,
        faults: Faults,
        fallible: frozenset[FaultKind] = SENSOR_FAULTS,
        absurd: Callable[[int, int], Struct] | None = None,
        counted: bool = True,
        turn: int = 0,
    ) -> None:
        self.members = members
        self.event = event
        self.period = self.standard = period
        self.counted = counted
        self._say = say
        self._faults = faults
        self._fallible = fallible if absurd else fallible - {FaultKind.OUT_OF_RANGE}
        self._absurd = absurd
        self._booted: Instant | None = None
        salts = (seed, _ORDER) if not turn else (seed, _ORDER, turn)
        ranked = sorted(range(len(members)), key=lambda index: mix(*salts, index))
        self._order = array("I", ranked)
        self._ranks = array("I", bytes(self._order.itemsize * len(ranked)))
        for rank, index in enumerate(ranked):
            self._ranks[index] = rank

    def begin(self, at: Instant, pace: float) -> None:
        """Boot all devices at an instant, to report ``pace`` times their standard period apart."""
        self.period = max(len(self.members), round(self.standard * pace))
        self._booted = at

    def find(self, device: str) -> int | None:
        """Return the index of a device; members are named and numbered in order, from 1."""
        prefix, _, number = device.rpartition("-")
        if not prefix or not number.isdecimal() or not 1 <= int(number) <= len(self.members):
            return None
        index = int(number) - 1
        return index if self.members[index].id == device else None

    def due(self, since: Instant, until: Instant, outages: Outages) -> Iterator[Message]:
        """Yield the readings of [since, until) in order of time."""
        size, period, order = len(self.members), self.period, self._order
        if not size:
            return
        cycle, rest = divmod(since, period)
        rank = -(-rest * size // period)  # the first whose phase is not before `since`
        while True:
            if rank == size:
                cycle, rank = cycle + 1, 0
            at = cycle * period + rank * period // size
            if at >= until:
                return
            index = order[rank]
            rank += 1
            out = outages[self.members[index].gateway]
            if out and any(outage.since <= at < outage.until for outage in out):
                continue
            yield from self._sent(index, cycle, at)

    def fault(self, index: int, at: Instant) -> Fault | None:
        """Return the fault a device has at an instant, of those that its kind can have."""
        fault = self._faults.at(self.members[index].salt, at)
        return fault if fault and fault.kind in self._fallible else None

    def kept(self, index: int, now: Instant, count: int) -> Iterator[Message]:
        """Yield the last ``count`` readings of a device since it booted."""
        if not self.counted:
            return
        phase = self._phase(index)
        latest = (now - phase) // self.period
        booted = self._boot(index, now)
        for cycle in range(latest - count + 1, latest + 1):
            at = cycle * self.period + phase
            if booted is None or at >= booted:
                taken = self._reading(index, cycle, self.fault(index, at))
                if taken is not None:
                    yield taken

    def _sent(self, index: int, cycle: int, at: Instant) -> Iterator[Message]:
        fault = self.fault(index, at)
        times = self._times(index, cycle, fault)
        if times:
            taken = self._reading(index, cycle, fault)
            if taken is not None:
                yield from (taken,) * times

    def _times(self, index: int, cycle: int, fault: Fault | None) -> int:
        """Return how often a reading is sent: not at all, once, or twice."""
        if fault is None:
            return 1
        if fault.kind is FaultKind.OFFLINE:
            return 0
        if fault.kind is FaultKind.GAP:
            return 0 if self._faults.lost(self.members[index].salt, cycle) else 1
        return 2 if fault.kind is FaultKind.DUPLICATE else 1

    def _reading(self, index: int, cycle: int, fault: Fault | None) -> Message | None:
        """Return the reading that a device takes in a cycle, whether or not it is sent."""
        member, phase = self.members[index], self._phase(index)
        at = cycle * self.period + phase
        data = self._data(index, at, fault)
        if data is None:
            return None
        booted = self._boot(index, at)
        boot = None if booted is None else booted // SECOND
        ordinal = cycle if booted is None else cycle + 1 + (phase - booted) // self.period
        off = fault.value if fault and fault.kind is FaultKind.CLOCK_OFF else 0
        return reading(
            topic=device_topic(member.district, member.domain, member.id, self.event),
            domain=member.domain,
            device=member.id,
            event=self.event,
            gateway=member.gateway,
            boot=boot,
            ordinal=ordinal if self.counted else None,
            at=at,
            said=at + off,
            data=data,
        )

    def _data(self, index: int, at: Instant, fault: Fault | None) -> Struct | None:
        if fault and fault.kind is FaultKind.OUT_OF_RANGE and self._absurd:
            return self._absurd(index, fault.value)
        stuck = fault is not None and fault.kind is FaultKind.STUCK
        return self._say(index, fault.since if fault and stuck else at, self.period)

    def _phase(self, index: int) -> Duration:
        return self._ranks[index] * self.period // len(self.members)

    def _boot(self, index: int, at: Instant) -> Instant | None:
        """Return when a device last booted; None for one that has run since 1970."""
        reboot = self._faults.rebooted(self.members[index].salt, at)
        if reboot is None:
            return self._booted
        return reboot.since if self._booted is None else max(reboot.since, self._booted)
