"""Every story of the simulated city: its golden lines, and the same city when played again."""

import pytest

from sensors.story_file import story_names
from tests.scenarios.casts import CASTS
from tests.scenarios.stories import golden, played, replayed


def test_every_story_has_a_cast() -> None:
    """A new story is played here, too."""
    assert tuple(sorted(CASTS)) == story_names()


@pytest.mark.parametrize("story", CASTS)
def test_the_story_is_the_golden_one(story: str) -> None:
    """All that is noted of it, in order. What changed on purpose: see stories.py."""
    told, _ = played(story)
    assert told.letters == []
    for scenario, lines in told.lines.items():
        assert lines, f"{story} says nothing of {scenario}"
        assert lines == golden(scenario, story).read_text("utf-8").splitlines()


@pytest.mark.parametrize("story", CASTS)
def test_played_again_it_is_the_same(story: str) -> None:
    """One log, one digest, though every machine dies now and then."""
    assert replayed(story).digest() == played(story)[0].digest()
