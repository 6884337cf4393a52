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


def folders(setting: str) -> list[Path]:
    """Return the folders of a comma-separated setting; empty: all that come with the hub."""
    if setting:
        return [Path(part.strip()).resolve() for part in setting.split(",") if part.strip()]
    return sorted(path.parent for path in BUILT_IN.glob("*/scenario.py"))


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
