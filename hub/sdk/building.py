"""Builds handlers out of a scenario's functions."""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from msgspec.structs import replace

from hub.core.context import Context
from hub.core.declaration import ActionSpec
from hub.core.errors import BadScenario
from hub.core.handler import HANDLER_NAME, Handler, Question, Role, compiled
from hub.model.instant import Duration
from hub.sdk.injection import (
    Injection,
    action_parameters,
    begin_empty,
    condition,
    injection,
    keyed,
)
from hub.sdk.structs import Config

F = TypeVar("F", bound=Callable[..., None])
A = TypeVar("A", bound=Callable[..., Coroutine[Any, Any, None]])
Condition = Callable[..., Any]
"""A lambda of the payload, or a function injected by annotation as a handler is."""
Key = Callable[..., str | tuple[str, ...]]
"""Names the state an event belongs to, a Condition; several names run the handler for each."""

MOST_TRIES = 20
"""Most tries of an action: with growing pauses that is most of a day."""

_KEY_ROLES = (Role.PAYLOAD, Role.CONTEXT, Role.CONFIG)
"""What a key is made of: the state is what it names."""


class Builder:
    """The name and the configuration of the scenario whose functions it builds handlers of."""

    def __init__(self, scenario: str, config: type[Config] | None) -> None:
        self._scenario = scenario
        self._config = config
        if config is not None:
            begin_empty(f"{scenario} ({inspect.getfile(config)})", "configuration", config)

    def where(self, function: Callable[..., Any]) -> str:
        """Return how an error names a function."""
        return f"{self._scenario}.{function.__name__} ({inspect.getfile(function)})"

    def handler(
        self,
        function: Callable[..., None],
        on: str,
        *,
        key: Key | None = None,
        late: bool = False,
        accepts: Callable[[Context, Any], bool] | None = None,
        payload: type[Any] | None = None,
        lacks: tuple[Role, ...] = (Role.WINDOW,),
    ) -> Handler:
        """Return the handler of a function. ``lacks`` is what it cannot be given.

        ``payload`` is the view that its conditions read where the function itself reads none.
        """
        where = self.where(function)
        given = injection(where, function, self._config)
        for role in given.roles:
            if role in lacks:
                problem = f"a {role.name.lower()} is not to be had here"
                raise BadScenario(where, problem, "Remove the parameter.")
        if payload is not None and given.payload not in (None, payload):
            problem = f"payload={payload.__name__}, and a parameter {given.payload.__name__}"
            raise BadScenario(where, problem, "Keep one of the two.")
        given = Injection(given.roles, given.payload or payload, given.state)
        names = None
        if key is not None:
            chosen, given = condition(
                where, "key", key, given, config=self._config, allowed=_KEY_ROLES
            )
            names = keyed(chosen.ask)
        return Handler(
            scenario=self._scenario,
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

    def condition(
        self, handler: Handler, where: str, what: str, function: Condition
    ) -> tuple[Question, Handler]:
        """Return a condition of a handler (``what`` names it), and the handler with its view."""
        given = Injection(handler.roles, handler.payload, handler.state)
        question, given = condition(where, what, function, given, config=self._config)
        return question, replace(handler, payload=given.payload)

    def action(
        self,
        function: Callable[..., Coroutine[Any, Any, None]],
        name: str,
        deadline: Duration,
        tries: int,
    ) -> ActionSpec:
        """Return the declaration of an action."""
        where = self.where(function)
        if not HANDLER_NAME.fullmatch(name):
            remedy = "Use at most 40 ASCII letters, digits and underscores."
            raise BadScenario(where, f"action name {name!r} is none", remedy)
        if not 1 <= tries <= MOST_TRIES:
            raise BadScenario(where, f"tries is {tries}", f"It is 1 to {MOST_TRIES}.")
        payload, takes_job = action_parameters(where, function)
        return ActionSpec(self._scenario, name, function, payload, takes_job, deadline, tries)

    def duration(self, function: Callable[..., Any], what: str, value: Duration) -> None:
        """Refuse a duration that is none."""
        if value <= 0:
            remedy = "A duration is above 0: 5 * MINUTE."
            raise BadScenario(self.where(function), f"{what} is {value}", remedy)
