"""A city with 好停车 alone, driven by hand: lots, signs, and what they lead to."""

from itertools import count

import msgspec

from hub.core.city import City
from hub.model.alert import Alert
from hub.model.entity import Entity
from hub.model.event import CARD, Event
from hub.model.output import Downlink, Incident, Letter, Output, Shown
from hub.sdk.loading import load_all
from tests.support.machine import ack, after, card, reading, status

HERE = (123.4500, 41.8000)
"""Where lots stand unless a test says otherwise."""
METRE = 1 / 111_195
"""Degrees of latitude that are one metre on the sphere of the SDK."""


def north(metres: float) -> tuple[float, float]:
    """Return the place so many metres north of HERE."""
    return HERE[0], HERE[1] + metres * METRE


class Town:
    """Both partitions with the parking scenario. Times in seconds after the start."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.entities: dict[str, Entity] = {}
        self.city = City(load_all("scenarios/parking"), self._sink)
        self._ids = count(1)

    def _sink(self, _: str, output: Output) -> None:
        self.outputs.append(output)
        if isinstance(output, Shown) and output.json is not None:
            self.entities[output.id] = msgspec.json.decode(output.json, type=Entity)
        elif isinstance(output, Shown):
            self.entities.pop(output.id, None)

    def append(self, at: float, event: Event) -> None:
        """Append an event in the district's partition."""
        self.city.append("d1", event, after(at))

    def tick(self, at: float) -> None:
        """Let time go on in both partitions."""
        self.city.advance(after(at))

    def lot(
        self,
        name: str,
        *,
        at: float = 0,
        place: tuple[float, float] | None = HERE,
        area: str = "zhongjie",
        period: float | None = None,
    ) -> None:
        """Register a lot; without a period it reports on change and is never silent."""
        facts = {"area": area, "areaName": {"zhongjie": "中街"}.get(area, area)}
        event = card(
            name, kind="OffStreetParking", domain="parking", at=place, attributes=facts,
            period=period, via="gw", name=f"{name}停车场",
        )  # fmt: skip
        self.append(at, event)

    def sign(self, name: str, *, at: float = 0, place: tuple[float, float] = HERE) -> None:
        """Register a guidance sign."""
        kind = "ParkingGuidanceSign"
        self.append(at, card(name, kind=kind, domain="parking", at=place, period=None))

    def withdraw(self, name: str, *, at: float) -> None:
        """Withdraw a device's card."""
        gone = Event(f"gone-{name}", f"/parking/{name}", CARD, b"null", district="210103")
        self.append(at, gone)

    def read(self, name: str, occupied: int, total: int = 100, *, at: float) -> None:
        """Report a lot's cars and bays."""
        data = {
            "totalSpotNumber": total,
            "occupiedSpotNumber": occupied,
            "availableSpotNumber": total - occupied,
        }
        unique = f"{name}-{next(self._ids)}"
        self.append(at, reading(name, data, id=unique, type="city.parking.occupancy"))

    def says(self, sign: str, lines: object, *, at: float) -> None:
        """Report what a sign shows."""
        unique = f"{sign}-{next(self._ids)}"
        self.append(at, reading(sign, {"lines": lines}, id=unique, type="city.parking.sign"))

    def answer(self, sign: str, command: str, *, at: float, ok: bool = True, why: str = "") -> None:
        """Answer a command."""
        self.append(at, ack(sign, command, ok=ok, detail=why))

    def gateway(self, word: str, *, at: float) -> None:
        """Say that the gateway of all lots is online or offline."""
        self.append(at, status("gw", word))

    def show(self, lot: str) -> Entity:
        """Return a lot as the screen shows it."""
        return self.entities[f"parking.lot/{lot}"]

    def level(self, lot: str) -> str | None:
        """Return a lot's level."""
        return self.show(lot).level

    def data(self, id_: str) -> dict[str, object]:
        """Return the data of an entity."""
        return msgspec.json.decode(self.entities[id_].data, type=dict[str, object])

    def alerts(self) -> list[Alert]:
        """Return every change of an alert, oldest first."""
        found = [output for output in self.outputs if isinstance(output, Incident)]
        return [msgspec.json.decode(output.json, type=Alert) for output in found]

    def alert(self) -> Alert | None:
        """Return the newest alert while it is not cleared."""
        found = self.alerts()
        return found[-1] if found and found[-1].cleared is None else None

    def commands(self, sign: str) -> list[dict[str, object]]:
        """Return the commands `guide` sent to a sign, as they go over the wire."""
        topic = f"city/210103/parking/{sign}/$cmd/guide"
        sent = [each for each in self.outputs if isinstance(each, Downlink) and each.topic == topic]
        return [msgspec.json.decode(each.json, type=dict[str, object]) for each in sent]

    def lines(self, sign: str) -> list[tuple[str, int, int]]:
        """Return the lines that a sign was told last: lot, free bays, metres."""
        data = msgspec.convert(self.commands(sign)[-1]["data"], dict[str, list[dict[str, object]]])
        rows = [
            tuple(line[name] for name in ("name", "free", "distance")) for line in data["lines"]
        ]
        return msgspec.convert(rows, list[tuple[str, int, int]])

    def letters(self) -> list[Letter]:
        """Return the dead letters."""
        return [output for output in self.outputs if isinstance(output, Letter)]
