"""Finds scenarios: a folder with a `scenario.py` that has exactly one `Scenario`."""

import importlib
import importlib.util
import sys
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


def load_all(setting: str) -> Registry:
    """Return the registry of all scenarios of the setting."""
    return Registry([load(folder) for folder in folders(setting)])


def _import(folder: Path) -> ModuleType:
    """Import `scenario.py` as a package's module, so that it may import its neighbours."""
    package = f"scenarios.{folder.name}"
    if folder.parent != BUILT_IN:
        package = f"cityhub_scenario_{folder.name}"
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
        where, remedy = str(folder / "scenario.py"), "See the error above it."
        raise BadScenario(where, f"{type(error).__name__}: {error}", remedy) from error


def _forget(package: str) -> None:
    """Forget what another folder of the same name has imported."""
    for name in [known for known in sys.modules if known.partition(".")[0] == package]:
        del sys.modules[name]
