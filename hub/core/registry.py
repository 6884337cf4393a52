"""All declarations together, by what starts a handler; held to each other when they are loaded."""

from typing import Any

import msgspec

from hub.core.declaration import Declaration, Handler, Layer
from hub.core.errors import BadScenario


class Registry:
    """Which handlers run on a type of event or a timer, in order of scenario and of writing."""

    def __init__(self, declarations: list[Declaration]) -> None:
        self.declarations = sorted(declarations, key=lambda d: d.name)
        self.layers: dict[str, Layer] = {}
        self._by_type: dict[str, list[Handler]] = {}
        self._timers: dict[tuple[str, str], Handler] = {}
        self._decoders: dict[str, msgspec.json.Decoder[Any]] = {}
        self.titles = {d.name: d.alerts for d in self.declarations}
        for declaration in self.declarations:
            self._add(declaration)

    def on(self, type_: str) -> list[Handler]:
        """Return the handlers of a type of event."""
        return self._by_type.get(type_, [])

    def timer(self, scenario: str, name: str) -> Handler | None:
        """Return the handler of a timer; None when the scenario has it no longer."""
        return self._timers.get((scenario, name))

    def decoder(self, type_: str) -> msgspec.json.Decoder[Any] | None:
        """Return what checks the data of a type: one schema a type."""
        return self._decoders.get(type_)

    def _add(self, declaration: Declaration) -> None:
        if declaration.name in ("hub", "tile") or (
            sum(d.name == declaration.name for d in self.declarations) > 1
        ):
            raise BadScenario(declaration.name, "its name is taken", "Choose another name.")
        for layer in declaration.layers:
            self._add_layer(layer)
        for tile in declaration.tiles:
            if tile.layer not in {layer.name for layer in declaration.layers}:
                problem = f"tile {tile.name} is of layer {tile.layer}, which it does not declare"
                raise BadScenario(declaration.name, problem, "Declare the layer first.")
        for handler in declaration.handlers:
            self._by_type.setdefault(handler.on, []).append(handler)
            self._agree(handler)
        for handler in declaration.timers:
            self._timers[handler.scenario, handler.on] = handler

    def _add_layer(self, layer: Layer) -> None:
        if layer.name in self.layers:
            raise BadScenario(layer.name, "this layer is declared twice", "Name one otherwise.")
        known = {field.name for field in msgspec.structs.fields(layer.data)}
        for field in layer.fields:
            if field.name not in known:
                problem = f"field {field.name} is not in {layer.data.__name__}"
                raise BadScenario(layer.name, problem, f"Known fields: {', '.join(sorted(known))}.")
        self.layers[layer.name] = layer

    def _agree(self, handler: Handler) -> None:
        if handler.payload is None:
            return
        known = self._decoders.get(handler.on)
        if known is None:
            self._decoders[handler.on] = msgspec.json.Decoder(handler.payload)
        elif known.type is not handler.payload:
            problem = (
                f"{handler.on} is read as {handler.payload} here and as {known.type} elsewhere"
            )
            raise BadScenario(handler.title, problem, "One type of event has one payload type.")
