"""Putting the rows of a feed in the order of their time, within bounds."""

import heapq
from collections.abc import Iterable, Iterator

from msgspec import Struct

from hub.archive.reading import Reading
from hub.model.instant import Duration, Instant

HELD = 100_000
"""Most readings held back to be put in order: some 50 MB. Beyond it the oldest go on."""


class Disorder(Struct):
    """How far the feed was out of order.

    ``rows`` stood after a later one, by up to ``worst``. Of these, ``late`` ones came when the log
    had passed them: they keep their place, with the log time of that place.
    """

    rows: int = 0
    late: int = 0
    worst: Duration = 0


def ordered(
    readings: Iterable[Reading], window: Duration, disorder: Disorder, held: int = HELD
) -> Iterator[tuple[Instant, Reading]]:
    """Yield (log time, reading), log time never falling; equal times stay in the feed's order.

    A reading waits until one is ``window`` later. A single time far in the future waits to the
    end and moves no other.
    """
    heap: list[tuple[Instant, int, Reading]] = []
    newest = passed = 0
    for number, reading in enumerate(readings):
        if reading.time < newest:
            disorder.rows += 1
            disorder.worst = max(disorder.worst, newest - reading.time)
            disorder.late += reading.time < passed
        newest = max(newest, reading.time)
        heapq.heappush(heap, (max(reading.time, passed), number, reading))
        while heap and (heap[0][0] <= newest - window or len(heap) > held):
            passed, _, ready = heapq.heappop(heap)
            yield passed, ready
    while heap:
        time, _, ready = heapq.heappop(heap)
        yield time, ready
