"""The pytest plugin: the fixture `kit`, a city with the scenario that the test belongs to.

A test beside a `scenario.py` has that scenario; another says which:
`@pytest.mark.scenario("scenarios/parking", batch=7)`. What the kit is given stands there.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from hub.sdk.testing import Kit

MARK = "scenario"


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    line = f"{MARK}(*folders, **options): the scenarios of the fixture `kit`, and its options"
    config.addinivalue_line("markers", line)


@pytest.fixture
def kit(request: pytest.FixtureRequest) -> "Kit":
    """Return a city with the scenario beside the test, or with those of its mark."""
    from hub.sdk.testing import Kit  # noqa: PLC0415 other tests of a project need not load the hub

    mark = request.node.get_closest_marker(MARK)
    sources = mark.args if mark else ()
    options = mark.kwargs if mark else {}
    return Kit(*(sources or (_beside(request.path),)), **options)


def _beside(test: Path) -> Path:
    for folder in test.parents:
        if (folder / "scenario.py").is_file():
            return folder
    remedy = f'mark the test: @pytest.mark.{MARK}("folder")'
    pytest.fail(f"no scenario.py beside {test} or above it; {remedy}")
