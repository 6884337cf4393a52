"""What of a recording is replayed: MQTT filters, types, and a stretch of time with its state."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.archive.errors import BadReplay
from hub.archive.replay_select import (
    Selection,
    causes,
    check_filter,
    heard_by,
    matches,
    merged,
    topic_of,
)
from hub.model.event import ACK, ALERT, CARD, TICK, Event, Logged, Position
from hub.model.instant import MINUTE, SECOND
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from tests.hub.archive.recordings import START, card, morning

LEVEL = st.sampled_from(["city", "210103", "parking", "lot-1", "occupancy", ""])


@pytest.mark.parametrize(
    ("pattern", "topic", "match"),
    [
        ("city/210103/parking/lot-1/occupancy", "city/210103/parking/lot-1/occupancy", True),
        ("city/+/parking/+/occupancy", "city/210103/parking/lot-1/occupancy", True),
        ("city/+/parking/+", "city/210103/parking/lot-1/occupancy", False),
        ("city/210103/#", "city/210103/parking/lot-1/occupancy", True),
        ("city/210103/#", "city/210103", True),  # MQTT 5 §4.7.1.2: the parent level too
        ("#", "city/210103/parking/lot-1/occupancy", True),
        ("city/210102/#", "city/210103/parking/lot-1/occupancy", False),
        ("+", "city/210103", False),
    ],
)
def test_filters_match_as_in_mqtt(pattern: str, topic: str, *, match: bool) -> None:
    """`+` is one level, `#` the parent and all below (MQTT 5 §4.7.1)."""
    assert matches(pattern, topic) is match


@given(st.lists(LEVEL, min_size=1, max_size=6))
def test_a_topic_matches_itself_and_everything(levels: list[str]) -> None:
    """A filter without wildcards is the topic; `#` and as many `+` as levels match it too."""
    topic = "/".join(levels)
    assert matches(topic, topic)
    assert matches("#", topic)
    assert matches("/".join("+" for _ in levels), topic)


@pytest.mark.parametrize("pattern", ["city/#/x", "city#", "ci+y/x", "a/b+", "##"])
def test_what_is_no_filter_is_refused(pattern: str) -> None:
    """A wildcard stands alone in its level, and `#` last."""
    with pytest.raises(BadReplay, match="no topic filter"):
        check_filter(pattern)


def test_a_topic_filter_takes_the_cards_of_its_devices() -> None:
    """A device that is replayed is known, whichever of its readings are; another's card is not."""
    cards, readings = morning(3)
    tick = Logged(Position("d1", 99), START, Event("t", "/hub/ingest", TICK))
    taken = list(Selection(("city/+/parking/lot-1/occupancy",)).take([*cards, tick, *readings]))
    assert {logged.event.source for logged in taken} == {"/parking/lot-1", "/hub/ingest"}
    assert [logged.event.type for logged in taken].count(CARD) == 1
    assert len(taken) == 1 + 1 + 3


def test_types_are_those_that_scenarios_hear() -> None:
    """The filter of a scenario is the types of its handlers; cards pass."""
    types = heard_by(load_all("scenarios/parking"))
    assert "city.parking.occupancy" in types
    assert "city.gas.concentration" not in types
    cards, readings = morning(2)
    assert list(Selection(types=types).take([*cards, *readings])) == [*cards, *readings]
    assert list(Selection(types=frozenset({"x"})).take([*cards, *readings])) == cards


def test_a_seek_gives_the_retained_state_of_that_moment_first() -> None:
    """The newest card of each device, at the moment of the seek, then what follows."""
    cards, readings = morning(10)
    renamed = replace(card("lot-0", 50), time=START + MINUTE)
    gone = card("lot-1", 51)
    gone = replace(gone, event=replace(gone.event, data=b"null"))
    since = START + 5 * MINUTE
    log = [*cards, *readings[:4], renamed, gone, *readings[4:]]
    taken = list(Selection(since=since).take(log))
    assert taken[0] == replace(renamed, time=since)
    assert taken[1:] == readings[10:]


def test_a_window_ends() -> None:
    """`until` is inclusive, and what follows is not read."""
    cards, readings = morning(10)
    until = START + 2 * MINUTE
    assert list(Selection(until=until).take([*cards, *readings])) == [*cards, *readings[:6]]


def test_a_window_without_events_is_said() -> None:
    """A seek beyond the end is a mistake to be told, not an empty run."""
    cards, readings = morning(2)
    with pytest.raises(BadReplay, match="no event"):
        list(Selection(since=START + 99 * MINUTE).take([*cards, *readings]))


def test_what_a_hub_derived_is_not_replayed() -> None:
    """Alerts, events of scenarios and forwarded answers follow again from their causes."""
    cards, readings = morning(1)
    alert = Logged(Position("city", 1), START, Event("a", "/scenario/parking", ALERT))
    emitted = Logged(Position("city", 2), START, Event("b", "/scenario/x", "x.y", subject="z"))
    ack = Event("c", "/parking/sign", ACK, b'{"id":"city.x.1"}', district="210103")
    answer = Logged(Position("d1", 77), START, ack)
    passed_on = Logged(Position("city", 3), START, ack)
    log = [*cards, alert, emitted, answer, passed_on, *readings]
    assert list(causes(log, Partitioning())) == [*cards, answer, *readings]


@given(st.integers(0, 2**32))
def test_partitions_are_put_in_one_order(seed: int) -> None:
    """However a live recording interleaves two partitions: by log time, partition, ordinal."""
    _, readings = morning(20)
    told = Event("e", "/scenario/x", "x.y")
    city = [Logged(Position("city", n + 1), each.time, told) for n, each in enumerate(readings)]
    chance, both = Random(seed), []  # noqa: S311 a seed, not a secret
    waiting = [list(reversed(readings)), list(reversed(city))]
    while any(waiting):
        # Never further apart than the window allows.
        first = min((log for log in waiting if log), key=lambda log: log[-1].time)
        near = [log for log in waiting if log and log[-1].time - first[-1].time < SECOND]
        both.append(chance.choice(near).pop())
    expected = sorted([*readings, *city], key=lambda each: (each.time, each.position))
    assert list(merged(both)) == expected


def test_topics_of_retained_messages() -> None:
    """A card's topic ends in `$device`; what is no device's has none."""
    assert topic_of(card("lot-1", 1).event) == "city/210103/parking/lot-1/$device"
    assert not topic_of(Event("t", "/hub/ingest", TICK))
