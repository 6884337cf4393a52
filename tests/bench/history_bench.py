"""Measures a seek in a long archive of the simulated city: how soon its first frame is there.

Run from the checkout as `python -m tests.bench.history_bench FOLDER`: makes an archive there (24
hours of the default city, in process, without broker or Redis) unless there is one, then runs a
real `serve` over it and seeks through `/ws/history` at random moments (seed printed). Prints JSON
lines: what was made, the seconds until the first frame, and what playing costs.
"""

import argparse
import asyncio
import contextlib
import json
import random
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

from websockets.asyncio.client import connect

from hub.archive.event_series import EventSeries
from hub.archive.output_series import OutputSeries
from hub.archive.segments import EVENTS, OUTPUTS, folder
from hub.archive.spans import Span, spans
from hub.core.machine import Machine
from hub.ingest.decode import decode
from hub.log.outputs import Emitted, Page
from hub.model.event import TICK, Event, Logged, Position
from hub.model.instant import HOUR, MILLISECOND, MINUTE, SECOND, Instant, parse, text
from hub.model.output import Forward, Shown
from hub.model.partition import Partitioning
from hub.sdk.loading import load_all
from hub.serve.history.sessions import MOST
from hub.serve.history.state import state_at
from hub.serve.tiles import Tiles
from sensors.city.city import City
from sensors.city.message import Message
from tests.hub.serve.conftest import running
from tests.hub.serve.test_history import HistoryClient
from tests.servers import RedisServer

BEGIN: Instant = parse("2026-11-22T00:00:00Z")
STAMP = 50 * MILLISECOND
"""Ingest stamps a batch: events within this time share one log time."""
COMMIT = 250 * MILLISECOND
"""Log time of one commit, as of a worker that is not in a hurry."""
EPOCH = "24h"
SEEK_SECONDS = 2.0
"""How often each of the players seeks while the loop is watched."""


class Maker:
    """A city that works its log as the processes do, and archives it."""

    def __init__(self, archive: Path) -> None:
        partitioning = Partitioning()
        registry = load_all("")
        names = partitioning.names
        self.machines = {name: Machine(name, registry, partitioning) for name in names}
        self.events = {
            name: EventSeries(folder(archive, EPOCH, name, EVENTS), {}) for name in names
        }
        self.puts = {
            name: OutputSeries(folder(archive, EPOCH, name, OUTPUTS), name, {}) for name in names
        }

    def append(self, partition: str, event: Event, time: Instant) -> None:
        """Append an event and let it take its effect."""
        machine = self.machines[partition]
        position = Position(partition, machine.offset + 1)
        logged = Logged(position, max(time, machine.time), event)
        self.events[partition].write([logged])
        machine.apply(logged)

    def commit(self) -> None:
        """Commit every partition, and forward what it derived for the other."""
        for name, machine in self.machines.items():
            changes = machine.take()
            outputs = changes.coalesced()
            ordinal = changes.out - sum(not isinstance(each, Shown) for each in outputs)
            emitted = []
            for each in outputs:
                ordinal += not isinstance(each, Shown)
                emitted.append(Emitted(0 if isinstance(each, Shown) else ordinal, each))
            if emitted:
                cursor = f"{changes.out}-{changes.end}"
                self.puts[name].write([Page(cursor, changes.end, changes.time, emitted)])
            for each in outputs:
                if isinstance(each, Forward):
                    self.append(each.partition, each.event, changes.time)

    def close(self) -> None:
        """End the files."""
        for events in self.events.values():
            events.close()
        for puts in self.puts.values():
            puts.close()


def messages(city: City, hours: float) -> Iterator[Message]:
    """Yield what the devices say."""
    for gateway in city.gateways:
        yield city.status(gateway, BEGIN)
        yield from city.cards(gateway, BEGIN)
    since, end = BEGIN, BEGIN + round(hours * HOUR)
    while since < end:
        yield from city.due(since, since + MINUTE)
        since += MINUTE


