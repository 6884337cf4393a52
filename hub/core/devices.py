"""Devices (设备台账): repeats dropped, late readings marked, gaps counted, silence noticed."""

from hashlib import blake2b

from msgspec import Struct

from hub.core.hearing import Hearing
from hub.core.store import Records, Store
from hub.core.timers import Timers
from hub.model.device import Card, Device
from hub.model.event import Event
from hub.model.instant import SECOND, Instant
from hub.model.limits import CLOCK_OFF, REMEMBERED_IDS, STALE_PERIODS

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
        device.accepted += 1
        said = now if event.time is None else event.time
        off = abs(now - said) > CLOCK_OFF
        late = said < device.said
        if late:
            device.late += 1
        else:
            device.said = said
        gap = _follow(device, event.sequence, late=late)
        device.heard, device.deaf = now, self._hearing.total(now)
        fresh, device.stale = device.stale, False
        self._watch(device, now)
        return Heard(device, late=late, fresh=fresh, clock_off=off, gap=gap)

    def describe(self, event: Event, card: Card | None, now: Instant) -> bool:
        """Take in a card, None when it was withdrawn; return whether it said anything new."""
        device = self._device(event)
        if device.card == card:
            return False
        if device.card is not None:
            self._behind.get(device.card.via, set()).discard(device.source)
        device.card = card
        if card is not None:
            self._join(device, card)
            if device.heard:
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
                device.stale = True
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
        due = self._due(device, now)
        if due > now or self._hearing.deaf:
            # While deaf `due` moves along with `now`: look again no more than once a second.
            self._arm(device, max(due, now + SECOND) if self._hearing.deaf else due)
            return None
        device.stale = True
        return device

    def _due(self, device: Device, now: Instant) -> Instant:
        """Return when a device is silent for too long; an on-change device never is."""
        period = None if device.card is None else device.card.period
        if period is None:
            return now + 1
        deaf = self._hearing.total(now) - device.deaf
        return device.heard + STALE_PERIODS * period + deaf

    def _watch(self, device: Device, now: Instant) -> None:
        period = None if device.card is None else device.card.period
        if period is not None and not device.watched:
            self._arm(device, now + STALE_PERIODS * period)

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


def _follow(device: Device, text: str, *, late: bool) -> tuple[int, int] | None:
    """Follow the sequence: return the missing span when it jumps ahead.

    A number at or below the last one fills a gap when the reading is late, else the device began
    again (a reset is no duplicate).
    """
    if not text:
        return None
    number, last = int(text), device.sequence
    if late or (number <= last and device.missing and number > last - device.missing):
        device.missing = max(0, device.missing - 1)
        return None
    device.sequence = number
    if last < 0 or number == last + 1:
        return None
    if number <= last:
        device.resets += 1
        return None
    device.gaps += 1
    device.missing += number - last - 1
    return last + 1, number - 1
