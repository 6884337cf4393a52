"""Finds scenarios: a folder with a `scenario.py` that has exactly one `Scenario`."""

import contextlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from types import ModuleType

from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.sdk.scenario import Scenario

BUILT_IN = Path(__file__).resolve().parents[2] / "scenarios"
"""The scenarios that come with the hub."""
FILE = "scenario.py"
"""What makes a folder a scenario."""


def folders(setting: str) -> list[Path]:
    """Return the folders of a comma-separated setting.

    Empty: all that come with the hub, and those in `scenarios/` of the working directory. `+` in
    front of the first adds to these. A folder stands for itself, or for all scenarios in it; a
    name without a folder for the scenario that comes with the hub.
    """
    own = setting.startswith("+") or not setting.strip()
    parts = [part.strip() for part in setting.removeprefix("+").split(",") if part.strip()]
    named = [each for part in parts for each in _within(find(part))]
    found = [*_within(BUILT_IN), *_beside(), *named] if own else named
    # Named twice by `+` is once; `CITYHUB_SCENARIOS=a,a` is the author's mistake, and told.
    return list(dict.fromkeys(found)) if own else found


def find(name: str | Path) -> Path:
    """Return the folder of a scenario: a path, else one in `scenarios/`, else a built-in one."""
    path = Path(name)
    known = (path, Path("scenarios") / path, BUILT_IN / path, BUILT_IN.parent / path)
    return next((each for each in known if each.is_dir()), path).resolve()


def _within(folder: Path) -> list[Path]:
    """Return the folder itself, or the scenarios in it if it is none."""
    if (folder / FILE).is_file():
        return [folder]
    return sorted(path.parent for path in folder.glob(f"*/{FILE}")) or [folder]


def _beside() -> list[Path]:
    """Return the scenarios in `scenarios/` of the working directory."""
    folder = Path("scenarios").resolve()
    if folder == BUILT_IN:
        return []
    return sorted(path.parent for path in folder.glob(f"*/{FILE}"))


def load(folder: Path) -> Declaration:
    """Return the declaration of the scenario in ``folder``, or raise BadScenario."""
    file = folder / "scenario.py"
    if not file.is_file():
        raise BadScenario(str(folder), "no scenario.py here", "A scenario is a folder with one.")
    module = _import(folder)
    found = [value for value in vars(module).values() if isinstance(value, Scenario)]
    if len(found) != 1:
        raise BadScenario(str(file), f"{len(found)} Scenario objects", "Declare exactly one.")
    return found[0].declaration()


def fresh(folder: Path) -> Declaration:
    """Return the declaration of the code that ``folder`` holds now, or raise BadScenario.

    What was imported of it before stays in use by those who have it, and comes back when the new
    code cannot be loaded.
    """
    package = _package(folder)
    known = {name: sys.modules.pop(name) for name in _modules(package)}
    for file in folder.rglob("*.py"):
        # A change within the second and of the same size would not be seen in it.
        with contextlib.suppress(OSError):
            Path(importlib.util.cache_from_source(str(file))).unlink(missing_ok=True)
    importlib.invalidate_caches()
    try:
        return load(folder)
    except BadScenario:
        _forget(package)
        sys.modules.update(known)
        raise


def load_all(setting: str) -> Registry:
    """Return the registry of all scenarios of the setting."""
    return Registry([load(folder) for folder in folders(setting)])


def _import(folder: Path) -> ModuleType:
    """Import `scenario.py` as a package's module, so that it may import its neighbours."""
    package = _package(folder)
    if folder.parent != BUILT_IN:
        spec = importlib.util.spec_from_file_location(
            package, folder / "__init__.py", submodule_search_locations=[str(folder)]
        )
        if spec is None:
            raise BadScenario(str(folder), "not importable", "Rename the folder.")
        _forget(package)
        sys.modules[package] = importlib.util.module_from_spec(spec)
    try:
        return importlib.import_module(f"{package}.scenario")
    except BadScenario:
        raise
    except (Exception, SystemExit) as error:
        where, remedy = _where(folder, error), "Correct it; nothing of the folder is in use."
        raise BadScenario(where, f"{type(error).__name__}: {error}", remedy) from error


def _package(folder: Path) -> str:
    built_in = folder.parent == BUILT_IN
    return f"scenarios.{folder.name}" if built_in else f"cityhub_scenario_{folder.name}"


def _modules(package: str) -> list[str]:
    """Return the modules that are imported of a package."""
    return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]


def _forget(package: str) -> None:
    """Forget what another folder of the same name has imported."""
    for name in _modules(package):
        del sys.modules[name]


def _where(folder: Path, error: BaseException) -> str:
    """Return file and line of the scenario at which loading it failed."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    lines = [f"{f.filename}:{f.lineno}" for f in frames if Path(f.filename).is_relative_to(folder)]
    return lines[-1] if lines else str(folder / FILE)
