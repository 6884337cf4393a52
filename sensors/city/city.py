"""The simulated city: which message is due when, and what devices answer to commands.

Readings are a function of (seed, size, period, faults, time) alone: `due` keeps nothing between
calls, so the city can be entered at any instant, in slices of any length, with the same bytes.
Only the guidance signs have state, and only commands change it.
"""

import heapq
from array import array
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from hub.model import topic as topics
from hub.model.command import Ack
from hub.model.device import Card
from hub.model.instant import MINUTE, SECOND, Duration, Instant, parse
from sensors.city.errors import BadCommand, BadPlan
from sensors.city.fault import Fault, FaultKind, Faults, Level
from sensors.city.gateway import build_gateways
from sensors.city.lot import Lot, build_lots
from sensors.city.message import (
    GATEWAY,
    PARKING,
    Line,
    Message,
    Occupancy,
    Shown,
    device_topic,
    encode,
    reading,
)
from sensors.city.noise import mix
from sensors.city.sign import KEPT, Sign, build_signs

LARGEST = 100_000
"""Most car parks of one city: what one machine was measured to hold (README)."""
PERIOD: Duration = MINUTE
"""A car park's reporting period (our default)."""
_ORDER = 0x12


class Order(Struct, frozen=True):
    """A command as it comes over the wire."""

    id: str
    name: str
    expires: str
    data: Raw = Raw(b"null")


