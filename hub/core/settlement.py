"""Settles what a handler did, once all of it was checked: screen, timers, alerts, events."""

from msgspec.structs import replace

from hub.core.effect import Effect, Emit, Hide, Picture, Timer
from hub.core.outlet import Outlet
from hub.core.screen import Screen
from hub.core.signals import Signals
from hub.core.timers import Timers
from hub.model.alert import Signal
from hub.model.command import Command
from hub.model.instant import Instant


class Settlement:
    """Makes effects count, in the order in which the handler asked for them."""

    def __init__(self, *, outlet: Outlet, screen: Screen, timers: Timers, signals: Signals) -> None:
        self._outlet = outlet
        self._screen = screen
        self._timers = timers
        self._signals = signals

    def settle(self, scenario: str, effect: Effect, now: Instant) -> None:
        """Make one effect of a scenario's handler count."""
        match effect:
            case Picture():
                self._screen.show(effect, now)
            case Hide():
                self._screen.hide(effect.id)
            case Timer(due=None):
                self._timers.stop(scenario, effect.name, effect.key)
            case Timer():
                self._timers.start(
                    scenario,
                    effect.name,
                    effect.key,
                    effect.due or now,
                    exercise=effect.exercise,
                )
            case Signal():
                self._signal(effect, now)
                if not (effect.active or effect.exercise):  # what was played is over too
                    self._signal(replace(effect, exercise=True), now)
            case Command():
                self._outlet.command(effect)
            case Emit():
                self._outlet.forward(effect.partition, effect.event)

    def _signal(self, signal: Signal, now: Instant) -> None:
        event = self._signals.changed(signal, self._outlet.partition, now)
        if event is not None:
            self._outlet.forward("city", event)
