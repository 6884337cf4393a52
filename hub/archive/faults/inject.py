"""Injecting faults into a log: the same log, faults and seed give the same damaged log. Pure.

Each (fault, device) has its own chances, so that another device more changes nothing for the rest.
Faults touch readings; cards, statuses and the hub's own events pass. Positions are given out anew.
"""

import heapq
from collections.abc import Iterable, Iterator

import msgspec

from hub.archive.faults.file import Faults
from hub.archive.faults.kinds import Fault
from hub.archive.faults.spell import Hold, Item, seconds
from hub.archive.replay_select import matches
from hub.ingest.decode import decode
from hub.model.errors import Rejected
from hub.model.event import REJECTED, Event, Logged, Position
from hub.model.instant import Instant
from hub.model.letter import rejection
from hub.model.partition import Partitioning

HELD = 1_000_000
"""Most messages held back at a time: some 500 MB. Beyond it the earliest go on too early."""


class Injection:
    """Faults with a seed. ``struck`` counts the readings that each fault had hold of, by number."""

    def __init__(self, faults: Faults, seed: int, partitioning: Partitioning) -> None:
        self.struck = dict.fromkeys(range(1, len(faults.fault) + 1), 0)
        self._faults = faults
        self._seed = seed
        self._partitioning = partitioning
        self._first: Instant | None = None
        self._holds: dict[tuple[int, str], Hold] = {}
        self._wanted: dict[tuple[int, str], bool] = {}

    def facts(self) -> dict[str, str]:
        """Return what a run's metadata says of it."""
        return {"faults": self._faults.text(), "faults_seed": str(self._seed)}

    def inject(self, log: Iterable[Logged]) -> Iterator[Logged]:
        """Yield the damaged log, in order of the new log times."""
        heap: list[tuple[Instant, int, Item]] = []
        number, passed = 0, 0
        ordinals: dict[str, int] = {}
        for logged in log:
            if self._first is None:
                self._first = logged.time
            for item in self._struck(logged):
                number += 1
                heapq.heappush(heap, (item.time, number, item))
            while heap and (heap[0][0] <= logged.time or len(heap) > HELD):
                passed = max(passed, heap[0][0])
                yield _logged(heapq.heappop(heap)[2], passed, ordinals)
        while heap:
            passed = max(passed, heap[0][0])
            yield _logged(heapq.heappop(heap)[2], passed, ordinals)

    def _struck(self, logged: Logged) -> list[Item]:
        items = [Item(logged.time, logged.position.partition, logged.event)]
        if not logged.event.type.startswith("city."):
            return items
        for number, fault in enumerate(self._faults.fault, start=1):
            items = [done for item in items for done in self._one(number, fault, item, logged.time)]
        return items

    def _one(self, number: int, fault: Fault, item: Item, sent: Instant) -> list[Item]:
        source = item.event.source
        if item.body is not None or not self._concerns(number, fault, item.event):
            return [item]
        hold = self._holds.get((number, source))
        if hold is None:
            hold = Hold(f"{self._seed}|{number}|{source}", fault.share)
            self._holds[number, source] = hold
        lasts = None if fault.seconds is None else seconds(fault.seconds)
        may_begin = self._may_begin(fault, sent)
        spell = hold.of(sent, fault.probability, lasts, may_begin=may_begin)
        if spell is None:
            return [item]
        self.struck[number] += 1
        return fault.apply(item, spell)

    def _may_begin(self, fault: Fault, sent: Instant) -> bool:
        since = sent - (self._first or 0)
        return since >= seconds(fault.after) and (
            fault.before is None or since < seconds(fault.before)
        )

    def _concerns(self, number: int, fault: Fault, event: Event) -> bool:
        if not fault.topics:
            return True
        key = (number, event.topic)
        known = self._wanted.get(key)
        if known is None:
            known = any(matches(pattern, event.topic) for pattern in fault.topics)
            self._wanted[key] = known
        return known


def _logged(item: Item, time: Instant, ordinals: dict[str, int]) -> Logged:
    ordinal = ordinals[item.partition] = ordinals.get(item.partition, 0) + 1
    event = item.event if item.body is None else _read(item.event, item.body)
    return Logged(Position(item.partition, ordinal), time, event)


def _read(event: Event, body: bytes) -> Event:
    """Return what ingest makes of a damaged message: the event, or that it is none and why."""
    try:
        return decode(event.topic, body, {}, None)[0]
    except Rejected as error:
        what = rejection(event.topic, body, error.reason, error.detail)
        data = msgspec.json.encode(what)
        return Event(event.id, "/hub/ingest", REJECTED, data)
