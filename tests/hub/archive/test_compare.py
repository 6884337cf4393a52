"""Comparing golden outputs: equal, tolerated, ignored, and the first divergence."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from hub.archive.compare import Rules, compare
from hub.archive.errors import BadGolden
from hub.archive.golden import Line, Told, decode_line, read_golden

STRICT = Rules()


def line(data: object, at: str = "2026-11-23T00:00:00.000Z") -> Told:
    """Return a line with some data."""
    raw = Raw(msgspec.json.encode(data))
    return decode_line(msgspec.json.encode(Line(at, "city", "d1/7 x", "alert", "id", raw)))


LINES = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3) | st.text(max_size=2)).map(line),
    max_size=6,
)


@given(LINES)
def test_an_output_equals_itself(lines: list[Told]) -> None:
    """Whatever it says."""
    result = compare(lines, lines, STRICT)
    assert result.equal
    assert result.lines == len(lines)


@given(LINES, LINES)
def test_equal_means_equal(one: list[Told], other: list[Told]) -> None:
    """Without rules two outputs are equal only if all lines are; the divergence is the first."""
    result = compare(one, other, STRICT)
    assert result.equal == (one == other)
    if result.divergence is not None:
        number = result.divergence.line
        assert one[: number - 1] == other[: number - 1]
        assert result.divergence.expected != result.divergence.found


def test_a_tolerance_is_a_share_of_the_number() -> None:
    """Beyond it they differ; a boolean is no number, a text never near."""
    rules = Rules(tolerance=0.01)
    assert compare([line({"a": 1000.0})], [line({"a": 1009})], rules).equal
    assert not compare([line({"a": 1000.0})], [line({"a": 1011})], rules).equal
    assert compare([line({"a": 0.0})], [line({"a": 0.009})], rules).equal
    assert not compare([line({"a": True})], [line({"a": 1})], rules).equal
    assert not compare([line({"a": "1"})], [line({"a": 1})], rules).equal


def test_ignored_paths_may_differ() -> None:
    """By dotted path, `*` for any part; all else still counts."""
    one, other = line({"a": [{"t": 1, "v": 2}]}), line({"a": [{"t": 9, "v": 2}]}, at="later")
    assert not compare([one], [other], Rules(("at",))).equal
    assert compare([one], [other], Rules(("at", "data.a.*.t"))).equal
    assert not compare([one], [line({"a": [{"t": 9, "v": 3}]})], Rules(("data.a.*.t",))).equal


def test_the_divergence_says_where_and_by_what() -> None:
    """The path, both values, both lines with their cause."""
    result = compare([line({"a": {"b": 1}})], [line({"a": {}})], STRICT)
    assert result.divergence is not None
    assert result.divergence.path == "data.a.b"
    assert result.divergence.expected_value == "1"
    assert result.divergence.found_value == "nothing"
    assert result.divergence.found is not None
    assert result.divergence.found["cause"] == "d1/7 x"


@pytest.mark.parametrize(("one", "other"), [(2, 3), (3, 2), (0, 1)])
def test_a_longer_output_is_another(one: int, other: int) -> None:
    """The line that only one of them has is the divergence."""
    result = compare([line(1)] * one, [line(1)] * other, STRICT)
    assert result.divergence is not None
    assert result.divergence.line == min(one, other) + 1
    assert (result.divergence.expected is None) == (one < other)
    assert (result.divergence.found is None) == (other < one)


@pytest.mark.parametrize("content", [b"x", b"[]", b"\xff", b"{}" * 10, b"[" * 5000])
def test_what_is_no_golden_output_is_said(tmp_path: Path, content: bytes) -> None:
    """With the line's number."""
    path = tmp_path / "g.jsonl"
    path.write_bytes(msgspec.json.encode(line(1)) + b"\n" + content)
    with pytest.raises(BadGolden, match="line 2"):
        list(read_golden(path))
