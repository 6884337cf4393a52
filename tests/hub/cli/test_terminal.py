"""What reaches a terminal: nothing that it would obey (S8), nothing wider than it is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hub.cli.terminal import as_json, cut, local, local_text, safe

HOSTILE = ["\x1b[31m", "\r\n", "\x9b2J", "\x7f", "\u202e", "\u2028", "\ud800", "\U000e0041"]


@pytest.mark.parametrize("text", HOSTILE)
def test_control_characters_are_escaped(text: str) -> None:
    """No control, format or lone surrogate character is written as it came."""
    assert safe(text).isprintable()
    assert safe(text).isascii()


def test_ordinary_text_stays() -> None:
    """Chinese, accents and full-width spaces are what they are."""
    assert safe("中街　停车场 é") == "中街　停车场 é"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_says_the_same(text: str) -> None:
    """JSON with escapes is still the same value, and obeyed by no terminal."""
    written = as_json({"said": text})
    assert json.loads(written) == {"said": text}
    assert safe(written) == written


@given(st.text(alphabet="ab 中街场"), st.integers(2, 40))
def test_cut_fits(text: str, width: int) -> None:
    """A line fits the terminal by cells, a Chinese character having two, and is cut only then."""
    short = cut(text, width)
    assert cell_len(short) <= width
    if cell_len(text) <= width:
        assert short == text.rstrip()


def test_city_time() -> None:
    """Times are shown in +08:00."""
    assert local(0) == "1970-01-01 08:00:00.000"
    assert local_text("2026-11-23T16:00:00.123Z") == "2026-11-24 00:00:00.123"
