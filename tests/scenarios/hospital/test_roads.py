"""The road graph: times, closed and congested sections, the quickest way."""

import pytest

from hub.sdk import MINUTE
from scenarios.hospital.roads import Section, quickest


def section(start: str, end: str, length: float = 1000, speed: float | None = 60) -> Section:
    """Return a section; 1 km at 60 km/h takes a minute."""
    return Section(f"{start}{end}", start, end, length, speed, 60)


def square() -> dict[str, Section]:
    """Return a-b-d, two minutes, and a-c-d, three."""
    return {
        "ab": section("a", "b"),
        "bd": section("b", "d"),
        "ac": section("a", "c", 2000),
        "cd": section("c", "d"),
    }


def test_the_quickest_way() -> None:
    """The way with the least time, in order of driving."""
    way = quickest(square(), "a", "d")
    assert way is not None
    assert (way.duration, way.sections) == (2 * MINUTE, ("ab", "bd"))


def test_sections_are_driven_both_ways() -> None:
    """The graph is schematic: a section has no direction."""
    way = quickest(square(), "d", "a")
    assert way is not None
    assert way.sections == ("bd", "ab")


def test_already_there() -> None:
    """From a node to itself takes no time."""
    way = quickest(square(), "a", "a")
    assert way is not None
    assert (way.duration, way.sections) == (0, ())


@pytest.mark.parametrize("flag", ["reported", "ordered"])
def test_a_closed_section_is_on_no_way(flag: str) -> None:
    """Closed by its own reading or by 应急: the way leads around it."""
    sections = square()
    setattr(sections["bd"], flag, True)
    way = quickest(sections, "a", "d")
    assert way is not None
    assert way.sections == ("ac", "cd")


def test_no_open_way() -> None:
    """All closed is None, unless closed ones are allowed; so is a node nobody knows."""
    sections = square()
    sections["ab"].reported = sections["ac"].reported = True
    assert quickest(sections, "a", "d") is None
    assert quickest(sections, "a", "d", closed=True) is not None
    assert quickest(sections, "a", "nowhere") is None


def test_equal_ways_go_by_name() -> None:
    """Two ways of the same time: always the same one."""
    sections = square()
    sections["ac"].length = 1000
    ways = [quickest(dict(order), "a", "d") for order in (
        sections.items(), reversed(list(sections.items()))
    )]  # fmt: skip
    assert ways[0] == ways[1]


@pytest.mark.parametrize(
    ("speed", "free", "minutes"), [(60, 60, 1), (0, 60, 3), (None, 60, 1), (None, None, 2)]
)
def test_time_to_pass(speed: float | None, free: float | None, minutes: float) -> None:
    """A standstill is passed at 20 km/h; without a reading free flow counts, else 30 km/h."""
    assert Section("s", "a", "b", 1000, speed, free).duration == minutes * MINUTE


@pytest.mark.parametrize(("speed", "congested"), [(30, False), (29.9, True), (None, False)])
def test_congested_below_half_of_free_flow(speed: float | None, congested: bool) -> None:  # noqa: FBT001 a parametrized fact
    """Congested is below half of the free-flow speed."""
    assert Section("s", "a", "b", 1000, speed, 60).congested is congested
