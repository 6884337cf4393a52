"""Pacing: absolute deadlines, pauses that move the rest, steps, until an alert."""

import threading
from collections.abc import Callable

import pytest

from hub.archive.replay_pace import Control, Pace
from hub.model.instant import SECOND


class Clock:
    """A clock that only waiting moves; each wait oversleeps by ``slack`` seconds."""

    def __init__(self, control: Control, slack: float = 0.0) -> None:
        self.now = 100.0
        self.on_wait: Callable[[], None] = lambda: None
        self._slack = slack
        control.changed = self  # type: ignore[assignment]  # stands in for the condition

    def __call__(self) -> float:
        """Return the seconds."""
        return self.now

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None

    def wait(self, seconds: float | None = None) -> None:
        """Pass the time that a wait takes, or 10 s of a pause that somebody ends."""
        self.now += 10.0 if seconds is None else seconds + self._slack
        self.on_wait()

    def notify_all(self) -> None:
        """Wake nobody: there is one thread."""


def test_oversleeping_does_not_add_up() -> None:
    """After 1,000 waits that each oversleep by 5 ms the lag is 5 ms, not 5 s."""
    control = Control()
    clock = Clock(control, slack=0.005)
    pace = Pace(2.0, control, clock)
    for second in range(1001):
        assert pace.wait(second * SECOND) == pytest.approx(second / 2)
    assert clock.now == pytest.approx(100 + 500, abs=0.006)
    assert pace.lag < 0.006
    assert pace.drift < 0.0001


def test_drift_tells_a_replay_that_cannot_keep_up() -> None:
    """Work that takes 2 s for each recorded second is a drift of one half."""
    control = Control()
    clock = Clock(control)
    pace = Pace(1.0, control, clock)
    for second in range(100):
        pace.wait(second * SECOND)
        clock.now += 2.0
    assert pace.drift == pytest.approx(0.5, abs=0.01)


def test_a_pause_moves_the_rest_and_is_no_drift() -> None:
    """Ten seconds of pause: the next event is due ten seconds later."""
    control = Control()
    clock = Clock(control)
    pace = Pace(1.0, control, clock)
    pace.wait(0)
    control.toggle()
    clock.on_wait = control.toggle
    assert pace.wait(0) == pytest.approx(10.0)
    clock.on_wait = lambda: None
    assert pace.wait(5 * SECOND) == pytest.approx(15.0)
    assert clock.now == pytest.approx(115.0)
    assert pace.drift == 0


def test_a_step_lets_one_event_pass_at_once() -> None:
    """Who steps does not wait an hour for the next reading."""
    control = Control()
    clock = Clock(control)
    pace = Pace(1.0, control, clock)
    pace.wait(0)
    control.step()
    pace.wait(3600 * SECOND)
    assert clock.now == pytest.approx(100.0)
    assert control.paused
    waits: list[float] = []

    def end() -> None:
        waits.append(clock.now)
        control.stop()

    clock.on_wait = end
    assert pace.wait(3601 * SECOND) is None
    assert len(waits) == 1


def test_until_an_alert() -> None:
    """It runs on, and stands still when an alert is raised; else alerts stop nothing."""
    control = Control()
    control.alerted()
    assert control.free
    control.toggle()
    control.run_until_alert()
    assert (control.paused, control.free) == (False, False)
    control.alerted()
    assert (control.paused, control.free) == (True, False)


def test_a_stop_ends_a_long_wait() -> None:
    """Ctrl-C in the middle of an hour without events ends it now."""
    control = Control()
    pace = Pace(1.0, control)
    pace.wait(0)
    thread = threading.Timer(0.05, control.stop)
    thread.start()
    assert pace.wait(3600 * SECOND) is None
    thread.join()
