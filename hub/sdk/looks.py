"""How a scenario looks on the screen: layers, tiles, titles of alerts."""

import re
from typing import Literal

from msgspec import Struct

from hub.core.declaration import Chart, FieldSpec, Layer, LevelSpec, Symbol, Tile
from hub.core.errors import BadScenario

_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")


class Looks:
    """The declarations of a scenario that the screen shows."""

    def __init__(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise BadScenario(name, "not a name", f"A name matches {_NAME.pattern}.")
        self.name = name
        self._layers: list[Layer] = []
        self._tiles: list[Tile] = []
        self._alerts: dict[str, str] = {}

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
        charts: tuple[Chart, ...] = (),
    ) -> Layer:
        """Declare a kind of thing on the screen; `ctx.show` shows one."""
        layer = Layer(
            f"{self.name}.{name}", title, title_en, data, fields, levels, geometry, symbol, charts
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
        above: float | None = None,
        below: float | None = None,
    ) -> None:
        """Declare a figure of the city: an aggregate over a layer.

        The mean or maximum of a field that the layer shows as percent is one too. From ``above``
        on, or under ``below``, it wants attention: the page marks it.
        """
        shares = {each.name for each in layer.fields if each.kind == "percent"}
        percent = op in ("mean", "max") and field in shares
        self._tiles.append(
            Tile(
                f"{self.name}.{name}",
                title,
                title_en,
                layer.name,
                op,
                unit,
                field,
                levels,
                percent,
                above,
                below,
            )
        )

    def alert(self, kind: str, title: str) -> str:
        """Declare a kind of alert with its title; return the kind."""
        if kind in self._alerts:
            raise BadScenario(self.name, f"alert {kind!r} is declared twice", "Keep one.")
        self._alerts[kind] = title
        return kind
