"""Actions: I/O after the commit, asked for by a handler, never run by the machine."""

import inspect
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hub.core.errors import BadScenario
from hub.sdk import SECOND, Context, Job, Payload, Scenario
from hub.sdk.testing import Kit
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A number."""

    value: int


class Note(Payload, frozen=True):
    """What is sent."""

    words: str


def empty() -> Scenario:
    """Return a scenario without anything."""
    return Scenario("test", title="测试", title_en="Test", description="")


def scenario(data: Any) -> Scenario:
    """Return a scenario that asks for its action with ``data`` for each reading."""
    test = empty()

    @test.action("notify", deadline=5 * SECOND, tries=3)
    async def notify(job: Job, note: Note) -> None:
        raise AssertionError("a machine runs no action")

    @test.on("city.test.value")
    def take(ctx: Context, said: Value) -> None:
        ctx.count("before")
        key = ctx.do("notify", data)
        assert key
        if said.value < 0:
            raise ValueError(said.value)

    return test


def test_a_job_is_put_out_with_the_commit() -> None:
    """Its key is made of the position that caused it: the same in every replay."""
    runs = [Driver(registry(scenario(Note("hello")))) for _ in range(2)]
    for driver in runs:
        driver.at(1, reading("a", {"value": 1}))
    (job,), (again,) = (driver.of(Job) for driver in runs)
    assert (job.scenario, job.action, job.deadline, job.tries) == ("test", "notify", 5 * SECOND, 3)
    assert msgspec.json.decode(job.json) == {"words": "hello"}
    assert job == again
    assert job.key.startswith("d1.test.1.")
    assert not job.exercise


def test_a_handler_that_fails_asked_for_nothing() -> None:
    """What it did counts as a whole or not at all."""
    driver = Driver(registry(scenario(Note("hello"))))
    driver.at(1, reading("a", {"value": -1}))
    assert driver.of(Job) == []


def test_a_job_of_an_exercise_says_so() -> None:
    """It is put out to be seen, and never run."""
    driver = Driver(registry(scenario(Note("hello"))))
    driver.at(1, reading("a", {"value": 1}, flags=("exercise",)))
    assert driver.of(Job)[0].exercise


@pytest.mark.parametrize("data", [Value(1), {"words": "hello"}, None])
def test_an_action_is_given_what_it_takes(data: object) -> None:
    """Anything else is a dead letter of the handler, not of the action minutes later."""
    driver = Driver(registry(scenario(data)))
    driver.at(1, reading("a", {"value": 1}))
    assert driver.of(Job) == []
    assert "action notify takes Note" in driver.letters()[0].detail


def test_the_kit_records_jobs() -> None:
    """Nothing is run in a test."""
    kit = Kit(scenario(Note("hello")))
    kit.send("city/210103/test/a/value", {"value": 1})
    assert [(job.action, job.json) for job in kit.jobs] == [("notify", b'{"words":"hello"}')]
    assert '{"do":"notify","data":{"words":"hello"}}' in kit.outputs()[-1].replace(
        kit.outputs()[-1].partition('"do"')[0], "{"
    )


def plain(job: Job, note: Note) -> None: ...  # noqa: D103
async def no_payload(job: Job) -> None: ...  # noqa: D103
async def context(ctx: Context, note: Note) -> None: ...  # noqa: D103
async def two(one: Note, two: Value) -> None: ...  # noqa: D103
async def turned(note: Note, job: Job) -> None: ...  # noqa: D103
async def bare(note) -> None: ...  # type: ignore[no-untyped-def]  # noqa: ANN001, D103


@pytest.mark.parametrize("function", [plain, no_payload, context, two, turned, bare])
def test_a_mistake_names_file_action_and_remedy(function: Callable[..., Any]) -> None:
    """Found when it is loaded."""
    with pytest.raises(
        BadScenario, match=rf"test\.{function.__name__} .*test_action\.py"
    ) as caught:
        empty().action("notify")(function)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "how", [{"tries": 0}, {"tries": 100}, {"deadline": 0}, {"name": "no name"}, {"name": "twice"}]
)
def test_an_action_is_bounded(how: dict[str, Any]) -> None:
    """Tries, deadline and name; one of a name."""

    async def send(note: Note) -> None: ...

    test = empty()
    test.action("twice")(send)
    with pytest.raises(BadScenario):
        test.action(**{"name": "notify", **how})(send)
    assert inspect.iscoroutinefunction(send)
