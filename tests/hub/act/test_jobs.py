"""Jobs: run after the commit, at least once with one key, tried again, dead-lettered at last."""

import json
import textwrap
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from redis.asyncio import Redis

from hub.act import jobs
from hub.act.jobs import LONGEST_PAUSE, backoff
from hub.log.keys import Keys
from hub.log.log import Log
from hub.log.outputs import Outputs
from hub.model.event import REJECTED
from hub.model.instant import SECOND
from hub.model.letter import Rejection
from hub.model.output import Job
from tests.hub.act.worker import Worker, incident
from tests.servers import HubProcess, until

pytestmark = pytest.mark.contract

Start = Callable[..., HubProcess]


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    """Return the file into which the actions write what they are called with."""
    return tmp_path / "calls.jsonl"


@pytest.fixture
def folder(tmp_path: Path, calls: Path) -> Path:
    """Return a scenario with actions that succeed, fail, recover, hang and block."""
    made = tmp_path / "acting"
    made.mkdir()
    (made / "scenario.py").write_text(
        textwrap.dedent(f"""
        import asyncio, json, time
        from hub.sdk import Job, Payload, Scenario, SECOND

        acting = Scenario("acting", title="动作", title_en="Acting", description="")
        CALLS = {str(calls)!r}

        class Said(Payload, frozen=True):
            n: int

        def note(name, job, data):
            with open(CALLS, "a", encoding="utf-8") as file:
                file.write(json.dumps([name, job.key, data.n]) + "\\n")
            with open(CALLS, encoding="utf-8") as file:
                return sum(json.loads(line)[1] == job.key for line in file)

        @acting.action("well", deadline=5 * SECOND)
        async def well(job: Job, data: Said) -> None:
            note("well", job, data)

        @acting.action("never")
        async def never(job: Job, data: Said) -> None:
            note("never", job, data)
            raise OSError("nobody there")

        @acting.action("second")
        async def second(job: Job, data: Said) -> None:
            if note("second", job, data) < 2:
                raise OSError("not yet")

        @acting.action("hangs")
        async def hangs(job: Job, data: Said) -> None:
            note("hangs", job, data)
            await asyncio.sleep(3600)
        """),
        encoding="utf-8",
    )
    return made


def job(number: int, action: str = "well", tries: int = 2, *, exercise: bool = False) -> Job:
    """Return a job as the machine puts it out."""
    data = json.dumps({"n": number}).encode()
    return Job(f"d1.{number}.{action}", "acting", action, data, SECOND // 2, tries, exercise)


def called(calls: Path) -> list[tuple[str, str, int]]:
    """Return the calls so far."""
    if not calls.exists():
        return []
    lines = calls.read_text("utf-8").splitlines()
    return [(name, key, n) for name, key, n in map(json.loads, lines)]


async def failures(redis: Redis) -> list[Rejection]:
    """Return what was appended for the dead letters."""
    logged = await Log(redis, "d1").range(1, 1_000)
    return [
        msgspec.json.decode(each.event.data, type=Rejection)
        for each in logged
        if each.event.type == REJECTED
    ]


async def test_jobs_run_once_after_their_commit(
    hub_process: Start, redis: Redis, folder: Path, calls: Path
) -> None:
    """A clean restart runs none of them again; other outputs and exercises are passed over."""
    worker = Worker(redis, "d1")
    process = hub_process("act", scenarios=str(folder))
    await worker.commit([incident("i"), *(job(number) for number in range(40))])
    await worker.commit([job(99, exercise=True), job(40)])
    await until(lambda: len(called(calls)) == 41, "all jobs")

    async def noted() -> bool:
        done = not await redis.exists(Keys("d1").jobs)
        return done and await Outputs(redis, "d1").held("jobs") == worker.out

    await until(noted, "they are over")
    assert process.stop() == 0
    hub_process("act", scenarios=str(folder))
    await worker.commit([job(41)])
    await until(lambda: len(called(calls)) == 42, "the last job")
    assert sorted(n for _, _, n in called(calls)) == list(range(42))


async def test_a_failed_one_is_tried_again_with_the_same_key_then_dead_lettered(
    hub_process: Start, redis: Redis, folder: Path, calls: Path
) -> None:
    """What recovers is done; what never does, hangs, or is unknown, is a letter with its reason."""
    worker = Worker(redis, "d1")
    hub_process("act", scenarios=str(folder))
    await worker.commit(
        [job(1, "second"), job(2, "never"), job(3, "hangs"), job(4, "gone", 1), job(5)]
    )

    async def told() -> bool:
        return len(await failures(redis)) == 3

    await until(told, "the letters", 30)
    letters = {each.topic: each for each in await failures(redis)}
    assert {each.reason for each in letters.values()} == {"action-failed"}
    never = letters["/scenario/acting never"]
    assert "2 tries failed, the last: OSError: nobody there" in never.detail
    assert "TimeoutError" in letters["/scenario/acting hangs"].detail
    assert "no action 'gone'" in letters["/scenario/acting gone"].detail
    assert never.original == '{"n": 2}'
    names = [name for name, _, _ in called(calls)]
    assert {name: names.count(name) for name in names} == {
        "second": 2, "never": 2, "hangs": 2, "well": 1,
    }  # fmt: skip


async def test_killed_it_runs_what_was_not_over_again_and_loses_none(
    hub_process: Start, redis: Redis, folder: Path, calls: Path
) -> None:
    """At least once, with the same key."""
    worker = Worker(redis, "d1")
    process = hub_process("act", scenarios=str(folder))
    for number in range(120):
        await worker.commit([job(number)])
        if number in (40, 80):
            await until(lambda: bool(called(calls)), "some jobs")
            process.kill()
            process = hub_process("act", scenarios=str(folder))
    await until(lambda: len({key for _, key, _ in called(calls)}) == 120, "all jobs", 30)
    assert len(called(calls)) <= 120 + 2 * 2 * jobs.AT_A_TIME


def test_pauses_grow_and_are_jittered() -> None:
    """Doubled from a second to five minutes, shortened at random by up to a half."""
    for failed in range(1, 40):
        longest = min(LONGEST_PAUSE, SECOND * 2 ** (failed - 1))
        found = {backoff(failed) for _ in range(50)}
        assert all(longest / 2 <= pause <= longest for pause in found)
        assert len(found) > 1
