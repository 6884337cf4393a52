"""Where a test's scenarios come from: loaded once, and again when their files change."""

import os
from collections.abc import Iterable
from pathlib import Path

from hub.core.declaration import Declaration
from hub.core.registry import Registry
from hub.sdk.loading import find, load
from hub.sdk.scenario import Scenario

Source = str | Path | Scenario
"""A folder, the name of one in `scenarios/` or of one that comes with the hub, or an object."""

REGISTRIES = 100
"""Most registries kept: a test run has few combinations of folders; objects are used once."""

_loaded: dict[Path, tuple[tuple[tuple[str, int, int], ...], Declaration]] = {}
"""What was loaded from a folder, with its files as they were: 1,000 tests import it once."""


_registries: dict[tuple[int, ...], Registry] = {}
"""The registry of declarations, by their identities: it holds them, so that these stay theirs."""


def registry(sources: Iterable[Source]) -> Registry:
    """Return the registry of scenarios; BadScenario when one cannot be loaded."""
    found = [
        each.declaration() if isinstance(each, Scenario) else _load(find(each)) for each in sources
    ]
    key = tuple(id(each) for each in found)
    if key not in _registries:
        if len(_registries) >= REGISTRIES:
            _registries.clear()
        _registries[key] = Registry(found)
    return _registries[key]


def folder_of(sources: Iterable[Source]) -> Path:
    """Return the folder that golden files and feeds lie in: the first scenario's."""
    for each in sources:
        if not isinstance(each, Scenario):
            return find(each)
    return Path.cwd()


def _load(folder: Path) -> Declaration:
    if not folder.is_dir():
        return load(folder)  # which says what is wrong
    with os.scandir(folder) as entries:
        stats = [(each.name, each.stat()) for each in entries if each.name.endswith(".py")]
    files = tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats))
    known = _loaded.get(folder)
    if known is None or known[0] != files:
        known = _loaded[folder] = (files, load(folder))
    return known[1]
