"""What cannot be drawn is refused when a scenario is loaded: layers, charts and tiles."""

from typing import Any

from msgspec import Struct, inspect

from hub.core.declaration import Chart, Declaration, FieldSpec, Layer, Tile
from hub.core.errors import BadScenario
from hub.model.instant import DAY, MINUTE

LONGEST_CHART = 31 * DAY
SHORTEST_CHART = 10 * MINUTE
"""Spans that a chart of some hundred points can show (our default)."""
MOST_LINES = 4
"""Most lines of one chart: more cannot be told apart."""

_NUMBERS = (inspect.IntType, inspect.FloatType)
_TEXTS = (inspect.StrType, inspect.EnumType, inspect.LiteralType)
_KINDS: dict[str, tuple[type, ...]] = {
    "number": _NUMBERS,
    "percent": _NUMBERS,
    "boolean": (inspect.BoolType,),
    "time": (inspect.IntType, inspect.StrType, inspect.DateTimeType),
    "text": (*_TEXTS, inspect.ListType, inspect.VarTupleType, inspect.TupleType),
}
"""Which types of a field each kind can show; None is shown as nothing."""


def check_layer(layer: Layer) -> None:
    """Raise BadScenario when a layer's columns or charts are not in its data."""
    known = _fields(layer.data)
    for field in layer.fields:
        if field.name not in known:
            raise _unknown(layer.name, f"field {field.name!r}", layer.data, known)
        _check_kind(layer, field, known[field.name])
    names = [chart.name for chart in layer.charts]
    for chart in layer.charts:
        if names.count(chart.name) > 1:
            problem = f"chart {chart.name!r} is declared twice"
            raise BadScenario(layer.name, problem, "Name one otherwise.")
        _check_chart(layer, chart, known)


def check_tile(declaration: Declaration, tile: Tile) -> None:
    """Raise BadScenario when a tile's layer, field or levels are not there."""
    layers = {layer.name: layer for layer in declaration.layers}
    if sum(each.name == tile.name for each in declaration.tiles) > 1:
        raise BadScenario(tile.name, "this tile is declared twice", "Name one otherwise.")
    if tile.layer not in layers:
        problem = f"tile {tile.name} is of layer {tile.layer}, which it does not declare"
        raise BadScenario(declaration.name, problem, "Declare the layer first.")
    layer = layers[tile.layer]
    known = _fields(layer.data)
    if tile.op in ("sum", "mean", "max"):
        if tile.field not in known:
            raise _unknown(tile.name, f"field {tile.field!r}", layer.data, known)
        if not _fits(known[tile.field], _NUMBERS):
            problem = f"a {tile.op} of field {tile.field!r}, which is no number"
            raise BadScenario(tile.name, problem, "Take a field of numbers, or `count`.")
    levels = {level.name for level in layer.levels}
    for level in tile.levels:
        if level not in levels:
            problem = f"level {level!r} is not one of layer {layer.name}"
            raise BadScenario(tile.name, problem, f"Known: {', '.join(sorted(levels))}.")


def _check_kind(layer: Layer, field: FieldSpec, type_: Any) -> None:
    if not _fits(type_, _KINDS[field.kind]):
        problem = f"field {field.name!r} is shown as {field.kind}, and its type is not"
        kinds = [kind for kind, types in _KINDS.items() if _fits(type_, types)]
        remedy = f"Show it as {' or '.join(kinds)}." if kinds else "Show a field of a plain type."
        raise BadScenario(layer.name, problem, remedy)
    if field.unit and field.kind not in ("number", "percent"):
        problem = f"field {field.name!r} has the unit {field.unit!r}, and is no number"
        raise BadScenario(layer.name, problem, "Leave the unit out.")


def _check_chart(layer: Layer, chart: Chart, known: dict[str, Any]) -> None:
    if not 1 <= len(chart.fields) <= MOST_LINES:
        problem = f"chart {chart.name!r} has {len(chart.fields)} lines"
        raise BadScenario(layer.name, problem, f"Draw 1 to {MOST_LINES}.")
    for name in chart.fields:
        if name not in known:
            raise _unknown(layer.name, f"field {name!r} of chart {chart.name!r}", layer.data, known)
        if not _fits(known[name], _NUMBERS):
            problem = f"chart {chart.name!r} draws field {name!r}, which is no number"
            raise BadScenario(layer.name, problem, "Draw fields of numbers.")
    if not SHORTEST_CHART <= chart.span <= LONGEST_CHART:
        problem = f"chart {chart.name!r} spans {chart.span} µs"
        raise BadScenario(layer.name, problem, "Span 10 minutes to 31 days.")


def _fields(data: type[Struct]) -> dict[str, Any]:
    """Return the types of a struct's fields by name."""
    info = inspect.type_info(data)
    return {field.name: field.type for field in info.fields}  # type: ignore[attr-defined]


def _fits(type_: Any, allowed: tuple[type, ...]) -> bool:
    if isinstance(type_, inspect.UnionType):
        parts = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
        return all(_fits(each, allowed) for each in parts)
    if isinstance(type_, inspect.Metadata):
        return _fits(type_.type, allowed)
    return isinstance(type_, (*allowed, inspect.AnyType, inspect.CustomType))


def _unknown(where: str, what: str, data: type[Struct], known: dict[str, Any]) -> BadScenario:
    problem = f"{what} is not in {data.__name__}"
    return BadScenario(where, problem, f"Known fields: {', '.join(sorted(known))}.")
