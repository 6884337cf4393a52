"""Where a test's scenarios come from: loaded once, and again when their files change."""

from collections.abc import Iterable
from pathlib import Path

from hub.core.declaration import Declaration
from hub.sdk.loading import find, load
from hub.sdk.scenario import Scenario

Source = str | Path | Scenario
"""A folder, the name of one in `scenarios/` or of one that comes with the hub, or an object."""

_loaded: dict[Path, tuple[tuple[tuple[str, int, int], ...], Declaration]] = {}
"""What was loaded from a folder, with its files as they were: 1,000 tests import it once."""


def declarations(sources: Iterable[Source]) -> list[Declaration]:
    """Return the declarations; BadScenario when one cannot be loaded."""
    return [
        each.declaration() if isinstance(each, Scenario) else _load(find(each)) for each in sources
    ]


def folder_of(sources: Iterable[Source]) -> Path:
    """Return the folder that golden files and feeds lie in: the first scenario's."""
    for each in sources:
        if not isinstance(each, Scenario):
            return find(each)
    return Path.cwd()


def _load(folder: Path) -> Declaration:
    files = tuple(
        (file.name, file.stat().st_mtime_ns, file.stat().st_size)
        for file in sorted(folder.glob("*.py"))
    )
    known = _loaded.get(folder)
    if known is None or known[0] != files:
        known = _loaded[folder] = (files, load(folder))
    return known[1]
