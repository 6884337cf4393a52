"""Restamping: moved as a whole, and round after round with log time always rising."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hub.archive.errors import BadReplay
from hub.archive.replay_time import PAUSE, instant, looped, moved
from hub.model.event import LISTENING, Event, Listening, Logged, Position
from hub.model.instant import DAY, HOUR, MINUTE, SECOND, parse
from tests.hub.archive.recordings import START, morning


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-23T08:00:00+08:00", START),
        ("+90s", START + 90 * SECOND),
        ("+1.5m", START + 90 * SECOND),
        ("+2h", START + 2 * HOUR),
        ("+1d", START + DAY),
    ],
)
def test_times_as_people_write_them(text: str, expected: int) -> None:
    """RFC 3339, or so much after the first event."""
    assert instant(text, START) == expected


@pytest.mark.parametrize("text", ["", "+", "+1y", "+xs", "noon", "2026-11-23T08:00:00", "+infd"])
def test_what_is_no_time_is_refused(text: str) -> None:
    """With words that say how to write it."""
    with pytest.raises(BadReplay, match="is no time"):
        instant(text, START)


@given(st.integers(0, 2**52))
def test_moving_keeps_all_distances(to: int) -> None:
    """Log times and the devices' own move by the same."""
    _, readings = morning(5)
    off = readings[3]
    readings[3] = replace(off, event=replace(off.event, time=off.time - 7))
    result = list(moved(readings, to))
    assert result[0].time == to
    shifts = {new.time - old.time for new, old in zip(result, readings, strict=True)}
    shifts |= {
        (new.event.time or 0) - (old.event.time or 0)
        for new, old in zip(result, readings, strict=True)
    }
    assert shifts == {to - START}


def test_deafness_moves_too() -> None:
    """The hub's own word on a stretch of time is the one time within data that moves."""
    data = msgspec.json.encode(Listening(hearing=True, since=START))
    deaf = Logged(Position("d1", 1), START + MINUTE, Event("l", "/hub/ingest", LISTENING, data))
    (result,) = moved([deaf], parse("2030-01-01T00:00:00Z"))
    change = msgspec.json.decode(result.event.data, type=Listening)
    assert result.time - change.since == MINUTE


@given(st.integers(1, 5))
def test_rounds_rise_and_are_no_repeats(rounds: int) -> None:
    """Log time never falls over the rounds, and no id comes twice."""
    cards, readings = morning(3)
    result = list(looped(lambda: [*cards, *readings], rounds))
    times = [logged.time for logged in result]
    assert times == sorted(times)
    assert len({logged.event.id for logged in result}) == len(result) == rounds * 8
    first = len(cards) + len(readings)
    assert result[:first] == [*cards, *readings]
    if rounds > 1:
        assert result[first].time == readings[-1].time + PAUSE


def test_endless_rounds_of_nothing_end() -> None:
    """A filter that leaves nothing must not spin for ever."""
    assert list(looped(list, 0)) == []
