"""Calls handlers, one at a time: what one does counts as a whole or not at all."""

import msgspec

from hub.core.configs import Configs
from hub.core.context import Context
from hub.core.devices import Devices, Heard
from hub.core.effect import Effect, Run, checked
from hub.core.failures import Failures
from hub.core.guard import Guard
from hub.core.handler import Given, Handler, Role
from hub.core.reasons import Reasons
from hub.core.registry import Registry
from hub.core.remembered import Remembered, state_of
from hub.core.rerun import Rerun
from hub.core.route import Misfit
from hub.core.settlement import Settlement
from hub.core.witness import Witness
from hub.model.alert import Signal
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
        witness: Witness,
        remembered: Remembered,
        devices: Devices,
        failures: Failures,
        settlement: Settlement,
        reasons: Reasons,
    ) -> None:
        self._registry = registry
        self._partitioning = partitioning
        self._guard = guard
        self._configs = configs
        self._witness = witness
        self._remembered = remembered
        self._devices = devices
        self._failures = failures
        self._settlement = settlement
        self._reasons = reasons

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
            if index:
                name = f"{unique}.{index}"
                context = self._context(handler, event, name, now=now, key=key, heard=heard)
            else:
                context.key = key
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

    def _run(self, handler: Handler, run: Run, context: Context, number: int) -> None:
        """Run the target of a time rule in the cause of the rule's own handler."""
        what = Rerun(handler.rule, context.key, run)
        self.rerun(handler.scenario, what, f"{context.cause}.{number}", context.now)

    def rerun(self, scenario: str, what: Rerun, cause: str, now: Instant) -> None:
        """Run the target of a time rule, for the first time or again."""
        run = what.run
        target = self._registry.target(scenario, run.target)
        try:
            payload = self._registry.decode(target, run.event.data)
        except msgspec.DecodeError as error:
            self._failures.misfit(target, run.event, now, str(error), what)
            return
        cause = f"{cause}.{target.name}"
        context = self._context(target, run.event, cause, now=now, key=what.key)
        self._call(target, context, payload, what)

    def _call(
        self, handler: Handler, context: Context, payload: object, what: Rerun | None = None
    ) -> None:
        """Run one handler; what it did counts as a whole or not at all."""
        state, raw = state_of(handler, context.key), b""
        states = self._remembered.states
        changed = False
        try:
            if handler.accepts is not None and not handler.accepts(context, payload):
                return
            given = self._given(handler, context, payload)
            given[Role.WINDOW] = None if what is None else what.run.window
            if handler.state is not None:
                given[Role.STATE] = states.get(state, handler.state)
            if handler.memory is not None:
                self._remembered.give(handler, context.key, given)
            changed = self._guard.run(handler, context.cause, handler.function, given)
            if handler.state is not None:
                raw = states.checked(state, handler.state)
            effects = [checked(effect) for effect in context.effects]
        except BaseException as error:  # noqa: BLE001 a stranger's code: rolled back, told, counted
            states.undo(state)
            self._remembered.undo(handler, context.key)
            self._failures.note(handler, context.cause, context.event, context.now, error, what)
            return
        before = states.stored(state) if effects else None
        if state:
            self._remembered.keep_state(handler, state, raw, context.now)
        if changed and handler.memory is not None:
            self._remembered.keep(handler, context.key)
        self._settle(handler, context, effects, before, raw)

    def _settle(
        self,
        handler: Handler,
        context: Context,
        effects: list[Effect],
        before: bytes | None,
        after: bytes,
    ) -> None:
        for number, effect in enumerate(effects):
            if type(effect) is Run:
                self._run(handler, effect, context, number)
            elif self._settlement.settle(handler.scenario, effect, context.now) and isinstance(
                effect, Signal
            ):
                self._reasons.note(handler, context, effect, before, after)

    def _given(self, handler: Handler, context: Context, payload: object) -> Given:
        config = self._configs.of(handler.scenario)
        return [context, payload, None, config, None, None, None, self._witness]

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
        time, late = event.time, False
        quality = (EXERCISE,) if event.exercise else ()
        if heard is not None:
            late = heard.late
            if heard.clock_off:
                time, quality = None, ("clock-off", *quality)
        scenario = handler.scenario
        return Context(
            cause,
            event,
            now,
            now if time is None else time,
            key,
            late,
            quality,
            scenario,
            self._devices.get(event.source) if heard is None else heard.device,
            self._partitioning,
            self._registry.declared[scenario],
        )


def _about(event: Event) -> str:
    """Return the usual key: what a derived event is about, else the device that reports.

    A device's own word on its subject is not asked: it could be another's state.
    """
    derived = event.source.startswith("/scenario/")
    return event.subject if derived else event.source.rpartition("/")[2]
