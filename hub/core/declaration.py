"""What a scenario declares: handlers, and how it looks on the screen. Plain frozen data."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from msgspec import Struct

from hub.core.handler import Handler
from hub.model.instant import DAY, SECOND, Duration

Tone = Literal["normal", "blue", "yellow", "orange", "red"]
"""Colour of a level on the screen; saturated only for what is abnormal (SCREEN.md)."""


Symbol = Literal["dot", "square", "cross", "triangle", "arrow"]
"""How the map draws a calm thing of a layer; what is abnormal is drawn by its level's shape."""


class LevelSpec(Struct, frozen=True):
    """One level of a layer, the calmest first: its name in data, titles, tone."""

    name: str
    title: str
    title_en: str
    tone: Tone = "normal"


class FieldSpec(Struct, frozen=True):
    """One field of a layer's entities, as a column and a line of the detail card."""

    name: str
    title: str
    title_en: str
    unit: str = ""
    kind: Literal["number", "percent", "text", "time", "boolean"] = "number"


class Chart(Struct, frozen=True):
    """Lines over the last ``span`` in the detail card: means of ``fields``, in 96 points."""

    name: str
    title: str
    title_en: str
    fields: tuple[str, ...]
    span: Duration = DAY

    def describe(self) -> dict[str, object]:
        """Return it as `/api/scenarios` shows it; ``span`` in seconds."""
        return {
            "name": self.name,
            "title": self.title,
            "title_en": self.title_en,
            "fields": list(self.fields),
            "span": self.span // SECOND,
        }


class Layer(Struct, frozen=True):
    """A kind of thing on the screen. ``data`` is the type of its entities' data.

    ``geometry`` is `point` for what has a place on the map, `none` for rows only; ``symbol`` tells
    calm things of different layers apart. The first field is the headline.
    """

    name: str
    title: str
    title_en: str
    data: type[Struct]
    fields: tuple[FieldSpec, ...]
    levels: tuple[LevelSpec, ...] = ()
    geometry: Literal["point", "none"] = "point"
    symbol: Symbol = "dot"
    charts: tuple[Chart, ...] = ()

    def describe(self) -> dict[str, object]:
        """Return it as `/api/scenarios` shows it (LayerSpec)."""
        return {
            "name": self.name,
            "title": self.title,
            "title_en": self.title_en,
            "geometry": self.geometry,
            "symbol": self.symbol,
            "levels": list(self.levels),
            "fields": list(self.fields),
            "charts": [chart.describe() for chart in self.charts],
        }


class Tile(Struct, frozen=True):
    """A figure of the city: an aggregate over all entities of a layer that are not stale.

    ``op`` `sum`, `mean` or `max` of ``field``, `count` of entities with one of ``levels``, or
    `share` of those among all; ``percent`` says that ``field`` is one. A value from ``above`` on,
    or under ``below``, wants attention.
    """

    name: str
    title: str
    title_en: str
    layer: str
    op: Literal["sum", "mean", "max", "count", "share"]
    unit: str = ""
    field: str = ""
    levels: tuple[str, ...] = ()
    percent: bool = False
    above: float | None = None
    below: float | None = None

    @property
    def format(self) -> str:
        """How the page writes the value."""
        return "percent" if self.op == "share" or self.percent else "number"

    def describe(self) -> dict[str, object]:
        """Return it as `/api/scenarios` shows it (TileSpec)."""
        return {
            "name": self.name,
            "title": self.title,
            "title_en": self.title_en,
            "unit": self.unit,
            "layer": self.layer,
            "format": self.format,
            "above": self.above,
            "below": self.below,
        }


class ActionSpec(Struct, frozen=True):
    """An action: an async function for I/O, run after the commit by `hub.act`.

    It is called with the `Job` and its data, or with the data alone (``takes_job``). One try takes
    ``deadline`` at most; after ``tries`` the job is a dead letter.
    """

    scenario: str
    name: str
    function: Callable[..., Coroutine[Any, Any, None]]
    payload: type[Struct]
    takes_job: bool
    deadline: Duration
    tries: int


class Declaration(Struct, frozen=True):
    """A whole scenario. ``handlers`` by event type and ``timers`` by name, in order of writing.

    ``targets`` are the functions that its time rules run; the rules' own handlers are among the
    others.
    """

    name: str
    title: str
    title_en: str
    description: str
    handlers: tuple[Handler, ...] = ()
    timers: tuple[Handler, ...] = ()
    layers: tuple[Layer, ...] = ()
    tiles: tuple[Tile, ...] = ()
    alerts: dict[str, str] = {}
    config: type[Struct] | None = None
    targets: tuple[Handler, ...] = ()
    actions: dict[str, ActionSpec] = {}

    def written(self) -> list[Handler]:
        """Return the handlers that the scenario wrote, without the rules' own."""
        every = (*self.handlers, *self.timers, *self.targets)
        return [handler for handler in every if not handler.inner]

    def describe(self) -> dict[str, object]:
        """Return it as `/api/scenarios` shows it."""
        timers = [h.name for h in self.timers]
        running = [
            {"name": h.name, "on": f"timer {h.on}" if h.name in timers else h.on}
            for h in self.written()
        ]
        return {
            "name": self.name,
            "title": self.title,
            "title_en": self.title_en,
            "description": self.description,
            "handlers": running,
            "actions": list(self.actions),
            "layers": [layer.describe() for layer in self.layers],
            "tiles": [tile.describe() for tile in self.tiles],
        }
