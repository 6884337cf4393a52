"""The scenario: plain functions, decorated with what starts them, and how it looks on the screen.

What a function is given is decided by its annotations: `Context`, one `Payload`, one `State`, the
scenario's `Config`.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from msgspec.structs import replace

from hub.core.context import Context
from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.handler import Handler, Role, compiled
from hub.core.rules.gate import gated
from hub.model.command import Ack
from hub.model.event import ACK, CARD, FRESH, GONE, STALE
from hub.model.instant import Duration
from hub.sdk.injection import Injection, begin_empty, condition, injection, keyed
from hub.sdk.looks import Looks
from hub.sdk.structs import Config, Payload, State

__all__ = ["Config", "Payload", "Scenario", "State"]

F = TypeVar("F", bound=Callable[..., None])
Condition = Callable[..., Any]
"""A lambda of the payload, or a function injected by annotation as a handler is."""
Key = Callable[..., str | tuple[str, ...]]
"""Names the state an event belongs to, a Condition; several names run the handler for each."""

_KEY_ROLES = (Role.PAYLOAD, Role.CONTEXT, Role.CONFIG)
"""What a key is made of: the state is what it names."""


class Scenario(Looks):
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
        super().__init__(name)
        self._facts = (title, title_en, description)
        self._config = config
        self._handlers: list[Handler] = []
        self._timers: list[Handler] = []
        if config is not None:
            begin_empty(f"{name} ({inspect.getfile(config)})", "configuration", config)

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
            handler = self._handler(function, type_, key=key, late=late)
            if cooldown is not None or dedupe is not None:
                handler = self._gated(function, handler, cooldown, dedupe)
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
            self._timers.append(self._handler(function, name))
            return function

        return decorate

    def declaration(self) -> Declaration:
        """Return all of it, frozen."""
        title, title_en, description = self._facts
        return Declaration(
            self.name,
            title,
            title_en,
            description,
            tuple(self._handlers),
            tuple(self._timers),
            tuple(self._layers),
            tuple(self._tiles),
            dict(self._alerts),
            self._config,
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
                self._handler(function, type_, key=key, late=late, accepts=accepts)
            )
            return function

        return decorate

    def _handler(
        self,
        function: Callable[..., None],
        on: str,
        *,
        key: Key | None = None,
        late: bool = False,
        accepts: Callable[[Context, Any], bool] | None = None,
    ) -> Handler:
        where = self._where(function)
        given = injection(where, function, self._config)
        names = None
        if key is not None:
            chosen, given = condition(
                where, "key", key, given, config=self._config, allowed=_KEY_ROLES
            )
            names = keyed(chosen)
        return Handler(
            scenario=self.name,
            name=function.__name__,
            on=on,
            function=compiled(function, given.roles),
            roles=given.roles,
            payload=given.payload,
            state=given.state,
            accepts=accepts,
            key=names,
            late=late,
        )

    def _gated(
        self,
        function: Callable[..., None],
        handler: Handler,
        cooldown: Duration | None,
        dedupe: Condition | None,
    ) -> Handler:
        where = self._where(function)
        if cooldown is not None and cooldown <= 0:
            raise BadScenario(where, f"cooldown {cooldown}", "A duration is above 0: 5 * MINUTE.")
        if dedupe is None:
            return gated(handler, cooldown=cooldown, dedupe=None)
        given = Injection(handler.roles, handler.payload, handler.state)
        value, given = condition(where, "dedupe", dedupe, given, config=self._config)
        handler = replace(handler, payload=given.payload, state=given.state)
        return gated(handler, cooldown=cooldown, dedupe=value)

    def _where(self, function: Callable[..., None]) -> str:
        return f"{self.name}.{function.__name__} ({inspect.getfile(function)})"


def _kind(ctx: Context) -> str:
    return "" if ctx.card is None else ctx.card.kind


def _issuer(ack: Ack) -> str:
    """Return the scenario that issued the answered command: the second part of its id."""
    return ack.id.split(".", 2)[1] if ack.id.count(".") > 1 else ""
