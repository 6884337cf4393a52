"""The figures of the city: what a tile says of a layer's entities. The rule alone, no screen."""

from collections.abc import Iterable

from msgspec import Struct

from hub.core.declaration import Tile


class Value(Struct, frozen=True):
    """A tile's data: its value, of how many entities, and how many stale ones were left out.

    ``value`` is None when nothing can be said: no entity, or none that is not stale.
    """

    value: float | int | None
    of: int
    stale: int


class Figure(Struct):
    """What a tile reads of an entity."""

    level: str | None = None
    stale: bool = False
    data: dict[str, object] = {}


def aggregate(tile: Tile, figures: Iterable[Figure]) -> Value:
    """Return a tile's value over the entities that are not stale.

    For `sum`, `mean` and `max` only entities that have the field as a number count as ``of``.
    """
    everything = list(figures)
    fresh = [each for each in everything if not each.stale]
    stale = len(everything) - len(fresh)
    if tile.op in ("count", "share"):
        count = sum(each.level in tile.levels for each in fresh)
        share = count / len(fresh) if fresh else None
        known = count if fresh or not everything else None
        return Value(known if tile.op == "count" else share, len(fresh), stale)
    wanted = [each for each in fresh if not tile.levels or each.level in tile.levels]
    numbers = [number for each in wanted if (number := _number(each, tile.field)) is not None]
    if not numbers:
        return Value(None, 0, stale)
    if tile.op == "max":
        return Value(max(numbers), len(numbers), stale)
    total = sum(numbers)
    return Value(total if tile.op == "sum" else total / len(numbers), len(numbers), stale)


def _number(figure: Figure, name: str) -> float | int | None:
    value = figure.data.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value
