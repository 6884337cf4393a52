"""The reorder window."""

from hypothesis import given
from hypothesis import strategies as st

from hub.archive.order import Disorder, ordered
from hub.archive.reading import Reading

TIMES = st.lists(st.integers(0, 1000), max_size=60)


def _readings(times: list[int]) -> list[Reading]:
    return [
        Reading(str(n), "d", "parking", "occupancy", "210103", time, b"", {})
        for n, time in enumerate(times)
    ]


@given(TIMES, st.integers(0, 1000), st.integers(1, 70))
def test_log_time_never_falls(times: list[int], window: int, held: int) -> None:
    """Whatever the feed, every reading comes out once and log time never goes back."""
    readings = _readings(times)
    out = list(ordered(readings, window, Disorder(), held))
    assert sorted(r.key for _, r in out) == sorted(r.key for r in readings)
    assert [t for t, _ in out] == sorted(t for t, _ in out)
    assert all(time >= reading.time for time, reading in out)


@given(TIMES)
def test_within_the_window_the_order_is_that_of_time(times: list[int]) -> None:
    """With a wide window the result is a stable sort, and nothing is late."""
    disorder = Disorder()
    readings = _readings(times)
    out = [reading for _, reading in ordered(readings, 1000, disorder)]
    assert out == sorted(readings, key=lambda reading: reading.time)
    assert disorder.late == 0
    peaks = [max(times[: n + 1]) for n in range(len(times))]
    assert disorder.rows == sum(time < peak for time, peak in zip(times, peaks, strict=True))


def test_later_than_the_window_keeps_its_place() -> None:
    """A reading the log has passed gets the log time of its place, and is counted."""
    disorder = Disorder()
    out = list(ordered(_readings([0, 100, 200, 20]), 10, disorder))
    assert [(t, r.time) for t, r in out] == [(0, 0), (100, 100), (100, 20), (200, 200)]
    assert (disorder.rows, disorder.late, disorder.worst) == (1, 1, 180)


def test_one_time_in_the_far_future_moves_no_other() -> None:
    """A single crazy clock waits to the end."""
    disorder = Disorder()
    out = list(ordered(_readings([0, 10**18, 100, 200, 300]), 10, disorder))
    assert [t for t, _ in out] == [0, 100, 200, 300, 10**18]
    assert disorder.late == 0
