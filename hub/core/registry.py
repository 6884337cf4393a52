"""All declarations together, by what starts a handler; held to each other when they are loaded."""

from collections.abc import Collection
from typing import Any

import msgspec
from msgspec import Struct

from hub.core.declaration import Declaration, Layer
from hub.core.drawable import check_layer, check_tile
from hub.core.errors import BadScenario
from hub.core.handler import HANDLER_NAME, Handler
from hub.core.route import Route
from hub.model.command import Ack
from hub.model.event import ACK, FRESH, GONE, STALE, Gone, Silence

OWN_PAYLOADS: dict[str, type[Any]] = {ACK: Ack, STALE: Silence, FRESH: Silence, GONE: Gone}
"""What a handler of the hub's own types of events is given; the others have no payload."""


class Keyed(Struct, frozen=True):
    """What a scenario may remember of a key, by name: states, rules, timers."""

    states: tuple[str, ...]
    rules: tuple[str, ...]
    timers: tuple[str, ...]


class Registry:
    """Which handlers run on a type of event or a timer, in order of scenario and of writing."""

    def __init__(self, declarations: list[Declaration]) -> None:
        self.declarations = sorted(declarations, key=lambda d: d.name)
        self.layers: dict[str, Layer] = {}
        self._routes: dict[str, Route] = {}
        self._timers: dict[tuple[str, str], Handler] = {}
        self._targets: dict[tuple[str, str], Handler] = {}
        self._decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}
        self._keyed: dict[str, Keyed] = {}
        self.states: dict[str, type[Struct]] = {}
        self.declared = {d.name: d for d in self.declarations}
        for declaration in self.declarations:
            self._add(declaration)

    def become(self, other: "Registry") -> None:
        """Hold what another one holds: all who have this one go on with new code at once."""
        self.__dict__.update(other.__dict__)

    def without(self, names: Collection[str]) -> "Registry":
        """Return all but some scenarios."""
        return Registry([each for each in self.declarations if each.name not in names])

    def route(self, type_: str) -> Route | None:
        """Return what a type of event leads to; None when nothing handles it."""
        return self._routes.get(type_)

    def on(self, type_: str) -> list[Handler]:
        """Return the handlers of a type of event."""
        route = self._routes.get(type_)
        return [] if route is None else [handler for handler, _ in route.handlers]

    def timer(self, scenario: str, name: str) -> Handler | None:
        """Return the handler of a timer; None when the scenario has it no longer."""
        return self._timers.get((scenario, name))

    def types(self, scenario: str) -> list[str]:
        """Return the types of events that a scenario handles."""
        return sorted(
            type_
            for type_, route in self._routes.items()
            if any(handler.scenario == scenario for handler, _ in route.handlers)
        )

    def title(self, scenario: str) -> str:
        """Return what a scenario is called on the screen."""
        return next((d.title for d in self.declarations if d.name == scenario), scenario)

    def target(self, scenario: str, name: str) -> Handler:
        """Return the scenario's function that a time rule runs."""
        return self._targets[scenario, name]

    def targeted(self, title: str) -> bool:
        """Return whether a handler of that title is run by a time rule."""
        scenario, _, name = title.partition(".")
        return (scenario, name) in self._targets

    def decode(self, target: Handler, data: bytes) -> Any:
        """Return the data in the view of a target; None when it takes none. Raise DecodeError."""
        if target.payload is None or not target.reads:
            return None
        decoder = self._decoders.get(target.payload)
        if decoder is None:
            decoder = self._decoders[target.payload] = msgspec.json.Decoder(target.payload)
        return decoder.decode(data)

    def of(self, scenario: str) -> list[Handler]:
        """Return all handlers of a scenario."""
        return [
            handler
            for declaration in self.declarations
            if declaration.name == scenario
            for handler in (*declaration.handlers, *declaration.timers, *declaration.targets)
        ]

    def keyed(self, scenario: str) -> Keyed:
        """Return what a scenario may remember of a key."""
        return self._keyed[scenario]

    def _add(self, declaration: Declaration) -> None:
        if declaration.name in ("hub", "tile") or (
            sum(d.name == declaration.name for d in self.declarations) > 1
        ):
            raise BadScenario(declaration.name, "its name is taken", "Choose another name.")
        for layer in declaration.layers:
            self._add_layer(layer)
        for tile in declaration.tiles:
            check_tile(declaration, tile)
        names = [handler.name for handler in declaration.written()]
        for name in names:
            if not HANDLER_NAME.fullmatch(name):
                problem = f"handler name {name!r} does not fit into a command's id"
                remedy = "Use at most 40 ASCII letters, digits and underscores."
                raise BadScenario(declaration.name, problem, remedy)
            if names.count(name) > 1:
                problem = f"two handlers are called {name}: their commands would have the same ids"
                raise BadScenario(declaration.name, problem, "Name one otherwise.")
        for handler in declaration.handlers:
            self._agree(handler)
            self._routes.setdefault(handler.on, Route()).add(handler)
        for handler in declaration.timers:
            self._add_timer(handler)
        for handler in declaration.targets:
            self._targets[handler.scenario, handler.name] = handler
        states = _states(declaration)
        self.states.update({f"{declaration.name}.{each}": type_ for each, type_ in states.items()})
        self._keyed[declaration.name] = _keyed(declaration, tuple(sorted(states)))

    def _add_timer(self, handler: Handler) -> None:
        if handler.payload is not None:
            raise BadScenario(handler.title, "a timer has no payload", "Remove the parameter.")
        if (handler.scenario, handler.on) in self._timers:
            problem = f"timer {handler.on} has two handlers"
            raise BadScenario(handler.title, problem, "Only one can run: keep one.")
        self._timers[handler.scenario, handler.on] = handler

    def _add_layer(self, layer: Layer) -> None:
        if layer.name in self.layers:
            raise BadScenario(layer.name, "this layer is declared twice", "Name one otherwise.")
        check_layer(layer)
        self.layers[layer.name] = layer

    def _agree(self, handler: Handler) -> None:
        if handler.payload is None:
            return
        if handler.on.startswith("hub.") and handler.payload is not OWN_PAYLOADS.get(handler.on):
            own = OWN_PAYLOADS.get(handler.on)
            problem = f"{handler.on} is the hub's own type, not {handler.payload.__name__}"
            remedy = f"Use {own.__name__}." if own else "Remove the payload parameter."
            raise BadScenario(handler.title, problem, remedy)


def _states(declaration: Declaration) -> dict[str, type[Struct]]:
    """Return the types of a scenario's states by name."""
    states: dict[str, type[Struct]] = {}
    for each in (*declaration.handlers, *declaration.timers, *declaration.targets):
        if each.state is None:
            continue
        name = each.state.__name__
        if states.setdefault(name, each.state) is not each.state:
            problem = f"two states are called {name}: they would share what they keep"
            raise BadScenario(each.title, problem, "Name one otherwise.")
    return states


def _keyed(declaration: Declaration, states: tuple[str, ...]) -> Keyed:
    every = (*declaration.handlers, *declaration.timers)
    return Keyed(
        states=states,
        rules=tuple(sorted({each.rule for each in every if each.memory is not None})),
        timers=tuple(sorted({each.on for each in declaration.timers})),
    )
