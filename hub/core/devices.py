"""Devices (设备台账): repeats dropped, late readings marked, gaps counted, silence noticed."""

from hashlib import blake2b

from msgspec import Struct

from hub.core.hearing import Hearing
from hub.core.store import Records, Store
from hub.core.timers import Timers
from hub.model.device import Card, Device
from hub.model.event import Event
from hub.model.instant import Instant
from hub.model.limits import BACKFILL, CLOCK_OFF, REMEMBERED_IDS, SEQUENCE_JUMP, STALE_PERIODS

HUB = "hub"
SILENT = "silent"
"""Name of the timer that looks whether a device has fallen silent."""

_HASH = 8


class Heard(Struct, frozen=True):
    """What one reading told about its device.

    ``duplicate`` readings are dropped; ``late`` ones enter windows and history, not the current
    value; ``fresh`` ones end a silence; ``gap`` is the span of sequence numbers that never came;
    ``clock_off`` says that the device's word on time is not to be believed.
    """

    device: Device
    duplicate: bool = False
    late: bool = False
    fresh: bool = False
    clock_off: bool = False
    gap: tuple[int, int] | None = None


class Devices:
    """All devices of a partition."""

    def __init__(self, store: Store, timers: Timers, hearing: Hearing) -> None:
        self._records = Records(store, "devices", Device)
        self._timers = timers
        self._hearing = hearing
        self._behind: dict[str, set[str]] = {}
        for name in self._records.names():
            device = self._records.get(name)
            if device is not None and device.card is not None:
                self._join(device, device.card)

    def get(self, source: str) -> Device | None:
        """Return a device that was ever heard of."""
        return self._records.get(source)

    def owners(self) -> dict[str, str]:
        """Return which device each entity lives by."""
        known = (self._records.get(source) for source in self._records.names())
        return {id_: device.source for device in known if device for id_ in device.entities}

    def touch(self, source: str) -> None:
        """Note that a device's record was changed in place."""
        self._records.touch(source)

    def hear(self, event: Event, now: Instant) -> Heard:
        """Take in a reading."""
        device = self._device(event)
        self._records.touch(event.source)
        mark = blake2b(event.id.encode(), digest_size=_HASH).digest()
        if "redrive" not in event.flags and _contains(device.recent, mark):
            device.duplicates += 1
            return Heard(device, duplicate=True)
        device.recent = (device.recent + mark)[-REMEMBERED_IDS * _HASH :]
        device.exercise = event.exercise
        device.accepted += 1
        order = _order(device, event, now)
        gap = _follow(device, order)
        if order.late:
            device.late += 1
            return Heard(device, late=True, gap=gap)
        if event.time is not None and not order.clock_off:
            device.said = event.time
        device.heard, device.deaf = now, self._hearing.total(now)
        fresh, device.stale = device.stale, False
        self._watch(device, now)
        return Heard(device, fresh=fresh, clock_off=order.clock_off, gap=gap)

    def describe(self, event: Event, card: Card | None, now: Instant) -> bool:
        """Take in a card, None when it was withdrawn; return whether it said anything new."""
        device = self._device(event)
        if device.card == card:
            return False
        if device.card is not None:
            self._behind.get(device.card.via, set()).discard(device.source)
        device.card = card
        device.lost = now if card is None else device.lost
        device.exercise = event.exercise
        if card is not None:
            self._join(device, card)
            device.watched = False  # the period may be another one
            if device.heard and not device.stale:
                self._watch(device, now)
        self._records.touch(event.source)
        return True

    def connected(self, event: Event, *, online: bool, now: Instant) -> list[Device]:
        """Take in a connection's status; return the devices that went stale or fresh by it.

        A gateway's devices share its fate. Back online, a device is fresh again unless its periods
        have passed without a reading.
        """
        own = self._device(event)
        gateway = event.source.rpartition("/")[2]
        changed: list[Device] = []
        for source in sorted({own.source, *self._behind.get(gateway, ())}):
            device = self._records.get(source)
            if device is None:
                continue
            device.online = online
            self._records.touch(source)
            if not online and not device.stale and device.heard:
                device.stale, device.lost = True, now
                changed.append(device)
            elif online and device.stale and self._due(device, now) > now:
                device.stale = False
                self._watch(device, now)
                changed.append(device)
        return changed

    def look(self, source: str, now: Instant) -> Device | None:
        """Look at a device when its silence timer fires; return it when it is stale from now on."""
        device = self._records.get(source)
        if device is None:
            return None
        self._records.touch(source)
        device.watched = False
        if device.stale or device.card is None or device.card.period is None:
            return None
        if self._hearing.deaf:
            return None  # `watch_again` arms it when somebody listens again
        due = self._due(device, now)
        if due > now:
            self._arm(device, due)
            return None
        device.stale, device.lost = True, now
        return device

    def watch_again(self, now: Instant) -> None:
        """Arm the silence timers of all devices anew: what nobody heard does not count."""
        for source in self._records.names():
            device = self._records.get(source)
            if device is not None and device.heard and not device.stale:
                device.watched = False
                self._watch(device, now)

    def _due(self, device: Device, now: Instant) -> Instant:
        """Return when a device is silent for too long; an on-change device never is."""
        period = None if device.card is None else device.card.period
        if period is None:
            return now + 1
        deaf = self._hearing.total(now) - device.deaf
        return device.heard + STALE_PERIODS * period + deaf

    def _watch(self, device: Device, now: Instant) -> None:
        """Have a periodic device looked at when it will have been silent for too long."""
        if device.watched or self._hearing.deaf:
            return
        if device.card is None or device.card.period is None:
            self._timers.stop(HUB, SILENT, device.source)
        else:
            self._arm(device, self._due(device, now))

    def _arm(self, device: Device, due: Instant) -> None:
        device.watched = True
        self._timers.start(HUB, SILENT, device.source, due)

    def _join(self, device: Device, card: Card) -> None:
        if card.via:
            self._behind.setdefault(card.via, set()).add(device.source)

    def _device(self, event: Event) -> Device:
        device = self._records.get(event.source)
        if device is None:
            device = Device(event.source, event.district)
            self._records.put(event.source, device)
        return device


