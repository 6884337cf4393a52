"""What the bench publishes is what any device may publish."""

from itertools import pairwise

from hub.bench.plan import (
    FEWEST,
    MOST,
    PREFIX,
    Plan,
    card,
    card_topic,
    entity,
    occupied,
    reading,
    source,
    topic,
)
from hub.ingest.decode import decode
from hub.model.event import CARD
from hub.model.instant import SECOND
from scenarios.parking.rules import SATURATED

PLAN = Plan(rate=10, seconds=1, devices=3, run="r1")


def test_ingest_takes_its_messages() -> None:
    """Card and reading decode to events of the device, with sequence and the city's time."""
    (described,) = decode(card_topic(0), card(0), {}, None)
    assert described.type == CARD
    assert described.source == source(0) == "/parking/bench-0001"
    (event,) = decode(topic(0), reading(PLAN, 0, 7, 5 * SECOND), {}, None)
    assert event.source == source(0)
    assert event.source.startswith(PREFIX)
    assert event.sequence == "0000000007"
    assert event.time == 5 * SECOND
    assert event.id == "bench-0001-r1-0000000007"


def test_ids_differ_between_runs() -> None:
    """A second run's events are no repeats of the first one's."""
    other = Plan(rate=10, seconds=1, devices=3, run="r2")
    assert reading(PLAN, 0, 7, 0) != reading(other, 0, 7, 0)


def test_lots_change_and_never_saturate() -> None:
    """Occupancy moves with every reading and stays below what would raise an alert."""
    cars = [occupied(3, n) for n in range(200)]
    assert min(cars) == FEWEST
    assert max(cars) == MOST < SATURATED * 100
    assert all(a != b for a, b in pairwise(cars))


def test_beyond_four_digits() -> None:
    """Names stay distinct beyond 9,999 devices."""
    assert entity(9_999) == "parking.lot/bench-10000"
