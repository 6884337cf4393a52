"""The shape of states: new code reads what old code stored, or is refused with the reason."""

from typing import Any, ClassVar

import pytest

from hub.core.errors import BadScenario
from hub.sdk import Payload, Scenario, State
from tests.support.machine import Driver, reading, registry


class Value(Payload, frozen=True):
    """A number."""

    value: int


def first() -> type[State]:
    """Return the state as it was once."""

    class Memory(State):
        total: int = 0

    return Memory


def scenario(memory: type[State]) -> Scenario:
    """Return a scenario that adds readings up in its first field."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    field = memory.__struct_fields__[0]

    def add(said: Value, state: Any) -> None:
        setattr(state, field, getattr(state, field) + said.value)

    add.__annotations__["state"] = memory
    test.on("city.test.value")(add)
    return test


def after(*memories: type[State]) -> Driver:
    """Return a machine restarted with the code of each state in turn, with a reading of 1 each."""
    driver = Driver(registry(scenario(memories[0])))
    for number, memory in enumerate(memories):
        driver.begin_again(registry(scenario(memory)))
        driver.at(number, reading("a", {"value": 1}, id=str(number)))
    return driver


def test_a_new_field_needs_only_its_default() -> None:
    """What was stored goes on."""

    class Memory(State):
        total: int = 0
        names: list[str] = []  # noqa: RUF012 msgspec copies it

    assert after(first(), Memory).state(Memory, "test.Memory|a") == Memory(2, [])


def test_a_version_migrates_all_that_is_stored() -> None:
    """Once, when it is loaded; from the version that it has."""
    versions: list[int] = []

    class Memory(State):
        VERSION: ClassVar[int] = 3
        sum: float = 0.0

        @classmethod
        def migrate(cls, version: int, old: dict[str, Any]) -> "Memory":
            versions.append(version)
            return cls(old["total"] / 2)

    driver = after(first(), first(), Memory, Memory)
    assert driver.state(Memory, "test.Memory|a") == Memory(3.0)
    assert versions == [1]


def test_another_shape_without_a_migration_is_refused() -> None:
    """The error names the state, the place, why, and what to do; nothing is changed."""

    class Memory(State):
        total: list[int] = []  # noqa: RUF012 msgspec copies it

    driver = after(first())
    before = dict(driver.kept)
    with pytest.raises(BadScenario) as caught:
        driver.begin_again(registry(scenario(Memory)))
    assert caught.value.where == "test.Memory"
    assert "test.Memory|a" in caught.value.problem
    assert "Expected `array`, got `int`" in caught.value.problem
    assert "migrate" in caught.value.remedy
    assert driver.kept == before


def test_a_version_without_migrate_is_refused() -> None:
    """Its default says which version it does not know."""

    class Memory(State):
        VERSION: ClassVar[int] = 2
        total: int = 0

    with pytest.raises(BadScenario, match="does not say how to read version 1"):
        after(first(), Memory)


@pytest.mark.parametrize("found", [None, 7, {"total": "x"}])
def test_a_migration_that_gives_rubbish_is_refused(found: object) -> None:
    """What it returns must be readable."""

    class Memory(State):
        VERSION: ClassVar[int] = 2
        total: int = 0

        @classmethod
        def migrate(cls, version: int, old: dict[str, Any]) -> Any:  # noqa: ARG003
            return found

    with pytest.raises(BadScenario, match="cannot be read"):
        after(first(), Memory)


def test_older_code_does_not_read_what_newer_stored() -> None:
    """Going back needs a backup, and the error says so in time."""

    class Memory(State):
        VERSION: ClassVar[int] = 2
        total: int = 0

        @classmethod
        def migrate(cls, version: int, old: dict[str, Any]) -> "Memory":  # noqa: ARG003
            return cls(**old)

    with pytest.raises(BadScenario, match="stored in version 2, this code reads 1"):
        after(first(), Memory, first())
