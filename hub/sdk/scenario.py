"""The scenario: plain functions, decorated with what starts them, and how it looks on the screen.

What a function is given is decided by its annotations: `Context`, one `Payload`, one `State`, the
scenario's `Config`.
"""

from collections.abc import Callable
from typing import Any

from hub.core.context import Context
from hub.core.declaration import ActionSpec, Declaration
from hub.core.errors import BadScenario
from hub.core.handler import Handler, Question
from hub.core.rules.gate import gated
from hub.model.command import Ack
from hub.model.event import ACK, CARD, FRESH, GONE, STALE
from hub.model.instant import SECOND, Duration
from hub.sdk.building import A, Builder, Condition, F, Key
from hub.sdk.rules import Rules
from hub.sdk.structs import Config, Payload, State

__all__ = ["Config", "Payload", "Scenario", "State"]


class Scenario(Rules):
    """Collects the declarations of one scenario; `declaration` freezes them."""

    def __init__(
        self,
        name: str,
        *,
        title: str,
        title_en: str,
        description: str,
        config: type[Config] | None = None,
    ) -> None:
        super().__init__(name, Builder(name, config))
        self._facts = (title, title_en, description)
        self._config = config
        self._handlers: list[Handler] = []
        self._timers: list[Handler] = []
        self._actions: dict[str, ActionSpec] = {}

    def on(
        self,
        type_: str,
        *,
        key: Key | None = None,
        late: bool = False,
        cooldown: Duration | None = None,
        dedupe: Condition | None = None,
    ) -> Callable[[F], F]:
        """Run on events of a type; ``late`` also on readings older than the device's last one.

        Without ``key`` the state belongs to the device, or to what a derived event is about.
        ``cooldown``: at most once per key in so long; ``dedupe``: not when its value is the one of
        the last run for the key.
        """

        def decorate(function: F) -> F:
            handler = self._build.handler(function, type_, key=key, late=late)
            value: Question | None = None
            if cooldown is not None:
                self._build.duration(function, "cooldown", cooldown)
            if dedupe is not None:
                where = self._build.where(function)
                value, handler = self._build.condition(handler, where, "dedupe", dedupe)
            if cooldown is not None or dedupe is not None:
                handler = gated(handler, cooldown=cooldown, dedupe=value)
            self._handlers.append(handler)
            return function

        return decorate

    def on_card(self, *kinds: str) -> Callable[[F], F]:
        """Run when a device of these kinds is registered or its card changes: `ctx.card`."""
        return self._starts(CARD, accepts=lambda ctx, _: _kind(ctx) in kinds)

    def on_stale(self, *kinds: str) -> Callable[[F], F]:
        """Run when a device of these kinds falls silent or goes offline. Payload: `Silence`."""
        return self._starts(STALE, accepts=lambda ctx, _: _kind(ctx) in kinds)

    def on_fresh(self, *kinds: str) -> Callable[[F], F]:
        """Run when a stale device of these kinds reports again. Payload: `Silence`."""
        return self._starts(FRESH, accepts=lambda ctx, _: _kind(ctx) in kinds)

    def on_gone(self, *kinds: str) -> Callable[[F], F]:
        """Run when the card of a device of these kinds was withdrawn. Payload: `Gone`.

        What was shown from the device's own readings is off the screen already.
        """
        return self._starts(GONE, accepts=lambda _, gone: gone.kind in kinds)

    def on_answer(self, function: F) -> F:
        """Run when a device answers a command of this scenario. Payload: `Ack`."""
        return self._starts(ACK, accepts=lambda _, ack: _issuer(ack) == self.name)(function)

    def timer(self, name: str) -> Callable[[F], F]:
        """Run when a key's timer `name` is due (`ctx.start`)."""

        def decorate(function: F) -> F:
            if ":" in name:
                problem = f"timer {name!r} has a colon in it, as the timers of the rules have"
                raise BadScenario(self._build.where(function), problem, "Leave it out.")
            self._timers.append(self._build.handler(function, name))
            return function

        return decorate

    def action(
        self, name: str, *, deadline: Duration = 10 * SECOND, tries: int = 5
    ) -> Callable[[A], A]:
        """Run an async function after the commit when a handler asks for it: `ctx.do(name, data)`.

        It takes a `Job` and a Payload, or the Payload alone. It may be run more than once with the
        same `job.key`: one try may take ``deadline``, and is repeated with growing pauses until
        ``tries`` have failed. In tests and replays it is recorded and not run, nor in an exercise.
        """

        def decorate(function: A) -> A:
            if name in self._actions:
                problem = f"action {name!r} is declared twice"
                raise BadScenario(self._build.where(function), problem, "Keep one.")
            self._build.duration(function, "deadline", deadline)
            self._actions[name] = self._build.action(function, name, deadline, tries)
            return function

        return decorate

    def declaration(self) -> Declaration:
        """Return all of it, frozen."""
        title, title_en, description = self._facts
        rules = [each.rule() for each in self._ruled]
        return Declaration(
            self.name,
            title,
            title_en,
            description,
            (*self._handlers, *(each for rule in rules for each in rule.handlers)),
            (*self._timers, *(each for rule in rules for each in rule.timers)),
            tuple(self._layers),
            tuple(self._tiles),
            dict(self._alerts),
            self._config,
            tuple(each for rule in rules for each in rule.targets),
            dict(self._actions),
        )

    def _starts(
        self,
        type_: str,
        *,
        key: Key | None = None,
        late: bool = False,
        accepts: Callable[[Context, Any], bool] | None = None,
    ) -> Callable[[F], F]:
        def decorate(function: F) -> F:
            self._handlers.append(
                self._build.handler(function, type_, key=key, late=late, accepts=accepts)
            )
            return function

        return decorate


def _kind(ctx: Context) -> str:
    return "" if ctx.card is None else ctx.card.kind


def _issuer(ack: Ack) -> str:
    """Return the scenario that issued the answered command: the second part of its id."""
    return ack.id.split(".", 2)[1] if ack.id.count(".") > 1 else ""
