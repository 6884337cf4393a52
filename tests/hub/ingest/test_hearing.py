"""What the log is told of deafness."""

import msgspec

from hub.ingest.hearing import Hearing
from hub.model.event import Event, Listening


def said(events: list[Event]) -> list[tuple[bool, int]]:
    """Return what events say."""
    found = [msgspec.json.decode(event.data, type=Listening) for event in events]
    return [(one.hearing, one.since) for one in found]


def test_a_new_log_is_told_nothing() -> None:
    """Nothing was missed before the beginning."""
    hearing = Hearing("d1")
    assert hearing.news() == []
    hearing.up()
    assert hearing.news() == []


def test_after_a_start_it_hears_when_the_broker_is_there() -> None:
    """The gap begins at the head of the log and ends with the connection."""
    hearing = Hearing("d1")
    assert said([hearing.resumed(100, "started")]) == [(False, 100)]
    assert hearing.news() == [], "it was told already"
    hearing.up()
    assert said(hearing.news()) == [(True, 100)]
    assert said(hearing.news()) == [(True, 100)], "until the append has happened"
    hearing.told(hearing.news())
    assert hearing.news() == []


def test_a_loss_is_told_once_and_flapping_is_one_gap() -> None:
    """While the log is away the broker may come and go: one span covers it, and it is bounded."""
    hearing = Hearing("d1")
    hearing.up()
    hearing.down(200, "lost")
    assert said(hearing.news()) == [(False, 200)]
    hearing.told(hearing.news())
    assert hearing.news() == []
    hearing.up()
    hearing.down(300, "lost")
    hearing.up()
    assert said(hearing.news()) == [(True, 200)]
    hearing.told(hearing.news())
    assert hearing.news() == []
