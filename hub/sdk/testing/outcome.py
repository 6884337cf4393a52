"""What became of a test's events: alerts, commands, the screen, state, and the golden lines."""

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from hub.core.city import City
from hub.core.quarantine import TABLE as QUARANTINE
from hub.core.quarantine import Standing
from hub.core.registry import Registry
from hub.core.tiles import Figure, aggregate
from hub.model.alert import Alert
from hub.model.letter import DeadLetter
from hub.model.output import Job
from hub.sdk.testing import golden
from hub.sdk.testing.errors import KitError
from hub.sdk.testing.seen import Command, Emitted, Seen, Shown

T = TypeVar("T")
_standing = msgspec.msgpack.Decoder(Standing).decode


class Outcome:
    """The part of the kit that a test asks; `Kit` is the part that a test tells."""

    folder: Path
    _seen: Seen
    _city: City
    _registry: Registry

    @property
    def alerts(self) -> list[Alert]:
        """The alerts that are raised now, in order of their ids."""
        found = [alert for alert in self._seen.alerts.values() if alert.cleared is None]
        return sorted(found, key=lambda alert: alert.id)

    def alert(self, kind: str, place: str) -> Alert | None:
        """Return the alert (kind, place) while it is raised."""
        found = [each for each in self.alerts if (each.kind, each.place) == (kind, place)]
        return found[0] if found else None

    @property
    def changes(self) -> list[Alert]:
        """Every change of an alert, oldest first."""
        return self._seen.changes()

    @property
    def commands(self) -> list[Command]:
        """The commands sent to devices, oldest first."""
        return self._seen.commands()

    @property
    def jobs(self) -> list[Job]:
        """The actions asked for with `ctx.do`, oldest first: recorded, not run."""
        return self._seen.jobs()

    def emitted(self, type_: str) -> list[Emitted]:
        """Return the derived events of a type, oldest first."""
        return self._seen.emitted(type_)

    @property
    def screen(self) -> Mapping[str, Shown]:
        """What is on the screen, by `layer/name`."""
        return _Named("entity", self._seen.screen)

    @property
    def tiles(self) -> Mapping[str, float | int | None]:
        """The figures of the city, by `scenario.name`."""
        figures: dict[str, list[Figure]] = {}
        for shown in self._seen.screen.values():
            figure = Figure(shown.level, shown.stale, shown.data)
            figures.setdefault(shown.layer, []).append(figure)
        tiles = [tile for each in self._registry.declarations for tile in each.tiles]
        found = {tile.name: aggregate(tile, figures.get(tile.layer, ())).value for tile in tiles}
        return _Named("tile", found)

    def state(self, type_: type[T], key: str) -> T:
        """Return what is remembered of a key; KitError when there is nothing."""
        name = f"{type_.__name__}|{key}"
        states = dict(self._cells("state"))
        for known, raw in states.items():
            if known.partition(".")[2] == name:
                return msgspec.msgpack.decode(raw, type=type_)
        raise KitError(f"no state {name}; there are: {', '.join(sorted(states)) or 'none'}")

    @property
    def letters(self) -> list[DeadLetter]:
        """The dead letters, oldest first: a test that expects none asks."""
        return self._seen.letters()

    @property
    def quarantined(self) -> list[str]:
        """The scenarios that are not called, because they failed again and again."""
        cells = self._cells(QUARANTINE)
        return sorted({name for name, raw in cells if _standing(raw).since is not None})

    @property
    def counters(self) -> Mapping[str, int]:
        """The counters of all partitions, added up; one that never counted is 0."""
        found: Counter[str] = Counter()
        for name, raw in self._cells("counters"):
            found[name] += int(raw)
        return found

    def outputs(self, since: int = 0) -> list[str]:
        """Return all that came of the events, one line of JSON each, as golden files hold it.

        ``since`` a former `count` for what is new.
        """
        return [line for line, _ in golden.lines(self._seen.records[since:])]

    @property
    def count(self) -> int:
        """How much came so far: a place for `outputs`."""
        return len(self._seen.records)

    def matches(self, file: str | Path) -> None:
        """Compare all outputs with a golden file beside the scenario; NotGolden when they differ.

        `CITYHUB_GOLDEN=write` writes it anew.
        """
        golden.compare(self.path(file), golden.lines(self._seen.records))

    def path(self, file: str | Path) -> Path:
        """Return a file's path; a relative one lies beside the scenario."""
        return self.folder / file

    def _cells(self, table: str) -> Iterator[tuple[str, bytes]]:
        for partition in self._city.partitioning.names:
            for (known, name), raw in self._city.machine(partition).cells():
                if known == table:
                    yield name, raw


class _Named(dict[str, T]):
    """A mapping whose missing keys name those that there are."""

    def __init__(self, what: str, found: Mapping[str, T]) -> None:
        super().__init__(sorted(found.items()))
        self._what = what

    def __missing__(self, name: str) -> T:
        raise KitError(f"no {self._what} {name!r}; there are: {', '.join(self) or 'none'}")
