"""Tiles: figures of the city, aggregates over a layer, shown as entities `tile/{name}`. Pure."""

from collections.abc import Iterable, Mapping

import msgspec

from hub.core.declaration import Tile
from hub.core.tiles import Figure, Value, aggregate
from hub.model.entity import Entity
from hub.model.instant import MILLISECOND, Instant, text
from hub.serve.screen import Change, Row, Screen

LAYER = "tile"
REFRESH = 10
"""Seconds after which a tile whose value stands is shown anew with its time."""


_figure = msgspec.json.Decoder(Figure).decode
_json = msgspec.json.Encoder().encode


class Tiles:
    """Keeps the figures of the layers that tiles are over; computes those that changed."""

    def __init__(self, tiles: Iterable[Tile]) -> None:
        self._tiles = tuple(tiles)
        self._figures: dict[str, dict[str, Figure]] = {tile.layer: {} for tile in self._tiles}
        self._changed: set[str] = set(self._figures)
        self._shown: dict[str, Value] = {}
        self._calls = 0

    def use(self, tiles: Iterable[Tile]) -> None:
        """Compute these from now on; `rebuild` fills them."""
        self._tiles = tuple(tiles)
        self._figures = {tile.layer: {} for tile in self._tiles}

    @property
    def values(self) -> Mapping[str, Value]:
        """The values as they were computed last, by tile."""
        return self._shown

    def note(self, change: Change, screen: Screen) -> None:
        """Take in what a page changed."""
        for name, before in change.before.items():
            new = screen.rows.get(name)
            if before is not None and new is None:
                self._drop(before)
            elif new is not None:
                self._keep(new)

    def rebuild(self, screen: Screen, now: Instant) -> None:
        """Begin anew from a screen that was loaded, and put the tiles on it."""
        for figures in self._figures.values():
            figures.clear()
        for row in screen.rows.values():
            self._keep(row)
        self._changed = set(self._figures)
        self._shown.clear()
        self.compute(screen, now)

    def compute(self, screen: Screen, now: Instant) -> Change:
        """Put the tiles whose value changed on the screen; return that change.

        Called once a second. A value that stands is shown anew each REFRESH calls, with its time:
        an unchanged figure is as current as a changed one.
        """
        change = Change()
        self._calls += 1
        again = self._calls % REFRESH == 0
        for tile in self._tiles:
            if tile.layer not in self._changed and not again:
                continue
            value = aggregate(tile, self._figures[tile.layer].values())
            if again or self._shown.get(tile.name) != value:
                self._shown[tile.name] = value
                new = _row(tile, value, now)
                change.before[new.id] = screen.put(new)
        self._changed.clear()
        return change

    def _keep(self, row: Row) -> None:
        figures = self._figures.get(row.layer)
        if figures is not None:
            figures[row.id] = _figure(row.json)
            self._changed.add(row.layer)

    def _drop(self, row: Row) -> None:
        figures = self._figures.get(row.layer)
        if figures is not None:
            figures.pop(row.id, None)
            self._changed.add(row.layer)


def _row(tile: Tile, value: Value, now: Instant) -> Row:
    entity = Entity(
        id=f"{LAYER}/{tile.name}",
        layer=LAYER,
        # City time only grows, over restarts too, so it serves as the version.
        v=now // MILLISECOND,
        at=None,
        district=None,
        level=None,
        title=tile.title,
        time=text(now),
        stale=value.value is None,
        quality=(),
        data=msgspec.Raw(_json(value)),
    )
    return Row(entity.id, LAYER, "", None, _json(entity))
