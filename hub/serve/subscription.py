"""What a client wants to see: layers, districts, a window of the map. Pure."""

from collections.abc import Mapping
from typing import Literal, cast, get_args

from msgspec import Struct

from hub.model.district import CODES
from hub.serve.errors import BadSubscription
from hub.serve.screen import Row

_LAYERS = 64
_WINDOW = 4
_TILE = "tile"

Format = Literal["json", "columns"]


class Subscription(Struct, frozen=True):
    """None wants everything. Entities without a district or a place pass those two filters.

    ``window`` is (west, south, east, north) in degrees WGS-84; incidents are never filtered.
    ``format`` is how telemetry comes: JSON, or binary columns.
    """

    layers: frozenset[str] | None = None
    districts: frozenset[str] | None = None
    window: tuple[float, float, float, float] | None = None
    scenarios: frozenset[str] | None = None
    format: Format = "json"

    def wants(self, row: Row | None) -> bool:
        """Return whether an entity belongs to the view; None, an entity that is not, never."""
        if row is None or (self.layers is not None and row.layer not in self.layers):
            return False
        if self.scenarios is not None and _scenario(row) not in self.scenarios:
            return False
        if self.districts is not None and row.district and row.district not in self.districts:
            return False
        if self.window is None or row.at is None:
            return True
        west, south, east, north = self.window
        return west <= row.at[0] <= east and south <= row.at[1] <= north


def subscription(
    layers: list[str] | None,
    districts: list[str] | None,
    window: list[float] | None,
    scenarios: list[str] | None = None,
    format_: str = "json",
) -> Subscription:
    """Return the checked subscription, or raise BadSubscription."""
    if max(len(layers or ()), len(scenarios or ())) > _LAYERS:
        raise BadSubscription(f"at most {_LAYERS} layers or scenarios")
    if format_ not in get_args(Format):
        raise BadSubscription("format is json or columns")
    if districts is not None and not CODES.issuperset(districts):
        raise BadSubscription(f"districts are 6-digit codes: {', '.join(sorted(CODES))}")
    return Subscription(
        None if layers is None else frozenset(layers),
        None if districts is None else frozenset(districts),
        None if window is None else _window(window),
        None if scenarios is None else frozenset(scenarios),
        cast("Format", format_),
    )


def from_query(query: Mapping[str, str]) -> Subscription:
    """Return the subscription of the address, `?layers=a,b&districts=210102&window=…`."""
    window = query.get("window")
    try:
        numbers = None if not window else [float(part) for part in window.split(",")]
    except ValueError as error:
        raise BadSubscription("window is four numbers: west,south,east,north") from error
    return subscription(
        _list(query.get("layers")),
        _list(query.get("districts")),
        numbers,
        _list(query.get("scenarios")),
        query.get("format") or "json",
    )


def _scenario(row: Row) -> str:
    """Return whose entity it is: layers and tiles are named `{scenario}.{name}`."""
    name = row.id.partition("/")[2] if row.layer == _TILE else row.layer
    return name.partition(".")[0]


def _list(text: str | None) -> list[str] | None:
    return text.split(",") if text else None


def _window(numbers: list[float]) -> tuple[float, float, float, float]:
    if len(numbers) != _WINDOW:
        raise BadSubscription("window is four numbers: west,south,east,north")
    west, south, east, north = numbers
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):  # noqa: PLR2004 degrees
        raise BadSubscription("window is west,south,east,north in degrees, west before east")
    return west, south, east, north
