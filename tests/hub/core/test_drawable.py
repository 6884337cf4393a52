"""Layers and tiles: what cannot be drawn is refused when a scenario is loaded."""

from enum import StrEnum
from typing import Any, Literal

import pytest

from hub.core.errors import BadScenario
from hub.sdk import Field, Payload, Scenario
from tests.support.machine import registry


class Word(StrEnum):
    """A word."""

    ONE = "one"


class View(Payload, frozen=True):
    """A field of each type."""

    whole: int = 0
    part: float | None = None
    word: str = ""
    kind: Word = Word.ONE
    choice: Literal["a", "b"] = "a"
    words: tuple[str, ...] = ()
    true: bool = False
    anything: Any = None
    table: dict[str, int] = {}  # noqa: RUF012 msgspec copies it


def scenario(*fields: Field) -> Scenario:
    """Return a scenario with a layer of these columns."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    test.layer("thing", "物", "Things", data=View, fields=fields)
    return test


GOOD = [("whole", "number"), ("part", "percent"), ("word", "text"), ("kind", "text"),
        ("choice", "text"), ("words", "text"), ("true", "boolean"), ("whole", "time"),
        ("word", "time"), ("anything", "number")]  # fmt: skip
BAD = [("word", "number"), ("true", "number"), ("whole", "text"), ("part", "boolean"),
       ("true", "percent"), ("table", "text"), ("part", "time")]  # fmt: skip


@pytest.mark.parametrize(("name", "kind"), GOOD)
def test_a_kind_shows_the_types_it_can(name: str, kind: Any) -> None:
    """A value that may be missing is shown as nothing."""
    loaded = registry(scenario(Field(name, "字段", "Field", kind=kind)))
    assert loaded.layers["test.thing"].fields[0].name == name


@pytest.mark.parametrize(("name", "kind"), BAD)
def test_a_kind_that_cannot_show_a_type_is_refused(name: str, kind: Any) -> None:
    """The error names layer, field and a kind that would do."""
    with pytest.raises(BadScenario, match=r"test\.thing") as caught:
        registry(scenario(Field(name, "字段", "Field", kind=kind)))
    assert f"'{name}'" in caught.value.problem
    assert caught.value.remedy.startswith("Show")


def test_only_a_number_has_a_unit() -> None:
    """A text with a unit is a mistake."""
    with pytest.raises(BadScenario, match="unit"):
        registry(scenario(Field("word", "字段", "Field", "km", kind="text")))


@pytest.mark.parametrize(("op", "kind", "format_"), [
    ("mean", "percent", "percent"), ("max", "percent", "percent"), ("sum", "percent", "number"),
    ("mean", "number", "number"),
])  # fmt: skip
def test_a_mean_of_percents_is_one(op: Any, kind: Any, format_: str) -> None:
    """The page writes the tile as the layer writes the field."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer(
        "thing", "物", "Things", data=View, fields=(Field("part", "字段", "Field", kind=kind),)
    )
    test.tile("all", "全部", "All", layer, op, field="part")
    registry(test)
    assert test.declaration().describe()["tiles"][0]["format"] == format_  # type: ignore[index]


@pytest.mark.parametrize("field", ["word", "nothing", ""])
def test_a_tile_adds_up_numbers(field: str) -> None:
    """Anything else is refused."""
    test = Scenario("test", title="测试", title_en="Test", description="")
    layer = test.layer("thing", "物", "Things", data=View, fields=())
    test.tile("all", "全部", "All", layer, "max", field=field)
    with pytest.raises(BadScenario):
        registry(test)
