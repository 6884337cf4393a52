"""A story of the simulated city through the core, its roads obeying: what 应急 makes of it.

Ambulances, hospitals and the readings of car parks are left out: nothing here hears them.
"""

import heapq
from collections.abc import Iterator

import msgspec

from hub.core.city import City
from hub.core.digest import Digest
from hub.core.registry import Registry
from hub.ingest.decode import decode
from hub.model.alert import Alert
from hub.model.instant import MINUTE, SECOND, Instant
from hub.model.output import Downlink, Incident, Letter, Output
from hub.sdk.loading import load_all
from sensors.city.city import City as Sensors
from sensors.city.fault import Fault, Level
from sensors.city.message import Message
from sensors.city.size import Size
from sensors.story_file import load_story
from tests.support.machine import START

HEARD = ("rainfall", "level", "concentration", "smoke", "heat", "cover")
"""The events that 应急 lives by."""
TRAVEL = SECOND
"""A command and its answer are on the way for so long."""


class Told:
    """What a story led to: the alerts' changes, the commands, the digest of all outputs."""

    def __init__(self, registry: Registry) -> None:
        self.alerts: list[Alert] = []
        self.commands: list[Downlink] = []
        self.letters: list[Letter] = []
        self._digest = Digest()
        self.city = City(registry, self._sink)

    def _sink(self, partition: str, output: Output) -> None:
        self._digest.take(partition, output)
        if isinstance(output, Incident):
            self.alerts.append(msgspec.json.decode(output.json, type=Alert))
        elif isinstance(output, Downlink):
            self.commands.append(output)
        elif isinstance(output, Letter):
            self.letters.append(output)

    def digest(self) -> str:
        """Return the digest of all outputs and the final state."""
        return self._digest.close([self.city.machine(name) for name in ("city", "d1")])


def played(name: str, size: Size, registry: Registry | None = None) -> Told:
    """Play a story from START to its end in a city of a size without faults."""
    sensors = Sensors(1, size, faults=Level.NONE)
    story = load_story(name)
    sensors.play(story, START)
    told = Told(registry or load_all("scenarios/emergency,scenarios/parking"))
    waiting: list[tuple[Instant, int, Message]] = []
    sent = count = 0
    for message in _all(sensors, START + round(story.minutes * MINUTE)):
        heapq.heappush(waiting, (message.at, count, message))
        count += 1
        while waiting and waiting[0][0] <= message.at:
            at, _, due = heapq.heappop(waiting)
            for event in decode(due.topic, due.payload, {}, None):
                told.city.append("d1", event, at)
            for command in told.commands[sent:]:
                for answer in sensors.obey(command.topic, command.json, at + TRAVEL):
                    heapq.heappush(waiting, (at + TRAVEL, count, answer))
                    count += 1
            sent = len(told.commands)
    return told


def _all(sensors: Sensors, until: Instant) -> Iterator[Message]:
    for gateway in sensors.gateways:
        yield sensors.status(gateway, START)
        yield from sensors.cards(gateway, START)
    heard = [series for series in sensors.fleets.series if series.event in HEARD]
    online: dict[str, tuple[Fault, ...]] = dict.fromkeys(sensors.gateways, ())
    for since in range(START, until, MINUTE):
        streams = [series.due(since, since + MINUTE, online) for series in heard]
        yield from heapq.merge(*streams, key=lambda message: message.at)
