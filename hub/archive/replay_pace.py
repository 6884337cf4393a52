"""How fast a replay goes: absolute deadlines, and what a person at the keyboard asks for.

Deadlines count from the first event: what one wait oversleeps, the next makes up, so that pacing
does not drift. A pause moves all that follow.
"""

import threading
import time
from collections.abc import Callable

from hub.model.instant import SECOND, Instant

SLOWEST, FASTEST = 0.1, 10_000.0
"""Recorded seconds per second: below, a minute lasts ten; above, `max` is what is meant."""


class Control:
    """What a replay is told from outside, at any time and from another thread.

    ``until_alert`` asks it to run on and to pause at the next alert that is raised.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.paused = False
        self.until_alert = False
        self.stopped = False
        self.steps = 0

    @property
    def free(self) -> bool:
        """Whether events may pass in bulk: nobody looks at single ones."""
        return not (self.paused or self.until_alert or self.stopped)

    def toggle(self) -> None:
        """Pause before the next event, or go on."""
        self._set(paused=not self.paused)

    def step(self) -> None:
        """Let one event pass, and stand still again."""
        self._set(paused=True, steps=self.steps + 1)

    def run_until_alert(self) -> None:
        """Go on until an alert is raised."""
        self._set(until_alert=True)

    def alerted(self) -> None:
        """Be told that an alert was raised."""
        if self.until_alert:
            self._set(paused=True)

    def stop(self) -> None:
        """End the replay."""
        self._set(stopped=True)

    def _set(
        self,
        *,
        paused: bool = False,
        until_alert: bool = False,
        stopped: bool = False,
        steps: int = 0,
    ) -> None:
        with self.changed:
            self.paused, self.until_alert, self.steps = paused, until_alert, steps
            self.stopped = self.stopped or stopped
            self.changed.notify_all()


class Pace:
    """Waits until each event is due; ``speed`` None does not wait.

    ``lag`` is how many seconds the last event was behind its deadline, ``drift`` the same as a
    share of the time since the first one.
    """

    def __init__(
        self,
        speed: float | None,
        control: Control,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.speed = speed
        self.lag = 0.0
        self.elapsed = 0.0
        self._control = control
        self._clock = clock
        self._first: Instant | None = None
        self._begun = 0.0
        self._held = 0.0

    @property
    def drift(self) -> float:
        """How much slower than asked it went; 0 at the beginning and where nobody asked."""
        return self.lag / self.elapsed if self.elapsed else 0.0

    def wait(self, log_time: Instant) -> float | None:
        """Wait for an event; return the seconds after the first one it is due, None: stopped.

        Pauses count: it is when the event really goes out, but for the lag.
        """
        if self._first is None:
            self._first, self._begun = log_time, self._clock()
        due = 0.0
        if self.speed is not None:
            due = (log_time - self._first) / SECOND / self.speed
        with self._control.changed:
            if not self._passed(due):
                return None
        self.elapsed = self._clock() - self._begun
        if self.speed is None:
            return self.elapsed
        self.lag = max(0.0, self.elapsed - due)
        return due + self._held

    def _passed(self, due: float) -> bool:
        """Wait, holding the lock of the control, for the deadline or for a step."""
        control = self._control
        while not control.stopped:
            if control.paused and not control.steps:
                since = self._clock()
                control.changed.wait()
                self._hold(self._clock() - since)
                continue
            left = due - (self._clock() - self._begun)
            if self.speed is None or left <= 0:
                control.steps = max(0, control.steps - 1)
                return True
            if control.steps:
                control.steps -= 1
                self._hold(-left)  # who steps does not wait: the rest moves with it
                return True
            control.changed.wait(left)
        return False

    def _hold(self, seconds: float) -> None:
        self._begun += seconds
        self._held += seconds
