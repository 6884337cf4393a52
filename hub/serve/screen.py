"""The screen's state as a function of pages of outputs. Pure."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct, field

from hub.log.outputs import Page
from hub.model.output import Answer, Incident, Shown
from hub.model.partition import CITY


class Row(Struct, frozen=True, gc=False):
    """One entity: what a view filters by, and its JSON, encoded once for all."""

    id: str
    layer: str
    district: str
    at: tuple[float, float] | None
    json: bytes


class Change(Struct):
    """What one page brought.

    ``before`` maps each changed entity to its row until then (None when new); ``incidents`` are
    (output ordinal, Alert JSON); ``answers`` the outcomes of actions by key.
    """

    before: dict[str, Row | None] = field(default_factory=dict)
    incidents: list[tuple[int, bytes]] = field(default_factory=list)
    answers: list[tuple[str, bytes]] = field(default_factory=list)


class _Place(Struct):
    id: str
    layer: str
    district: str | None = None
    at: tuple[float, float] | None = None


class _Standing(Struct):
    cleared: str | None = None
    acknowledged: dict[str, str] | None = None


_place = msgspec.json.Decoder(_Place).decode
_standing = msgspec.json.Decoder(_Standing).decode


def row(json: bytes) -> Row:
    """Return the row of an Entity's JSON."""
    place = _place(json)
    return Row(place.id, place.layer, place.district or "", place.at, json)


def is_open(alert: bytes) -> bool:
    """Return whether an Alert's JSON is not both cleared and acknowledged."""
    standing = _standing(alert)
    return standing.cleared is None or standing.acknowledged is None


class Screen:
    """All entities and the open alerts, as far as the outputs were applied."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.alerts: dict[str, bytes] = {}

    def reset(self, rows: Iterable[Row], alerts: Iterable[tuple[str, bytes]]) -> None:
        """Begin anew from the tables."""
        self.rows = {each.id: each for each in rows}
        self.alerts = {name: json for name, json in alerts if is_open(json)}

    def put(self, new: Row) -> Row | None:
        """Take an entity in; return what stood there."""
        before = self.rows.get(new.id)
        self.rows[new.id] = new
        return before

    def apply(self, page: Page, partition: str) -> Change:
        """Take the outputs of one commit in; return what they changed."""
        change = Change()
        for emitted in page.outputs:
            output = emitted.output
            if isinstance(output, Shown):
                before = self._show(output)
                change.before.setdefault(output.id, before)
            elif isinstance(output, Incident) and partition == CITY:
                alert = output.json
                self._alert(output.id, alert)
                change.incidents.append((emitted.ordinal, alert))
            elif isinstance(output, Answer):
                change.answers.append((output.key, output.json))
        return change

    def _show(self, shown: Shown) -> Row | None:
        if shown.json is None:
            return self.rows.pop(shown.id, None)
        return self.put(Row(shown.id, shown.layer, shown.district, shown.at, shown.json))

    def _alert(self, name: str, alert: bytes) -> None:
        if is_open(alert):
            self.alerts[name] = alert
        else:
            self.alerts.pop(name, None)
