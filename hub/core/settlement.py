"""Settles what a handler did, once all of it was checked: screen, timers, alerts, events."""

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from hub.core.counters import Counters
from hub.core.effect import Count, Effect, Emit, Forget, Hide, Picture, Timer
from hub.core.outlet import Outlet
from hub.core.remembered import Remembered
from hub.core.screen import Screen
from hub.core.signals import Signals
from hub.core.timers import Timers
from hub.model.alert import Signal
from hub.model.command import Command
from hub.model.instant import Instant
from hub.model.output import Job
from hub.model.partition import CITY


class Settlement:
    """Makes effects count, in the order in which the handler asked for them."""

    def __init__(
        self,
        *,
        outlet: Outlet,
        screen: Screen,
        timers: Timers,
        signals: Signals,
        counters: Counters,
        remembered: Remembered,
    ) -> None:
        self._outlet = outlet
        self._screen = screen
        self._timers = timers
        self._signals = signals
        self._counters = counters
        self._remembered = remembered
        self._ways: dict[type, Callable[[str, Any, Instant], bool | None]] = {
            Picture: self._picture,
            Hide: self._hide,
            Timer: self._timer,
            Signal: self._signal,
            Command: self._command,
            Emit: self._emit,
            Count: self._count,
            Forget: self._forget,
            Job: self._job,
        }

    def settle(self, scenario: str, effect: Effect, now: Instant) -> bool:
        """Make one effect of a scenario's handler count; return whether an alert changed by it."""
        return bool(self._ways[type(effect)](scenario, effect, now))

    def _picture(self, _: str, picture: Picture, now: Instant) -> None:
        self._screen.show(picture, now)

    def _hide(self, _: str, hide: Hide, _now: Instant) -> None:
        self._screen.hide(hide.id)

    def _timer(self, scenario: str, timer: Timer, _: Instant) -> None:
        if timer.due is None:
            self._timers.stop(scenario, timer.name, timer.key)
        else:
            self._timers.start(scenario, timer.name, timer.key, timer.due, exercise=timer.exercise)

    def _signal(self, _: str, signal: Signal, now: Instant) -> bool:
        changed = self._say(signal, now)
        if not (signal.active or signal.exercise):  # what was played is over too
            changed = self._say(replace(signal, exercise=True), now) or changed
        return changed

    def _say(self, signal: Signal, now: Instant) -> bool:
        event = self._signals.changed(signal, self._outlet.partition, now)
        if event is not None:
            self._outlet.forward(CITY, event)
        return event is not None

    def _command(self, _: str, command: Command, _now: Instant) -> None:
        self._outlet.command(command)

    def _job(self, _: str, job: Job, _now: Instant) -> None:
        self._outlet.put(job)

    def _emit(self, _: str, emit: Emit, _now: Instant) -> None:
        self._outlet.forward(emit.partition, emit.event)

    def _count(self, scenario: str, count: Count, _: Instant) -> None:
        if count.handler:
            self._counters.count(count.name, "handler", count.handler)
        else:
            self._counters.count_own(scenario, count.name)

    def _forget(self, scenario: str, forget: Forget, _: Instant) -> None:
        self._remembered.forget(scenario, forget.key)
