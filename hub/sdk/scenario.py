"""The scenario: plain functions, decorated with what starts them, and how it looks on the screen.

What a function is given is decided by its annotations: `Context`, one `Payload`, one `State`.
"""

import inspect
import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct

from hub.core.context import Context
from hub.core.declaration import (
    Declaration,
    FieldSpec,
    Handler,
    Layer,
    LevelSpec,
    Role,
    Symbol,
    Tile,
)
from hub.core.errors import BadScenario
from hub.model.command import Ack
from hub.model.event import ACK, CARD, FRESH, GONE, STALE, Event, Gone, Silence

F = TypeVar("F", bound=Callable[..., None])
Key = Callable[[Any], str | tuple[str, ...]]
"""Names the state an event belongs to, by its payload; several names run the handler for each."""

_OTHER_KINDS: tuple[tuple[Callable[[object], bool], str], ...] = (
    (inspect.iscoroutinefunction, "an async"),
    (inspect.isasyncgenfunction, "an async generator"),
    (inspect.isgeneratorfunction, "a generator"),
)
"""I/O and waiting belong into actions after the commit, never into a handler."""

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class Payload(Struct, frozen=True):
    """The data of a type of event: a frozen, checked message. Subclass it with typed fields."""


class State(Struct):
    """What a scenario remembers of a key. Subclass it; every field needs a default."""


class Scenario:
    """Collects the declarations of one scenario; `declaration` freezes them."""

    def __init__(self, name: str, *, title: str, title_en: str, description: str) -> None:
        if not _NAME.fullmatch(name):
            raise BadScenario(name, "not a name", f"A name matches {_NAME.pattern}.")
        self.name = name
        self._facts = (title, title_en, description)
        self._handlers: list[Handler] = []
        self._timers: list[Handler] = []
        self._layers: list[Layer] = []
        self._tiles: list[Tile] = []
        self._alerts: dict[str, str] = {}

    # -- how it looks -----------------------------------------------------------------------------

    def layer(
        self,
        name: str,
        title: str,
        title_en: str,
        *,
        data: type[Struct],
        fields: tuple[FieldSpec, ...],
        levels: tuple[LevelSpec, ...] = (),
        geometry: Literal["point", "none"] = "point",
        symbol: Symbol = "dot",
    ) -> Layer:
        """Declare a kind of thing on the screen; `ctx.show` shows one."""
        layer = Layer(
            f"{self.name}.{name}", title, title_en, data, fields, levels, geometry, symbol
        )
        self._layers.append(layer)
        return layer

    def tile(
        self,
        name: str,
        title: str,
        title_en: str,
        layer: Layer,
        op: Literal["sum", "mean", "max", "count", "share"],
        *,
        unit: str = "",
        field: str = "",
        levels: tuple[str, ...] = (),
    ) -> None:
        """Declare a figure of the city: an aggregate over a layer."""
        tile = Tile(f"{self.name}.{name}", title, title_en, layer.name, op, unit, field, levels)
        self._tiles.append(tile)

    def alert(self, kind: str, title: str) -> str:
        """Declare a kind of alert with its title; return the kind."""
        if kind in self._alerts:
            raise BadScenario(self.name, f"alert {kind!r} is declared twice", "Keep one.")
        self._alerts[kind] = title
        return kind

    # -- what starts a function -------------------------------------------------------------------

    def on(self, type_: str, *, key: Key | None = None, late: bool = False) -> Callable[[F], F]:
        """Run on events of a type; ``late`` also on readings older than the device's last one.

        Without ``key`` the state belongs to the device, or to what a derived event is about.
        """
        return self._starts(type_, key=key, late=late)

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
        where = f"{self.name}.{function.__name__} ({inspect.getfile(function)})"
        roles: list[Role] = []
        payload: type[Any] | None = None
        state: type[State] | None = None
        for parameter, annotation in _annotations(where, function):
            role = _role(where, parameter, annotation)
            if role in roles:
                raise BadScenario(where, f"two parameters are its {role}", "Keep one.")
            roles.append(role)
            payload = annotation if role is Role.PAYLOAD else payload
            state = annotation if role is Role.STATE else state
        return Handler(
            scenario=self.name,
            name=function.__name__,
            on=on,
            function=function,
            roles=tuple(roles),
            payload=payload,
            state=state,
            accepts=accepts,
            key=None if key is None else _keyed(key),
            late=late,
        )


def _annotations(where: str, function: Callable[..., None]) -> list[tuple[str, Any]]:
    for is_other, what in _OTHER_KINDS:
        if is_other(function):
            raise BadScenario(where, f"it is {what} function", "A handler is a plain function.")
    try:
        hints = inspect.get_annotations(function, eval_str=True)
    except NameError as error:
        raise BadScenario(where, str(error), "Import what the annotation names.") from error
    parameters = inspect.signature(function).parameters
    for name, parameter in parameters.items():
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            raise BadScenario(where, f"parameter {name!r} is not plain", "Take plain parameters.")
        if name not in hints:
            remedy = (
                "Annotate it with Context, a Payload or a State: that decides what it is given."
            )
            raise BadScenario(where, f"parameter {name!r} has no annotation", remedy)
    return [(name, hints[name]) for name in parameters]


def _role(where: str, parameter: str, annotation: Any) -> Role:
    if annotation is Context:
        return Role.CONTEXT
    if isinstance(annotation, type) and issubclass(annotation, State):
        try:
            annotation()
        except TypeError as error:
            problem = f"state {annotation.__name__} cannot begin empty: {error}"
            raise BadScenario(where, problem, "Give every field a default.") from error
        return Role.STATE
    if isinstance(annotation, type) and issubclass(annotation, Payload | Ack | Silence | Gone):
        return Role.PAYLOAD
    raise BadScenario(
        where,
        f"parameter {parameter!r} is annotated {annotation!r}",
        "It must be Context, a subclass of Payload or State, Ack, Silence, or Gone.",
    )


def _keyed(key: Key) -> Callable[[Event, Any], tuple[str, ...]]:
    def keys(_: Event, payload: Any) -> tuple[str, ...]:
        found = key(payload)
        names = (found,) if isinstance(found, str) else found
        return msgspec.convert(names, tuple[str, ...], strict=True)

    return keys


def _kind(ctx: Context) -> str:
    return "" if ctx.card is None else ctx.card.kind


def _issuer(ack: Ack) -> str:
    """Return the scenario that issued the answered command: the second part of its id."""
    return ack.id.split(".", 2)[1] if ack.id.count(".") > 1 else ""
