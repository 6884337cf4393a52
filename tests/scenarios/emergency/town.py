"""A city with 应急 (and 好停车, whose lots it hears of), driven by hand."""

from collections.abc import Mapping
from itertools import count

import msgspec

from hub.core.city import City
from hub.core.digest import Digest
from hub.core.registry import Registry
from hub.model.alert import Alert
from hub.model.entity import Entity
from hub.model.event import CARD, Event
from hub.model.output import Downlink, Incident, Letter, Output, Shown
from hub.sdk import Scenario
from hub.sdk.loading import load_all
from scenarios.emergency.messages import Gas, RainLevel, RoadClosed, Surroundings
from tests.support.machine import DISTRICT, ack, after, card, reading, status

HERE = (123.4500, 41.8000)
METRE = 1 / 111_195
"""Degrees of latitude that are one metre on the sphere of the SDK."""
GATEWAY = "gw"
"""The gateway of all devices."""


def north(metres: float) -> tuple[float, float]:
    """Return the place so many metres north of HERE."""
    return HERE[0], HERE[1] + metres * METRE


_WORDS = ("id", "level", "title", "text", "updated", "cleared")
"""What a golden line tells of an alert."""


class Town:
    """Both partitions. Times in seconds after the start; every device is behind one gateway."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self.entities: dict[str, Entity] = {}
        self.roads: list[RoadClosed] = []
        self.rains: list[RainLevel] = []
        self.gases: list[Gas] = []
        self.lines: list[str] = []
        self.digest = Digest()
        self.surroundings: list[Surroundings] = []
        known = load_all("scenarios/emergency,scenarios/parking").declarations
        self._registry = Registry([*known, self._neighbour().declaration()])
        self.city = City(self._registry, self._sink)
        self._ids = count(1)

    def _neighbour(self) -> Scenario:
        """Return another scenario, which notes what 应急 tells it."""
        other = Scenario("neighbour", title="邻居", title_en="Neighbour", description="")

        @other.on("emergency.road-closed")
        def road(said: RoadClosed) -> None:
            self.roads.append(said)
            self._line("emergency.road-closed", said)

        @other.on("emergency.rain-level")
        def rain(said: RainLevel) -> None:
            self.rains.append(said)
            self._line("emergency.rain-level", said)

        @other.on("emergency.gas")
        def gas(said: Gas) -> None:
            self.gases.append(said)
            self._line("emergency.gas", said)

        @other.on("emergency.surroundings")
        def around(said: Surroundings) -> None:
            self.surroundings.append(said)
            self._line("emergency.surroundings", said)

        return other

    def _line(self, what: str, said: object) -> None:
        self.lines.append(msgspec.json.encode({what: said}).decode())

    def _sink(self, partition: str, output: Output) -> None:
        self.outputs.append(output)
        self.digest.take(partition, output)
        if isinstance(output, Incident):
            alert = msgspec.json.decode(output.json, type=Alert)
            said = {name: getattr(alert, name) for name in _WORDS}
            self._line("alert", said)
        if isinstance(output, Downlink):
            self._line("command", msgspec.Raw(output.json))
        if isinstance(output, Shown):
            self.entities.pop(output.id, None)
            if output.json is not None:
                self.entities[output.id] = msgspec.json.decode(output.json, type=Entity)

    def restart(self) -> None:
        """Kill every machine and begin again from its tables."""
        self.city.restart()

    # -- what happens -----------------------------------------------------------------------------

    def append(self, at: float, event: Event) -> None:
        """Append an event in the district's partition."""
        self.city.append("d1", event, after(at))

    def tick(self, at: float) -> None:
        """Let time go on in both partitions."""
        self.city.advance(after(at))

    def device(
        self,
        kind: str,
        name: str,
        /,
        *,
        domain: str,
        period: float | None = None,
        place: tuple[float, float] | None = HERE,
        title: str = "",
        at: float = 0,
        **attributes: str | bool,
    ) -> None:
        """Register a device."""
        facts: Mapping[str, str | bool] = attributes
        event = card(
            name, kind=kind, domain=domain, at=place, attributes=facts, period=period, via=GATEWAY,
            name=title,
        )  # fmt: skip
        self.append(at, event)

    def withdraw(self, name: str, domain: str, *, at: float) -> None:
        """Withdraw a device's card."""
        event = Event(f"{name}-gone", f"/{domain}/{name}", CARD, b"null", district=DISTRICT)
        self.append(at, event)

    def read(
        self, type_: str, name: str, /, *, at: float, said: float | None = None, **data: object
    ) -> None:
        """Report; ``said`` is the device's own time."""
        unique = f"{name}-{next(self._ids)}"
        self.append(at, reading(name, data, id=unique, type=type_, said=said))

    def answer(self, road: str, *, at: float, ok: bool = True, command: str = "") -> None:
        """Let a road answer its newest command, or a given one."""
        newest = str(self.commands(road)[-1]["id"])
        event = ack(road, command or newest, ok=ok)
        self.append(at, msgspec.structs.replace(event, source=f"/traffic/{road}"))

    def gateway(self, word: str, *, at: float) -> None:
        """Say that the gateway is online or offline."""
        self.append(at, status(GATEWAY, word))

    # -- what became of it ------------------------------------------------------------------------

    def level(self, id_: str) -> str | None:
        """Return the level of an entity that must be on the screen."""
        return self.entities[id_].level

    def data(self, id_: str) -> dict[str, object]:
        """Return the data of an entity."""
        return msgspec.json.decode(self.entities[id_].data, type=dict[str, object])

    def alerts(self) -> list[Alert]:
        """Return every change of an alert, oldest first."""
        found = [output for output in self.outputs if isinstance(output, Incident)]
        return [msgspec.json.decode(output.json, type=Alert) for output in found]

    def alert(self, kind: str, place: str) -> Alert | None:
        """Return the newest alert of an identity while it is not cleared."""
        found = [each for each in self.alerts() if (each.kind, each.place) == (kind, place)]
        return found[-1] if found and found[-1].cleared is None else None

    def colour(self, kind: str, place: str) -> str | None:
        """Return the level of an alert that is not cleared."""
        alert = self.alert(kind, place)
        return None if alert is None else alert.level.value

    def said(self, kind: str, place: str) -> str:
        """Return the text of an alert that must be raised."""
        alert = self.alert(kind, place)
        assert alert is not None, f"{kind}/{place} is not raised"
        return alert.text

    def commands(self, road: str) -> list[dict[str, object]]:
        """Return the commands sent to a road, as they go over the wire, oldest first."""
        topic = f"city/{DISTRICT}/traffic/{road}/$cmd/"
        sent = [each for each in self.outputs if isinstance(each, Downlink)]
        mine = [each for each in sent if each.topic.startswith(topic)]
        return [msgspec.json.decode(each.json, type=dict[str, object]) for each in mine]

    def letters(self) -> list[Letter]:
        """Return the dead letters: a test that expects none asks."""
        return [output for output in self.outputs if isinstance(output, Letter)]
