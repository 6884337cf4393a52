"""A small town of a few hospitals, driven by hand through all partitions in log time."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from hub.core.city import City
from hub.core.digest import Digest
from hub.core.registry import Registry
from hub.model.device import Card, Reporting
from hub.model.event import CARD, STATUS, Event
from hub.model.instant import text
from hub.model.output import Incident, Letter, Output, Shown
from hub.sdk import Context, Scenario
from hub.sdk.loading import BUILT_IN, load
from tests.support.machine import after

DISTRICT = "210102"
DERIVED = (
    "hospital.call",
    "hospital.crowding",
    "hospital.demand",
    "hospital.diversion",
    "hospital.eta",
    "hospital.found",
    "hospital.gone",
    "hospital.park-found",
    "hospital.parking",
    "hospital.road-flow",
    "hospital.road-found",
    "hospital.road-gone",
    "hospital.run",
    "hospital.temperature",
)
"""Every derived event of the scenario."""
PERIODS = {
    "Hospital": 60.0,
    "Ambulance": 10.0,
    "RoadSection": 60.0,
    "WeatherStation": 300.0,
    "OffStreetParking": 60.0,
    "PondingPoint": 60.0,
}
DOMAINS = {
    "Hospital": "hospital",
    "Ambulance": "ambulance",
    "RoadSection": "traffic",
    "WeatherStation": "weather",
    "OffStreetParking": "parking",
    "PondingPoint": "flood",
    "DispatchCentre": "ems",
}
Value = str | int | float | bool


class Town:
    """The scenario beside 好停车 and ``others``, and what became of what it was told.

    ``alerts`` are the alerts as they stand by identity, ``changes`` all their changes in order,
    ``derived`` (type, data) of what the scenario derived, ``entities`` what is on the screen.
    """

    def __init__(self, *others: str) -> None:
        self.alerts: dict[str, dict[str, Any]] = {}
        self.changes: list[dict[str, Any]] = []
        self.derived: list[tuple[str, dict[str, Any]]] = []
        self.entities: dict[str, dict[str, Any]] = {}
        self.letters: list[dict[str, Any]] = []
        self.lines: list[str] = []
        self.digest = Digest()
        self._count = 0
        declarations = [load(BUILT_IN / name) for name in ("parking", "hospital", *others)]
        self.registry = Registry([*declarations, self._listener().declaration()])
        self.city = City(self.registry, self._take)

    # -- what devices say -------------------------------------------------------------------------

    def card(
        self,
        device: str,
        kind: str,
        at: tuple[float, float] | None = None,
        *,
        name: str = "",
        seconds: float = 0,
        attributes: Mapping[str, Value] | None = None,
    ) -> None:
        """Register a device."""
        period = PERIODS.get(kind)
        reporting = Reporting() if period is None else Reporting("periodic", period)
        lng, lat = at or (None, None)
        value = Card(name or device, kind, lng, lat, reporting, attributes=dict(attributes or {}))
        self._append(CARD, f"/{DOMAINS[kind]}/{device}", value, seconds)

    def say(self, type_: str, device: str, data: Mapping[str, object], seconds: float) -> None:
        """Let a device report at so many seconds after the start."""
        self._append(type_, f"/{type_.split('.')[1]}/{device}", data, seconds)

    def withdraw(self, device: str, kind: str, seconds: float) -> None:
        """Withdraw a device's card."""
        self._append(CARD, f"/{DOMAINS[kind]}/{device}", None, seconds)

    def status(self, device: str, kind: str, word: str, seconds: float) -> None:
        """Let a device's connection go or come back."""
        self._append(STATUS, f"/{DOMAINS[kind]}/{device}", word, seconds)

    def tell(self, type_: str, data: Mapping[str, object], seconds: float) -> None:
        """Let another scenario derive an event in `city`."""
        self._append(type_, "/scenario/emergency", data, seconds, partition="city")

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.city.advance(after(seconds))

    def restart(self) -> None:
        """Kill every machine and begin again from its cells."""
        self.city.restart()

    # -- what became of it ------------------------------------------------------------------------

    def raised(self, kind: str, place: str) -> dict[str, Any] | None:
        """Return the alert (kind, place) while it is raised."""
        alert = self.alerts.get(f"hospital/{kind}/{place}")
        return None if alert is None or alert["cleared"] else alert

    def level(self, kind: str, place: str) -> str | None:
        """Return the level of a raised alert."""
        alert = self.raised(kind, place)
        return None if alert is None else str(alert["level"])

    def told(self, type_: str) -> list[dict[str, Any]]:
        """Return the data of all derived events of a type, oldest first."""
        return [data for name, data in self.derived if name == type_]

    def state(self) -> str:
        """Return the whole state of the city as text."""
        cells = [cell for name in ("city", "d1") for cell in self.city.machine(name).cells()]
        return repr(cells)

    # -- ends -------------------------------------------------------------------------------------

    def _append(
        self, type_: str, source: str, data: object, seconds: float, *, partition: str = "d1"
    ) -> None:
        self._count += 1
        event = Event(
            f"{self._count:06d}",
            source,
            type_,
            msgspec.json.encode(data),
            time=after(seconds) if type_.startswith("city.") else None,
            district=DISTRICT if partition == "d1" else "",
        )
        self.city.append(partition, event, after(seconds))

    def _take(self, partition: str, output: Output) -> None:
        self.digest.take(partition, output)
        match output:
            case Incident():
                alert = msgspec.json.decode(output.json)
                self.alerts[alert["id"].rpartition("#")[0]] = alert
                self.changes.append(alert)
                self._line({"alert": alert})
            case Letter():
                self.letters.append(msgspec.json.decode(output.json))
            case Shown(json=None):
                self.entities.pop(output.id, None)
            case Shown():
                self.entities[output.id] = msgspec.json.decode(output.json or b"")

    def _listener(self) -> Scenario:
        """Return a scenario that hears what this one derives, and does nothing else."""
        listener = Scenario("listener", title="听", title_en="Listener", description="")

        def hear(ctx: Context) -> None:
            data = msgspec.json.decode(ctx.event.data)
            self.derived.append((ctx.event.type, data))
            self._line({"derived": ctx.event.type, "time": text(ctx.now), "data": data})

        for type_ in DERIVED:

            def named(ctx: Context) -> None:
                hear(ctx)

            named.__name__ = type_.replace(".", "_").replace("-", "_")
            listener.on(type_)(named)
        return listener

    def _line(self, value: object) -> None:
        self.lines.append(msgspec.json.encode(value).decode())


GOLDEN = Path(BUILT_IN) / "hospital" / "golden"
"""Where the golden outputs of the scenario are."""
HERE = (123.408, 41.795)


def ed(
    score_patients: int = 20,
    *,
    boarding: int = 0,
    beds: int = 40,
    waiting: Mapping[str, tuple[int, float]] | None = None,
) -> dict[str, object]:
    """Return an emergency department's reading with so many patients."""
    waits = waiting or {}
    return {
        "patients": score_patients,
        "beds": beds,
        "boarding": boarding,
        "hospitalBeds": 1000,
        "ventilated": 0,
        "longestAdmitHours": 0,
        "lastBedHours": 0,
        "waiting": {
            level: {"count": count, "longestMinutes": longest}
            for level, (count, longest) in waits.items()
        },
    }


def scored(score: float) -> dict[str, object]:
    """Return a reading whose NEDOCS is ``score``: 100 ED beds and a wait that makes up the rest."""
    return {
        "patients": 0,
        "beds": 100,
        "boarding": 0,
        "hospitalBeds": 1000,
        "ventilated": 0,
        "longestAdmitHours": (score + 20) / 0.93,
        "lastBedHours": 0,
        "waiting": {},
    }