def make(archive: Path, hours: float) -> dict[str, object]:
    """Make the archive; return what it holds."""
    maker, city = Maker(archive), City()
    started, used, count, committed, ticked = perf_counter(), process_time(), 0, BEGIN, BEGIN
    for message in messages(city, hours):
        while message.at - ticked >= SECOND:
            ticked += SECOND
            for name in maker.machines:
                maker.append(name, Event("tick", "/hub/ingest", TICK), ticked)
        if message.at - committed >= COMMIT:
            maker.commit()
            committed = message.at
        for event in decode(message.topic, message.payload, {}, None):
            maker.append("d1", event, message.at // STAMP * STAMP)
            count += 1
    maker.commit()
    maker.close()
    return {
        "made": str(archive),
        "hours": hours,
        "devices": len(list(devices(maker))),
        "readings": count,
        "seconds": round(perf_counter() - started, 1),
        "cpu_seconds": round(process_time() - used, 1),
        "bytes": spans(archive)[0].bytes,
    }


def devices(maker: Maker) -> Iterator[str]:
    """Yield the devices that reported."""
    for (table, name), _ in maker.machines["d1"].cells():
        if table == "devices":
            yield name


def decoding(archive: Path, within: Span, moments: list[Instant]) -> dict[str, object]:
    """Measure what a seek costs without server and line."""
    tiles = [tile for each in load_all("").declarations for tile in each.tiles]
    wall, cpu, entities = [], [], 0
    for at in moments:
        began, used = perf_counter(), process_time()
        state = state_at(archive, within, at, Tiles(tiles))
        wall.append(perf_counter() - began)
        cpu.append(process_time() - used)
        entities = len(state.screen.rows)
        state.reel.close()
    return {"state_at": figures(wall), "state_at_cpu": figures(cpu), "entities": entities}


async def seeking(archive: Path, moments: list[Instant]) -> dict[str, object]:
    """Measure from the connect to the first snapshot, and from a seek to its snapshot."""
    connecting, jumping = [], []
    with tempfile.TemporaryDirectory() as data:
        server = RedisServer(Path(data))
        server.start()
        try:
            async with running(server, archive_dir=archive) as here:
                for at in moments:
                    began = perf_counter()
                    async with HistoryClient(here.port, None, at=text(at)) as client:
                        await client.arrive()
                        connecting.append(perf_counter() - began)
                async with HistoryClient(here.port) as client:
                    await client.arrive()
                    for at in moments:
                        began = perf_counter()
                        await client.say(kind="seek", at=text(at))
                        await client.arrive()
                        jumping.append(perf_counter() - began)
                    played = await playing(client, moments[0])
                played |= await disturbing(here.port, moments)
        finally:
            server.kill()
    return {
        "connect_to_first_frame": figures(connecting),
        "seek_to_frame": figures(jumping),
        **played,
    }


async def playing(client: HistoryClient, at: Instant) -> dict[str, object]:
    """Measure ten seconds at 40×: how far it came, and the CPU of server and client together."""
    await client.say(kind="seek", at=text(at))
    await client.arrive()
    await client.say(kind="play", speed=40)
    began, used = perf_counter(), process_time()
    last = at
    while perf_counter() - began < 10:
        frame = await client.next()
        last = parse(frame["city_time"]) if "city_time" in frame else last
    seconds = perf_counter() - began
    return {
        "played_speed": round((last - at) / SECOND / seconds, 1),
        "played_cpu_share": round((process_time() - used) / seconds, 3),
        "gaps": client.gaps,
    }


async def disturbing(port: int, moments: list[Instant]) -> dict[str, object]:
    """Measure how late the loop of `serve` is, alone and while four players play and seek.

    The clients run in the same loop: it is no better than this.
    """
    alone = await lateness()
    busy: dict[str, float] = {}

    async def plays(at: Instant) -> None:
        uri = f"ws://127.0.0.1:{port}/ws/history?speed=40"
        async with connect(uri, max_size=None, compression=None) as client:
            said = perf_counter()
            while not busy:
                await client.recv()
                if perf_counter() - said > SEEK_SECONDS:
                    said = perf_counter()
                    await client.send(json.dumps({"kind": "seek", "at": text(at)}))

    async with asyncio.TaskGroup() as group:
        for at in moments[:MOST]:
            group.create_task(plays(at))
        await asyncio.sleep(2)
        busy |= await lateness()
    return {"loop_late_alone": alone, "loop_late_with_players": busy}


async def lateness() -> dict[str, float]:
    """Return how much later than asked for a sleep of 10 ms ends, for five seconds."""
    late: list[float] = []
    over = perf_counter() + 5
    while perf_counter() < over:
        began = perf_counter()
        await asyncio.sleep(0.01)
        late.append(perf_counter() - began - 0.01)
    return figures(late)


def figures(seconds: list[float]) -> dict[str, float]:
    """Return median, 95th percentile and the most."""
    ordered = sorted(seconds)
    last = len(ordered) - 1
    shares = {"p50": 0.5, "p95": 0.95, "most": 1.0}
    return {name: round(ordered[int(share * last)], 3) for name, share in shares.items()}


def main() -> None:
    """Make what is not there, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--seeks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    if not spans(given.folder):
        say(make(given.folder, given.hours))
    within = spans(given.folder)[-1]
    chance = random.Random(given.seed)  # noqa: S311 a seed, not a secret
    moments = [chance.randint(within.start, within.end) for _ in range(given.seeks)]
    say({"seed": given.seed, "from": text(within.start), "to": text(within.end)})
    say(decoding(given.folder, within, moments))
    with contextlib.redirect_stdout(sys.stderr):
        found = asyncio.run(seeking(given.folder, moments))
    say(found)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say({"peak_memory_mb": round(peak / 1024)})


def say(figures: dict[str, object]) -> None:
    """Print a line."""
    sys.stdout.write(json.dumps(figures) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
