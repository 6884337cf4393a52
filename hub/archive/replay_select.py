"""Which part of a recording is replayed: topics, scenarios, a stretch of time. Pure.

A stretch that begins later is a seek: what was retained at that moment (cards, statuses) comes
first, so that devices are known; what scenarios had remembered by then is not.
"""

import heapq
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from hub.archive.errors import BadReplay
from hub.core.registry import Registry
from hub.model.event import ACK, ALERT, CARD, LISTENING, STATUS, TICK, Event, Logged, Position
from hub.model.instant import SECOND, Duration, Instant
from hub.model.partition import Partitioning
from hub.model.topic import ROOT, Kind

RETAINED = {CARD: Kind.CARD, STATUS: Kind.STATUS}
"""Events whose message the broker keeps, and the last level of its topic."""
CLOCKWORK = frozenset({TICK, LISTENING})
"""What the time of the log itself needs: no filter takes it away."""

CORE = "/hub/core"
"""Source of what a partition told itself or the others: verdicts, reloads, configurations."""

_DEVICE_LEVELS = 4

WINDOW: Duration = 10 * SECOND
"""How far apart partitions may stand in a recording: readers of the log wait half a second."""
HELD = 100_000
"""Most events held back to be put in order: some 50 MB."""


class Selection(Struct, frozen=True):
    """What to take. ``topics`` are MQTT filters, ``types`` event types; empty: all.

    ``since`` and ``until`` (inclusive) are log times.
    """

    topics: tuple[str, ...] = ()
    types: frozenset[str] = frozenset()
    since: Instant | None = None
    until: Instant | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out, so that a replay need not look at each event."""
        return self == Selection()

    def take(self, log: Iterable[Logged]) -> Iterator[Logged]:
        """Yield what is selected, at a seek the retained state first."""
        wanted = _Filter(self)
        if self.since is not None:
            yield from _seek(self, log, wanted)
            return
        for logged in log:
            if self.until is not None and logged.time > self.until:
                return
            if wanted.holds(logged.event):
                yield logged


def topic_of(event: Event) -> str:
    """Return the topic a device uses for this event; empty for what is no device's message."""
    level = RETAINED.get(event.type)
    if level is None or not event.district:
        return event.topic
    return f"{ROOT}/{event.district}{event.source}/{level}"


def check_filter(pattern: str) -> None:
    """Raise BadReplay unless ``pattern`` is an MQTT topic filter (MQTT 5 §4.7.1)."""
    levels = pattern.split("/")
    for index, level in enumerate(levels):
        last = index == len(levels) - 1
        if ("#" in level and (level != "#" or not last)) or ("+" in level and level != "+"):
            raise BadReplay(
                f"{pattern!r} is no topic filter", "Write + for one level, # for all that follow"
            )


def matches(pattern: str, topic: str) -> bool:
    """Tell whether a topic filter matches a topic."""
    return _match(pattern.split("/"), topic.split("/"))


def heard_by(registry: Registry) -> frozenset[str]:
    """Return the types of readings that any scenario of a registry runs on."""
    return frozenset(h.on for d in registry.declarations for h in d.handlers)


def derived(logged: Logged, partitioning: Partitioning) -> bool:
    """Tell whether an event of a hub's log follows from others: a replay makes it again."""
    event = logged.event
    if event.type == ACK:  # passed on to the partition whose command it answers
        return logged.position.partition != partitioning.of(event.district)
    return event.type == ALERT or event.source == CORE or event.source.startswith("/scenario/")


def causes(log: Iterable[Logged], partitioning: Partitioning) -> Iterator[Logged]:
    """Yield what came from outside, without what the recorded hub itself made of it."""
    for logged in log:
        if not derived(logged, partitioning):
            yield logged


def merged(log: Iterable[Logged]) -> Iterator[Logged]:
    """Yield a hub's recording in order of (log time, partition, ordinal).

    A live recording follows each partition by itself: they stand in it up to WINDOW apart.
    """
    heap: list[tuple[Instant, Position, int, Logged]] = []
    for number, logged in enumerate(log):
        heapq.heappush(heap, (logged.time, logged.position, number, logged))
        while heap[0][0] <= logged.time - WINDOW or len(heap) > HELD:
            yield heapq.heappop(heap)[-1]
    while heap:
        yield heapq.heappop(heap)[-1]


class _Filter:
    """Tells whether an event passes topics and types; remembers each (source, type)."""

    def __init__(self, selection: Selection) -> None:
        self._filters = [pattern.split("/") for pattern in selection.topics]
        self._types = selection.types
        self._known: dict[tuple[str, str, str], bool] = {}

    def holds(self, event: Event) -> bool:
        key = (event.source, event.type, event.district)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._decide(event)
        return known

    def _decide(self, event: Event) -> bool:
        if event.type in CLOCKWORK:
            return True
        retained = event.type in RETAINED
        if self._types and not retained and event.type not in self._types:
            return False
        if not self._filters:
            return True
        topic = topic_of(event)
        levels = topic.split("/")
        if retained:  # a device is known by its card whichever of its readings are wanted
            levels = levels[:_DEVICE_LEVELS]
            cut = [pattern[:_DEVICE_LEVELS] for pattern in self._filters]
            return any(_match(pattern, levels) for pattern in cut)
        return bool(topic) and any(_match(pattern, levels) for pattern in self._filters)


def _match(pattern: list[str], levels: list[str]) -> bool:
    for index, level in enumerate(pattern):
        if level == "#":
            return True
        if index >= len(levels) or level not in ("+", levels[index]):
            return False
    return len(pattern) == len(levels)


def _seek(selection: Selection, log: Iterable[Logged], wanted: _Filter) -> Iterator[Logged]:
    since = selection.since or 0
    kept: dict[tuple[str, str], Logged] = {}
    arrived = False
    for logged in log:
        if selection.until is not None and logged.time > selection.until:
            break
        if not wanted.holds(logged.event):
            continue
        if logged.time >= since:
            if not arrived:
                arrived = True
                yield from _state(kept, since)
            yield logged
        elif logged.event.type in RETAINED:
            kept[logged.event.type, logged.event.source] = logged
    if not arrived:
        raise BadReplay(
            "no event lies in the chosen time", "Look at the recording's first and last time"
        )


def _state(kept: dict[tuple[str, str], Logged], since: Instant) -> Iterator[Logged]:
    """Yield cards, then statuses, by device; a withdrawn card is no state."""
    for _, logged in sorted(kept.items()):
        if logged.event.data != b"null":
            yield replace(logged, time=since)
