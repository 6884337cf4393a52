"""`cityhub tail`: order across partitions, filters, one safe line an event, a clean end."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest

from hub.cli.errors import CommandFailed
from hub.cli.tail import Filter, follow, line, merged
from hub.log.connection import connect
from hub.log.log import Log
from hub.model.event import TICK, Event, Logged, Position
from hub.model.instant import SECOND
from hub.settings import Settings
from tests.hub.cli.conftest import CityLog, Invoke
from tests.servers import PATIENCE, ROOT, RedisServer

NOON = 1_795_000_000 * SECOND


def reading(lot: str, data: bytes = b'{"free":1}', district: str = "210102") -> Event:
    """A lot's reading."""
    return Event(lot, f"/parking/{lot}", "city.parking.occupancy", data, district=district)


def logged(partition: str, ordinal: int, time: int, event: Event | None = None) -> Logged:
    """An event at its position."""
    return Logged(Position(partition, ordinal), time, event or reading("lot-1"))


def test_merged_by_time_partition_ordinal() -> None:
    """The order is that of a recomputed log: (log time, partition, ordinal)."""
    city = [logged("city", 1, 10), logged("city", 2, 30)]
    d1 = [logged("d1", 1, 10), logged("d1", 2, 20), logged("d1", 3, 30)]
    found = [str(each.position) for each in merged([d1, city])]
    assert found == ["city/1", "d1/1", "d1/2", "city/2", "d1/3"]


def test_merged_stops_where_a_page_ends() -> None:
    """What lies after the end of a page waits: that partition may have older events to come."""
    found = merged([[logged("city", 1, 10)], [logged("d1", 1, 5), logged("d1", 2, 20)], []])
    assert [str(each.position) for each in found] == ["d1/1", "city/1"]


def test_filter() -> None:
    """Globs of type and source, a district; ticks only when they are asked for."""
    event, tick = logged("d1", 1, 0), logged("d1", 2, 0, Event("t", "/hub/ingest", TICK))
    assert Filter().passes(event)
    assert not Filter().passes(tick)
    assert Filter(type="hub.*").passes(tick)
    assert Filter("city.*", "/parking/lot-*", "210102").passes(event)
    assert not Filter(district="210103").passes(event)
    assert not Filter(source="/PARKING/*").passes(event)


def test_line_fits_and_is_safe() -> None:
    """One line, whatever the payload says, and as wide as the terminal at most."""
    hostile = logged("d1", 1, NOON, reading("lot-1", b'{"a":"\x1b[2J\n\xff"}'))
    text = line(hostile, None)
    assert text.isprintable()
    assert r"\x1b[2J\n\xff" in text
    assert len(line(hostile, 60)) <= 60


@pytest.mark.contract
def test_from_the_beginning_in_order(log: CityLog, invoke: Invoke) -> None:
    """All partitions from the beginning, in the order of log time; --count ends it."""
    log.append("d1", NOON, reading("lot-1"), reading("lot-2"))
    log.append("city", NOON + SECOND, Event("a", "/hub/serve", "hub.action"))
    log.append("d1", NOON + 2 * SECOND, reading("lot-3"))
    answer = invoke("tail", "--from", "beginning", "--count", "4", "--json")
    said = [json.loads(each) for each in answer.stdout.splitlines()]
    assert [each["position"] for each in said] == ["d1/1", "d1/2", "city/1", "d1/3"]
    assert said[0]["data"] == {"free": 1}
    assert said[2]["logtime"] == "2026-11-18T11:06:41.000Z"


@pytest.mark.contract
def test_from_an_ordinal(log: CityLog, invoke: Invoke) -> None:
    """An ordinal is the first event shown, also in the middle of a batch."""
    log.append("d1", NOON, reading("lot-1"), reading("lot-2"), reading("lot-3"))
    answer = invoke("tail", "--partition", "d1", "--from", "2", "--count", "1")
    assert answer.stdout.startswith("d1/2 ")


@pytest.mark.contract
@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--from", "3"), "one partition"),
        (("--from", "soon"), "no point"),
        (("--partition", "d9"), "no partition 'd9'"),
        (("--district", "999999"), "no district"),
    ],
)
def test_wrong_words(log: CityLog, invoke: Invoke, words: tuple[str, ...], problem: str) -> None:
    """Each wrong word is an error that names it."""
    failure = invoke("tail", *words).exception
    assert isinstance(failure, CommandFailed)
    assert problem in failure.problem


@pytest.mark.contract
def test_live_until_interrupted(log: CityLog, settings: Settings) -> None:
    """An event that is appended now comes at once, through a pipe too; Ctrl-C ends it cleanly."""
    code = (
        "import sys, hub.settings\n"
        "from tests.hub.cli.conftest import command_line\n"
        f"settings = hub.settings.Settings(redis_url={settings.redis_url!r})\n"
        "command_line(settings)(['tail', '--from', 'beginning'])\n"
    )
    argv = [sys.executable, "-c", code]
    with subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as tail:
        assert tail.stdout is not None
        assert tail.stderr is not None
        log.append("d1", NOON, reading("lot-1"))
        assert tail.stdout.readline().startswith(b"d1/1 ")
        log.append("d1", NOON + SECOND, reading("lot-2"))
        assert b"/parking/lot-2" in tail.stdout.readline()
        tail.send_signal(signal.SIGINT)
        assert tail.wait(PATIENCE) == 0
        assert tail.stderr.read() == b""


@pytest.mark.contract
async def test_goes_on_after_redis_was_killed(redis_server: RedisServer, redis_url: str) -> None:
    """A Redis that is killed and comes back: nothing is left out, nothing comes twice."""
    async with connect(redis_url) as redis:
        d1 = Log(redis, "d1")
        await d1.append([reading("lot-1")], NOON)
        events = follow([d1], {"d1": 0})
        assert (await anext(events)).position.ordinal == 1
        redis_server.kill()
        following = asyncio.ensure_future(anext(events))
        await asyncio.to_thread(redis_server.start)
        await Log(redis, "d1").append([reading("lot-2")], NOON + SECOND)
        assert (await following).position.ordinal == 2
        await events.aclose()
