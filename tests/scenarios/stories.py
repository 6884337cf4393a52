"""The stories of the simulated city through the core, its devices obeying.

A story is played with the part of the city that it is about. What it is about is noted, a line a
thing, apart for each scenario: that is `scenarios/<scenario>/golden/<story>.jsonl`.

`python -m tests.scenarios.stories [story …]` writes them anew: read the difference.
"""

import heapq
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

from hub.core.city import City
from hub.core.digest import Digest
from hub.core.registry import Registry
from hub.ingest.decode import decode
from hub.model.alert import Alert, Level
from hub.model.event import Event
from hub.model.instant import HOUR, MINUTE, SECOND, Instant, text
from hub.model.output import Downlink, Incident, Letter, Output
from hub.sdk.loading import BUILT_IN, load_all
from sensors.city.city import City as Sensors
from sensors.city.fault import Level as Faults
from sensors.city.geo import metres
from sensors.city.message import Message
from sensors.city.series import Series
from sensors.story_file import load_story
from tests.scenarios.casts import CASTS, Cast, Role
from tests.support.machine import START

TRAVEL = SECOND
"""A command and its answer are on the way for so long."""
RESTARTS = 9
"""How often every machine dies when a story is played again."""

Log = list[tuple[str, Event, Instant]]
"""What was appended from outside, in order: partition, event, log time."""


class Told:
    """What a story led to; ``lines`` are the golden lines of each scenario."""

    def __init__(self, cast: Cast) -> None:
        self.alerts: list[Alert] = []
        self.commands: list[Downlink] = []
        self.letters: list[Letter] = []
        self.derived: list[Event] = []
        self.lines: dict[str, list[str]] = {name: [] for name in cast.notes}
        self._cast = cast
        self._levels: dict[str, Level | None] = {}
        self._digest = Digest()
        self.city = City(registry(), self._sink, watch=self._watch)

    def digest(self) -> str:
        """Return the digest of all outputs and the final state."""
        machines = [self.city.machine(name) for name in self.city.partitioning.names]
        return self._digest.close(machines)

    def last(self) -> list[Alert]:
        """Return the last word on each alert."""
        return list({alert.id: alert for alert in self.alerts}.values())

    def levels(self, kind: str, place: str) -> list[Level | None]:
        """Return the levels an alert went through; None when it was cleared."""
        found: list[Level | None] = []
        for alert in self.alerts:
            if (alert.kind, alert.place) == (kind, place):
                level = None if alert.cleared else alert.level
                found += [level] if not found or found[-1] != level else []
        return found

    def heard(self, type_: str) -> list[Event]:
        """Return the derived events of a type, oldest first."""
        return [event for event in self.derived if event.type == type_]

    def _sink(self, partition: str, output: Output) -> None:
        self._digest.take(partition, output)
        match output:
            case Incident():
                self._alert(msgspec.json.decode(output.json, type=Alert))
            case Downlink():
                self.commands.append(output)
                self._command(output)
            case Letter():
                self.letters.append(output)

    def _alert(self, alert: Alert) -> None:
        """Note an alert when its level changes: new words alone are told by the level before."""
        self.alerts.append(alert)
        level = None if alert.cleared else alert.level
        before, self._levels[alert.id] = self._levels.get(alert.id), level
        if level != before:
            said = {"title": alert.title, "text": alert.text} if level else {}
            line = {"alert": alert.id, "level": level, **said}
            self._note(alert.scenario, alert.kind, line)

    def _command(self, command: Downlink) -> None:
        sent = msgspec.json.decode(command.json)
        line = {"command": command.topic, "data": sent["data"]}
        for scenario in self._cast.notes:
            self._note(scenario, sent["name"], line)

    def _watch(self, _: str, event: Event) -> None:
        self.derived.append(event)
        line = {"event": event.type, "data": msgspec.json.decode(event.data)}
        self._note(event.type.partition(".")[0], event.type, line)

    def _note(self, scenario: str, what: str, line: Mapping[str, object]) -> None:
        if what in self._cast.notes.get(scenario, ()):
            when = {"at": text(self.city.causes[0].time)}
            self.lines[scenario].append(msgspec.json.encode({**when, **line}).decode())


@cache
def registry() -> Registry:
    """Return all scenarios that come with the hub."""
    return load_all("")


@cache
def played(name: str) -> tuple[Told, Log]:
    """Play a story to its end, with the city's devices answering; once a process."""
    cast, story = CASTS[name], load_story(name)
    start = START + round(cast.hours * HOUR)
    sensors = Sensors(1, cast.size, faults=Faults.NONE)
    sensors.play(story, start)
    told, log, sent = Told(cast), Log(), 0
    waiting: list[tuple[Instant, int, Message]] = []
    count = 0
    for message in _all(sensors, cast, start, start + round(story.minutes * MINUTE)):
        heapq.heappush(waiting, (message.at, count, message))
        count += 1
        while waiting and waiting[0][0] <= message.at:
            at, _, due = heapq.heappop(waiting)
            for event in decode(due.topic, due.payload, {}, None):
                log.append(("d1", event, at))
                told.city.append("d1", event, at)
            for command in told.commands[sent:]:
                for answer in sensors.obey(command.topic, command.json, at + TRAVEL):
                    heapq.heappush(waiting, (at + TRAVEL, count, answer))
                    count += 1
            sent = len(told.commands)
    return told, log


def replayed(name: str) -> Told:
    """Play the log of a story again, every machine dying now and then on the way."""
    _, log = played(name)
    told = Told(CASTS[name])
    for number, (partition, event, at) in enumerate(log, start=1):
        told.city.append(partition, event, at)
        if number % (len(log) // RESTARTS) == 0:
            told.city.restart()
    return told


def golden(scenario: str, story: str) -> Path:
    """Return where the golden lines of a story are."""
    return BUILT_IN / scenario / "golden" / f"{story}.jsonl"


def _all(sensors: Sensors, cast: Cast, start: Instant, until: Instant) -> Iterator[Message]:
    for gateway in sensors.gateways:
        yield sensors.status(gateway, start)
        yield from sensors.cards(gateway, start)
    series = {each.event: each for each in sensors.fleets.series}
    for since in range(start, until, MINUTE):
        minute = (since - start) / MINUTE
        streams = [
            _reports(sensors, series[role.event], role, since)
            for role in cast.roles
            if role.since <= minute < role.until
        ]
        yield from heapq.merge(*streams, key=lambda message: message.at)


def _reports(sensors: Sensors, series: Series, role: Role, since: Instant) -> Iterator[Message]:
    online = dict.fromkeys(sensors.gateways, ())
    near = _near(series, role)
    for message in series.due(since, since + MINUTE, online):
        if near is None or message.topic.split("/")[3] in near:
            yield message


@cache
def _near(series: Series, role: Role) -> frozenset[str] | None:
    """Return the devices of a role; None for all of them."""
    if role.near is None:
        return None
    found = set()
    for member in series.members:
        card = member.card(series.period)
        if card.at is not None and metres(card.at, role.near) <= role.radius:
            found.add(member.id)
    return frozenset(found)


if __name__ == "__main__":
    for story in sys.argv[1:] or CASTS:
        for scenario, lines in played(story)[0].lines.items():
            golden(scenario, story).parent.mkdir(exist_ok=True)
            golden(scenario, story).write_text("\n".join(lines) + "\n", "utf-8")
