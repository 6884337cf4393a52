"""Calls handlers, one at a time: what one does counts as a whole or not at all."""

from hub.core.configs import Configs
from hub.core.context import Context
from hub.core.devices import Devices, Heard
from hub.core.effect import checked
from hub.core.failures import Failures
from hub.core.guard import Guard
from hub.core.handler import Given, Handler, Role
from hub.core.registry import Registry
from hub.core.remembered import Remembered, memory_of, state_of
from hub.core.route import Misfit
from hub.core.settlement import Settlement
from hub.model.event import EXERCISE, Event
from hub.model.instant import Instant
from hub.model.partition import Partitioning


class Calls:
    """Where the scenarios' code runs, each call by the ``guard``."""

    def __init__(
        self,
        registry: Registry,
        partitioning: Partitioning,
        guard: Guard,
        *,
        configs: Configs,
        remembered: Remembered,
        devices: Devices,
        failures: Failures,
        settlement: Settlement,
    ) -> None:
        self._registry = registry
        self._partitioning = partitioning
        self._guard = guard
        self._configs = configs
        self._remembered = remembered
        self._devices = devices
        self._failures = failures
        self._settlement = settlement

    def offer(  # noqa: PLR0917 an event and what is known of it
        self,
        handler: Handler,
        cause: str,
        event: Event,
        now: Instant,
        payload: object,
        heard: Heard | None,
    ) -> None:
        """Run a handler once for each key that the event belongs to."""
        if type(payload) is Misfit:
            self._failures.misfit(handler, event, now, payload.detail)
            return
        unique = f"{cause}.{handler.name}"
        context = self._context(handler, event, unique, now=now, key=_about(event), heard=heard)
        if handler.key is None:
            self._call(handler, context, payload)
            return
        try:
            given = self._given(handler, context, payload)
            keys = self._guard.run(handler, f"{unique}.key", handler.key, given)
        except BaseException as error:  # noqa: BLE001 a stranger's code, as in `_call`
            self._failures.note(handler, f"{unique}.key", event, now, error)
            return
        for index, key in enumerate(keys):
            name = f"{unique}.{index}" if index else unique
            context = self._context(handler, event, name, now=now, key=key, heard=heard)
            self._call(handler, context, payload)

    def fire(self, handler: Handler, cause: str, due: Instant, key: str, *, exercise: bool) -> None:
        """Run the handler of a key's timer with its due time as now."""
        event = Event(
            id=cause,
            source=f"/scenario/{handler.scenario}",
            type=f"timer.{handler.on}",
            subject=key,
            flags=(EXERCISE,) if exercise else (),
        )
        self._call(handler, self._context(handler, event, cause, now=due, key=key), None)

    def _call(self, handler: Handler, context: Context, payload: object) -> None:
        """Run one handler; what it did counts as a whole or not at all."""
        state, memory = state_of(handler, context.key), memory_of(handler, context.key)
        states, memories = self._remembered.states, self._remembered.memories
        raw = b""
        try:
            if handler.accepts is not None and not handler.accepts(context, payload):
                return
            given = self._given(handler, context, payload)
            if handler.state is not None:
                given[Role.STATE] = states.get(state, handler.state)
            if handler.memory is not None:
                given[Role.MEMORY] = memories.get(memory, handler.memory)
            changed = self._guard.run(handler, context.cause, handler.function, given)
            if handler.state is not None:
                raw = states.checked(state, handler.state)
            effects = [checked(effect) for effect in context.effects]
        except BaseException as error:  # noqa: BLE001 a stranger's code: rolled back, told, counted
            states.undo(state)
            memories.undo(memory)
            self._failures.note(handler, context.cause, context.event, context.now, error)
            return
        if state:
            states.keep(state, raw)
        if handler.memory is not None and changed:
            memories.keep_or_drop(memory, handler.memory)
        for effect in effects:
            self._settlement.settle(handler.scenario, effect, context.now)

    def _given(self, handler: Handler, context: Context, payload: object) -> Given:
        return [context, payload, None, self._configs.of(handler.scenario), None, None]

    def _context(
        self,
        handler: Handler,
        event: Event,
        cause: str,
        *,
        now: Instant,
        key: str,
        heard: Heard | None = None,
    ) -> Context:
        off = heard is not None and heard.clock_off
        return Context(
            scenario=handler.scenario,
            cause=cause,
            event=event,
            now=now,
            key=key,
            device=self._devices.get(event.source),
            partitioning=self._partitioning,
            titles=self._registry.titles[handler.scenario],
            time=None if off else event.time,
            late=heard is not None and heard.late,
            quality=(("clock-off",) if off else ()) + ((EXERCISE,) if event.exercise else ()),
        )


def _about(event: Event) -> str:
    """Return the usual key: what a derived event is about, else the device that reports.

    A device's own word on its subject is not asked: it could be another's state.
    """
    derived = event.source.startswith("/scenario/")
    return event.subject if derived else event.source.rpartition("/")[2]
