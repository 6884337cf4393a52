"""Logs to run twice: made by the simulated city with its devices answering, or from a recording."""

import heapq
from collections.abc import Iterable, Iterator
from random import Random

from hub.core.changes import Cell
from hub.core.digest import Digest
from hub.core.machine import Machine
from hub.core.registry import Registry
from hub.ingest.decode import decode
from hub.model.event import TICK, Event, Logged, Position
from hub.model.instant import HOUR, MILLISECOND, SECOND, Duration, Instant
from hub.model.output import Downlink, Forward, Output
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from sensors.city.city import City
from sensors.city.errors import BadCommand
from sensors.city.fault import Level
from sensors.city.message import Message
from sensors.city.size import Size
from tests.support.machine import START

Logs = dict[str, list[Logged]]
"""The events of each partition."""

STAMP: Duration = 50 * MILLISECOND
"""Ingest stamps a batch: events within this time share one log time."""
AFTERNOON: Instant = START + 6 * HOUR
"""14:00, when car parks fill up: areas become saturated and are relieved."""
TRAVEL: Duration = SECOND
"""A command and its answer are on the way for so long."""


class Partitions:
    """`d1` and `city` side by side, noting what is appended to either."""

    def __init__(self, registry: Registry) -> None:
        self.partitioning = Partitioning()
        self.logs: Logs = {name: [] for name in self.partitioning.names}
        self._machines = {
            name: Machine(name, registry, self.partitioning) for name in self.partitioning.names
        }
        self._outputs: dict[str, list[Output]] = {name: [] for name in self._machines}

    def append(self, partition: str, event: Event, time: Instant) -> list[Downlink]:
        """Append an event, forward what it derives for the other partition; return commands."""
        log, machine = self.logs[partition], self._machines[partition]
        logged = Logged(Position(partition, len(log) + 1), max(time, machine.time), event)
        log.append(logged)
        machine.apply(logged)
        commands: list[Downlink] = []
        for output in machine.outputs():
            self._outputs[partition].append(output)
            if isinstance(output, Forward):
                commands += self.append(output.partition, output.event, logged.time)
            elif isinstance(output, Downlink):
                commands.append(output)
        return commands

    def digest(self) -> str:
        """Return the digest of what was put out meanwhile, as `digest` does of the logs."""
        return _close([(self._machines[name], self._outputs[name]) for name in self._machines])


def simulated(messages: int, seed: int = 1, lots: int = 120) -> Logs:
    """Return the logs of a city whose faults are heavy: so many messages, answers included."""
    city = City(seed, Size(lots=lots), faults=Level.HEAVY)
    partitions = Partitions(load_all(""))
    waiting: list[tuple[Instant, int, Message]] = []
    count = 0
    for message in _all(city):
        heapq.heappush(waiting, (message.at, count, message))
        while waiting and waiting[0][0] <= message.at:
            at, _, due = heapq.heappop(waiting)
            for event in decode(due.topic, due.payload, {}, None):
                for command in partitions.append("d1", event, at // STAMP * STAMP):
                    for answer in _obey(city, command, at + TRAVEL):
                        count += 1
                        heapq.heappush(waiting, (at + TRAVEL, count, answer))
            count += 1
            if count >= messages:
                return partitions.logs
    return partitions.logs


def _all(city: City) -> Iterator[Message]:
    for gateway in city.gateways:
        yield city.status(gateway, AFTERNOON)
        yield from city.cards(gateway, AFTERNOON)
    since = AFTERNOON
    while True:
        yield from city.due(since, since + 60 * SECOND)
        since += 60 * SECOND


def _obey(city: City, command: Downlink, now: Instant) -> list[Message]:
    try:
        return city.obey(command.topic, command.json, now)
    except BadCommand:
        return []


def replayed(events: Iterable[Logged]) -> tuple[Logs, str]:
    """Return the logs of a recording (its own events, and what they derive for `city`), digest."""
    partitions = Partitions(load_all(""))
    for logged in events:
        partitions.append(logged.position.partition, logged.event, logged.time)
    return partitions.logs, partitions.digest()


def digest(logs: Logs, batch: int, *, restarts: int | None = None, ticks: int | None = None) -> str:
    """Return the digest of the logs' outputs, one by one, and of the final state.

    Committed each ``batch`` events. ``restarts`` is the seed of the commits after which the machine
    begins again from the committed cells, ``ticks`` the seed of additional ticks.
    """
    registry, partitioning = load_all(""), Partitioning()
    return _close(
        [
            _run(
                logs[name],
                Machine(name, registry, partitioning),
                registry,
                batch=batch,
                restarts=restarts,
                ticks=ticks,
            )
            for name in partitioning.names
        ]
    )


def _close(final: list[tuple[Machine, list[Output]]]) -> str:
    taken = Digest()
    for machine, outputs in final:
        for output in outputs:
            taken.take(machine.partition, output)
    return taken.close([machine for machine, _ in final])


def _run(
    log: list[Logged],
    machine: Machine,
    registry: Registry,
    *,
    batch: int,
    restarts: int | None,
    ticks: int | None,
) -> tuple[Machine, list[Output]]:
    cells: dict[Cell, bytes] = {}
    outputs: list[Output] = []
    chance = Random(restarts)  # noqa: S311 a seed, not a secret
    stream = log if ticks is None else list(_ticked(log, ticks))
    for first in range(0, len(stream), batch):
        for logged in stream[first : first + batch]:
            machine.apply(logged)
        changes = machine.take()
        outputs += changes.outputs
        for cell, value in changes.cells.items():
            if value is None:
                cells.pop(cell, None)
            else:
                cells[cell] = value
        if restarts is not None and chance.random() < min(0.2, 20 * batch / len(stream)):
            machine = Machine(
                machine.partition,
                registry,
                Partitioning(),
                cells=dict(cells),
                offset=changes.end,
                out=changes.out,
                time=changes.time,
            )
    return machine, outputs


def _ticked(log: list[Logged], seed: int) -> Iterator[Logged]:
    """Yield the log with ticks at random places.

    A tick takes the ordinal of the event before it, so that the ids made of ordinals stay.
    """
    chance = Random(seed)  # noqa: S311 a seed, not a secret
    last: Logged | None = None
    for logged in log:
        if last is not None and chance.random() < 0.3:
            for _ in range(chance.randrange(1, 4)):
                time = chance.randint(last.time, logged.time)
                last = Logged(last.position, time, Event("tick", "/hub/ingest", TICK))
                yield last
        last = logged
        yield logged
