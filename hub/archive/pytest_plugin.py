"""The pytest plugin's recordings: what a scenario makes of one, held to a golden file.

    @pytest.mark.scenario("scenarios/parking")
    def test_morning(recording):
        recording("morning.mcap").matches("golden/morning-replay.jsonl", ignore=("data.text",))

The scenario is that of the mark, else the one beside the test, as for the fixture `kit`. Paths are
relative to the test's folder. `CITYHUB_GOLDEN=write` writes the golden file anew.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hub.archive.golden_check import Recording

MARK = "scenario"


@pytest.fixture
def recording(request: pytest.FixtureRequest) -> "Callable[[str | Path], Recording]":
    """Return a function that opens a recording for the scenario of this test."""
    from hub.archive.golden_check import Recording  # noqa: PLC0415 other tests need not load it

    folder = request.path.parent
    mark = request.node.get_closest_marker(MARK)
    scenarios = ",".join(map(str, mark.args)) if mark else str(_beside(request.path))
    return lambda path: Recording(folder / path, folder, scenarios)


def _beside(test: Path) -> Path:
    for folder in test.parents:
        if (folder / "scenario.py").is_file():
            return folder
    pytest.fail(f'no scenario.py beside {test} or above it: @pytest.mark.{MARK}("folder")')
