"""A device's answer finds its way back to the partition and the scenario that gave the command."""

import pytest

from hub.core.city import City
from hub.model.output import Downlink, Forward, Output
from hub.model.topic import COMMAND_ID
from hub.sdk import SECOND, Ack, Context, Payload, Scenario
from tests.support.machine import Driver, ack, after, reading, registry


class Value(Payload, frozen=True):
    """Anything."""

    value: int


def asking(name: str, seen: list[str]) -> Scenario:
    """Return a scenario that sends a command, and one from `city`, and notes the answers."""
    test = Scenario(name, title="测试", title_en="Test", description="")

    @test.on("city.parking.value")
    def ask(ctx: Context, said: Value) -> None:
        ctx.command(
            "do", district="210103", domain="parking", device="a", data=said, expires=SECOND
        )
        ctx.emit(f"{name}.far", said)

    @test.on(f"{name}.far")
    def ask_from_afar(ctx: Context, said: Value) -> None:
        ctx.command(
            "far", district="210103", domain="parking", device="a", data=said, expires=SECOND
        )

    @test.on_answer
    def answered(ctx: Context, answer: Ack) -> None:
        partition = answer.id.partition(".")[0]
        seen.append(f"{name} {partition} {ctx.key} {answer.ok} {answer.detail}")

    return test


class Both:
    """Two scenarios in a whole city."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.outputs: list[tuple[str, Output]] = []
        both = registry(asking("one", self.seen), asking("two", self.seen))
        self.city = City(both, lambda partition, output: self.outputs.append((partition, output)))
        self.city.append("d1", reading("a", {"value": 1}, type="city.parking.value"), after(1))

    def command(self, scenario: str, partition: str) -> str:
        """Return the id of a scenario's command from a partition."""
        (found,) = [
            output.id
            for where, output in self.outputs
            if isinstance(output, Downlink)
            and where == partition
            and output.id.split(".")[1] == scenario
        ]
        return found


@pytest.mark.parametrize("partition", ["d1", "city"])
def test_only_the_scenario_that_asked_hears_the_answer_once(partition: str) -> None:
    """The id says partition and scenario; the answer comes in where the device is registered."""
    both = Both()
    answer = ack("a", both.command("one", partition), ok=False, detail="busy")
    both.city.append("d1", answer, after(2))
    assert both.seen == [f"one {partition} a False busy"]


def test_answers_are_counted() -> None:
    """Done, refused, and answers to nothing that this city asked, each by itself."""
    driver = Driver(partition="d1")
    driver.at(1, ack("a", "d1.x.1.0"), ack("a", "d1.x.2.0", ok=False), ack("a", "nowhere.x.3.0"))
    assert driver.counter("acks") == 1
    assert driver.counter("acks-refused") == 1
    assert driver.counter("acks-of-nothing") == 1


def test_an_answer_for_another_partition_is_forwarded() -> None:
    """It leaves by the outbox, whole."""
    driver = Driver(partition="d1")
    outputs = driver.at(1, ack("a", "city.x.1.0"))
    (forward,) = [output for output in outputs if isinstance(output, Forward)]
    sent = ack("a", "city.x.1.0")
    assert forward.partition == "city"
    assert (forward.event.source, forward.event.data) == (sent.source, sent.data)


@pytest.mark.parametrize("id_", ["", ".", "d1", "d1.", "d1..", "d1.hub.4", "d1.one", "....."])
def test_odd_ids_reach_nobody(id_: str) -> None:
    """An answer whose id is no command's is counted and heard by no scenario."""
    both = Both()
    both.city.append("d1", ack("a", id_), after(2))
    assert both.seen == []


def test_command_ids_fit_the_topic_of_the_answer() -> None:
    """Every id that a handler's command gets can stand in `$ack/{id}`."""
    both = Both()
    ids = [output.id for _, output in both.outputs if isinstance(output, Downlink)]
    assert ids
    assert all(COMMAND_ID.fullmatch(id_) for id_ in ids)