class Span(Struct, frozen=True):
    """Data of `resend`: the first and the last missing sequence."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class City:
    """A seeded Shenyang of ``size`` car parks that each report every ``period`` microseconds."""

    def __init__(
        self,
        seed: int = 1,
        size: int = 343,
        *,
        period: Duration = PERIOD,
        faults: Level = Level.DEFAULT,
    ) -> None:
        """Raise BadPlan when the size or the period cannot be."""
        if not 1 <= size <= LARGEST:
            raise BadPlan(f"a city has 1 to {LARGEST:,} car parks, not {size:,}")
        if period < size:
            raise BadPlan(f"{size:,} car parks need a period of at least {size:,} µs")
        self.period = period
        self._booted: Instant | None = None
        self.lots = build_lots(seed, size)
        self.gateways = {gateway.id: gateway for gateway in build_gateways(seed, self.lots)}
        self._signs = {sign.id: sign for sign in build_signs(seed, self.lots)}
        self._faults = Faults(seed, faults)
        # Car parks report one after the other, evenly over the period, in a seeded order.
        ranked = sorted(range(size), key=lambda index: mix(seed, _ORDER, index))
        self._order = array("I", ranked)
        for rank, index in enumerate(ranked):
            self.lots[index].rank = rank

    def begin(self, at: Instant, period: Duration) -> None:
        """Boot all car parks at an instant, to report every ``period`` from there.

        Their sequences begin at 1: counted since 1970, another period would look like a huge gap.
        """
        self.period = max(period, len(self.lots))
        self._booted = at

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The guidance signs as they are now."""
        return tuple(self._signs.values())

    def cards(self, gateway: str, at: Instant) -> Iterator[Message]:
        """Yield the retained cards of a gateway and of what reports through it."""
        own = self.gateways[gateway]
        topic = device_topic(own.district, GATEWAY, gateway, "$device")
        yield _introduced(topic, own.card, gateway, at)
        for index in own.lots:
            lot = self.lots[index]
            topic = device_topic(lot.place.district, PARKING, lot.id, "$device")
            yield _introduced(topic, lot.card(self.period), gateway, at)
        for sign in self._signs.values():
            if sign.gateway == gateway:
                topic = device_topic(sign.district, PARKING, sign.id, "$device")
                yield _introduced(topic, sign.card, gateway, at)

    def status(self, gateway: str, at: Instant) -> Message:
        """Return the retained status of a gateway at an instant."""
        own = self.gateways[gateway]
        return own.status(at, online=self._faults.outage(own.salt, at) is None)

    def fault(self, device: str, at: Instant) -> Fault | None:
        """Return the fault a car park has at an instant: what goes wrong is data, too."""
        lot = self._lot(device)
        return None if lot is None else self._faults.at(lot.salt, at)

    def due(self, since: Instant, until: Instant) -> Iterator[Message]:
        """Yield all messages of [since, until) in order of time, then device."""
        outages = {
            gateway.id: tuple(self._faults.outages(gateway.salt, since, until))
            for gateway in self.gateways.values()
        }
        readings = self._readings(since, until, outages)
        edges = self._edges(since, until, outages)
        if not edges:
            return readings
        return heapq.merge(readings, edges, key=lambda message: (message.at, message.topic))

    def obey(self, topic: str, payload: bytes, now: Instant) -> list[Message]:
        """Return what a device publishes when a command reaches it at city time ``now``.

        Nothing comes from behind a gateway that is out. Raises BadCommand where there is no one
        to answer or nothing to answer to.
        """
        device, order = self._understood(topic, payload)
        target = self._signs.get(device) or self._lot(device)
        if target is None:
            raise BadCommand(topic, "no such device in this city")
        gateway = self.gateways[target.gateway]
        if self._faults.outage(gateway.salt, now):
            return []
        answers, problem = self._done(target, order, now)
        district = target.district if isinstance(target, Sign) else target.place.district
        where = device_topic(district, PARKING, device, f"$ack/{order.id}")
        ack = Ack(order.id, not problem, problem)
        return [Message(where, encode(ack), now, gateway.id), *answers]

    def _readings(
        self, since: Instant, until: Instant, outages: dict[str, tuple[Fault, ...]]
    ) -> Iterator[Message]:
        size, period, order = len(self.lots), self.period, self._order
        cycle, rest = divmod(since, period)
        rank = -(-rest * size // period)  # the first whose phase is not before `since`
        while True:
            if rank == size:
                cycle, rank = cycle + 1, 0
            at = cycle * period + rank * period // size
            if at >= until:
                return
            lot = self.lots[order[rank]]
            rank += 1
            out = outages[lot.gateway]
            if out and any(outage.since <= at < outage.until for outage in out):
                continue
            fault = self._faults.at(lot.salt, at)
            if fault is None:
                yield self._reading(lot, cycle, None)
                continue
            for _ in range(self._times(lot, cycle, fault)):
                yield self._reading(lot, cycle, fault)

    def _times(self, lot: Lot, cycle: int, fault: Fault) -> int:
        """Return how often a reading is sent: not at all, once, or twice."""
        if fault.kind is FaultKind.OFFLINE:
            return 0
        if fault.kind is FaultKind.GAP:
            return 0 if self._faults.lost(lot.salt, cycle) else 1
        return 2 if fault.kind is FaultKind.DUPLICATE else 1

    def _reading(self, lot: Lot, cycle: int, fault: Fault | None) -> Message:
        """Return the reading that a car park takes in a cycle, whether or not it is sent."""
        phase = lot.rank * self.period // len(self.lots)
        at = cycle * self.period + phase
        booted = self._boot(lot, at)
        if booted is None:
            boot, ordinal = None, cycle
        else:
            boot = booted // SECOND
            ordinal = cycle + 1 + (phase - booted) // self.period
        said = at + fault.value if fault and fault.kind is FaultKind.CLOCK_OFF else at
        return reading(
            topic=lot.topic,
            device=lot.id,
            event="occupancy",
            gateway=lot.gateway,
            boot=boot,
            ordinal=ordinal,
            at=at,
            said=said,
            data=_occupancy(lot, at, fault),
        )

    def _edges(
        self, since: Instant, until: Instant, outages: dict[str, tuple[Fault, ...]]
    ) -> list[Message]:
        """Return the status changes of gateways within [since, until), in order."""
        edges = [
            self.gateways[name].status(at, online=online)
            for name, faults in outages.items()
            for fault in faults
            for at, online in ((fault.since, False), (fault.until, True))
            if since <= at < until
        ]
        return sorted(edges, key=lambda message: (message.at, message.topic))

    def _understood(self, topic: str, payload: bytes) -> tuple[str, Order]:
        try:
            parsed = topics.parse(topic)
            order = msgspec.json.decode(payload, type=Order)
            parse(order.expires)
        except ValueError as error:  # BadTopic, DecodeError, ValidationError, a time that is none
            raise BadCommand(topic, str(error)) from error
        if parsed.kind is not topics.Kind.COMMAND or not topics.COMMAND_ID.fullmatch(order.id):
            raise BadCommand(topic, "not a command, or its id cannot be answered")
        return parsed.device, order

    def _done(self, target: Sign | Lot, order: Order, now: Instant) -> tuple[list[Message], str]:
        """Do as told; return what to publish and, where it could not be done, why."""
        if now > parse(order.expires):
            return [], "expired"
        try:
            if order.name == "resend":
                span = msgspec.json.decode(order.data, type=Span)
                return self._again(target, int(span.first), int(span.last), now)
            if order.name == "guide" and isinstance(target, Sign):
                lines = msgspec.json.decode(order.data, type=Shown).lines
                return self._guide(target, lines, now), ""
        except ValueError as error:
            return [], f"bad data: {error}"
        return [], f"unknown command {order.name[:40]!r}"

    def _guide(self, sign: Sign, lines: tuple[Line, ...], now: Instant) -> list[Message]:
        changed = sign.guided(lines, now)
        self._signs[sign.id] = changed
        return [] if changed is sign else [changed.kept[-1]]

    def _again(
        self, target: Sign | Lot, first: int, last: int, now: Instant
    ) -> tuple[list[Message], str]:
        kept = target.again(first, last) if isinstance(target, Sign) else []
        if isinstance(target, Lot):
            kept = [said for said in self._kept(target, now) if first <= int(said.sequence) <= last]
        missing = last - first + 1 - len(kept)
        return kept, f"{missing} of them are no longer kept" if missing > 0 else ""

    def _kept(self, lot: Lot, now: Instant) -> Iterator[Message]:
        """Yield the readings in a car park's buffer: the last ones since it booted."""
        phase = lot.rank * self.period // len(self.lots)
        latest = (now - phase) // self.period
        booted = self._boot(lot, now)
        for cycle in range(latest - KEPT + 1, latest + 1):
            at = cycle * self.period + phase
            if booted is None or at >= booted:
                yield self._reading(lot, cycle, self._faults.at(lot.salt, at))

    def _boot(self, lot: Lot, at: Instant) -> Instant | None:
        """Return when a car park last booted; None for one that has run since 1970."""
        reboot = self._faults.rebooted(lot.salt, at)
        if reboot is None:
            return self._booted
        return reboot.since if self._booted is None else max(reboot.since, self._booted)

    def _lot(self, device: str) -> Lot | None:
        prefix, _, number = device.partition("-")
        if prefix != "lot" or not number.isdecimal() or not 1 <= int(number) <= len(self.lots):
            return None
        lot = self.lots[int(number) - 1]
        return lot if lot.id == device else None


def _occupancy(lot: Lot, at: Instant, fault: Fault | None) -> Occupancy:
    course = lot.course
    total = course.capacity
    if fault and fault.kind is FaultKind.OUT_OF_RANGE:
        return Occupancy(total, total + fault.value, -fault.value)
    stuck = fault is not None and fault.kind is FaultKind.STUCK
    occupied = course.occupied(fault.since if fault and stuck else at)
    return Occupancy(total, occupied, max(0, total - occupied))


def _introduced(topic: str, card: Card, gateway: str, at: Instant) -> Message:
    return Message(topic, encode(card), at, gateway, retain=True)