def _contains(recent: bytes, mark: bytes) -> bool:
    found = recent.find(mark)
    while found % _HASH and found >= 0:  # a match across two marks is none
        found = recent.find(mark, found + 1)
    return found >= 0


class _Order(Struct, frozen=True):
    """Where a reading stands among its device's: by its number, else by its time."""

    number: int | None
    late: bool
    fills: bool
    clock_off: bool


def _order(device: Device, event: Event, now: Instant) -> _Order:
    """Return whether a reading is late, and whether its time is to be believed.

    A number that was missing is late whatever the clock says. A time far from log time is a wrong
    clock when the number goes on, or when it is further back than any backfill.
    """
    number = int(event.sequence) if event.sequence else None
    earlier = event.time is None or event.time <= device.said
    fills = number is not None and 0 <= device.hole <= number < device.sequence and earlier
    off = event.time is not None and abs(now - event.time) > CLOCK_OFF
    older = event.time is not None and event.time < device.said
    behind = number is None or number < device.sequence
    backfill = behind and event.time is not None and now - event.time <= BACKFILL
    late = fills or (older and (backfill or not off))
    return _Order(number, late, fills, off and not late)


def _follow(device: Device, order: _Order) -> tuple[int, int] | None:
    """Follow the sequence: return the missing span when it jumps ahead.

    A device that begins again (or jumps beyond SEQUENCE_JUMP) is reset: no duplicate, no gap.
    """
    number, last = order.number, device.sequence
    if number is None:
        return None
    if order.fills:
        device.missing -= 1
        device.hole = device.hole if device.missing > 0 else -1
        return None
    if order.late:
        return None
    device.sequence = number
    if last < 0 or number == last + 1:
        return None
    if number <= last or number - last > SEQUENCE_JUMP:
        device.resets += 1
        device.hole = -1
        return None
    device.gaps += 1
    device.missing += number - last - 1
    device.hole = device.hole if device.hole >= 0 else last + 1
    return last + 1, number - 1
