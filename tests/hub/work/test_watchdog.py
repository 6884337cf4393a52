"""The watchdog: what no signal reaches is killed; the second death on one call is a dead letter."""

import os
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from redis.asyncio import Redis

from hub.log.birth import establish
from hub.log.connection import connect
from hub.log.keys import Keys
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.letter import DeadLetter
from hub.model.partition import Partitioning
from hub.work.board import BASE, ORDINAL, PARTITION, SERIAL, Board, Call
from hub.work.deaths import Death, deaths, note
from tests.servers import HubProcess, until
from tests.support.machine import after, reading

pytestmark = pytest.mark.contract

STUCK = {
    "holds": "sum(range(2 * 10**9))",
    "grows": "len(list(range(2 * 10**9)))",
    "crashes": "__import__('ctypes').string_at(0)",
}
"""What no Python signal handler reaches: C that keeps the interpreter, memory, a fault in C."""


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """Yield a client of the test's own."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
def work(redis_url: str, tmp_path: Path) -> Iterator[Callable[[str], HubProcess]]:
    """Return a function that starts a worker with a scenario that does this on the value 13."""
    started: list[HubProcess] = []

    def start(act: str) -> HubProcess:
        folder = tmp_path / "stuck"
        folder.mkdir()
        (folder / "scenario.py").write_text(
            textwrap.dedent(f"""
            from hub.sdk import Payload, Scenario, State

            stuck = Scenario("stuck", title="卡", title_en="Stuck", description="")

            class Value(Payload, frozen=True):
                value: int

            class Total(State):
                total: int = 0

            @stuck.on("city.test.value")
            def hang(said: Value, state: Total) -> None:
                if said.value == 13:
                    {act}

            @stuck.on("city.test.value")
            def good(said: Value, state: Total) -> None:
                state.total += said.value
            """),
            encoding="utf-8",
        )
        process = HubProcess("work", "mqtt://127.0.0.1:1", redis_url, scenarios=str(folder))
        process.start()
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()


@pytest.mark.parametrize("act", STUCK.values(), ids=STUCK.keys())
async def test_the_second_death_on_one_call_is_its_last(
    redis: Redis, work: Callable[[str], HubProcess], act: str
) -> None:
    """The worker dies twice, then goes on: a dead letter, and all else is worked."""
    await establish(redis, Partitioning())
    values = [1, 13, 2]
    events = [reading("a", {"value": v}, id=str(n)) for n, v in enumerate(values)]
    last = (await Log(redis, "d1").append(events, after(1))).ordinal
    process = work(act)
    for _ in range(2):
        await until(lambda: not process.running, "the worker is killed", 60)
        process.start()

    async def worked() -> bool:
        return (await Tables(redis, "d1").committed()).offset == last

    await until(worked, "the rest is worked", 60)
    cells = await Tables(redis, "d1").load()
    (letter,) = [
        msgspec.json.decode(raw, type=DeadLetter)
        for (table, _), raw in cells.items()
        if table == "letters"
    ]
    assert (letter.position, letter.handler, letter.reason) == ("d1/2", "stuck.hang", "killed")
    assert "died of it 2 times" in letter.detail
    state = msgspec.msgpack.decode(cells["state", "stuck.Total|a"])
    assert state == {"total": 16}
    assert process.stop() == 0


async def test_deaths_are_counted_and_forgotten_when_they_are_over(
    redis: Redis, redis_url: str
) -> None:
    """By call; what is worked by now needs no note any more."""
    call = Call(7, "d1", 5, 2, "bad.wild")
    for _ in range(2):
        note(redis_url, call, "why")
    assert await deaths(redis, "d1", 4) == [Death(5, 2, "bad.wild", 2, "why")]
    assert await deaths(redis, "d1", 5) == []
    assert not await redis.exists(Keys("d1").deaths)


def test_the_watchdog_goes_with_its_worker(redis_url: str) -> None:
    """Killed with -9, a worker leaves no process behind."""
    code = (
        "import sys, time\n"
        "from hub.work.kennel import Kennel\n"
        "kennel = Kennel(sys.argv[1])\n"
        "kennel.keep()\n"
        "print(kennel._process.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    argv = [sys.executable, "-c", code, redis_url]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env={**os.environ}) as worker:
        assert worker.stdout is not None
        dog = psutil.Process(int(worker.stdout.readline()))
        assert dog.is_running()
        worker.kill()
        dog.wait(10)


def test_a_torn_board_is_not_believed() -> None:
    """Numbers without a name yet: nothing is known, and nobody is killed for it."""
    board = Board.create()
    words = board.words
    words[PARTITION], words[ORDINAL], words[BASE], words[SERIAL] = 9, 5, 0, 1
    assert board.read() is None
