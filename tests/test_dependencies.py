"""What runs needs only what is locked for running: the lock files are held to the imports."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = {"hub", "sensors", "scenarios"}
OPTIONAL = {"pyarrow"}
"""Extras: imported where they are used, by code that says what to install."""


def _locked() -> set[str]:
    lines = (ROOT / "requirements" / "runtime.txt").read_text("utf-8").splitlines()
    names = (re.match(r"([A-Za-z0-9._-]+)==", line) for line in lines)
    return {_plain(found.group(1)) for found in names if found}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _imported(folder: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - OWN - OPTIONAL - set(sys.stdlib_module_names)


def test_what_runs_imports_only_what_is_locked_for_running() -> None:
    """A package of the tests alone is not there after `make demo`."""
    locked, owners = _locked(), packages_distributions()
    for folder in sorted(OWN):
        for module in sorted(_imported(folder)):
            packages = {_plain(name) for name in owners.get(module, [module])}
            assert packages & locked, f"{folder} imports {module}, which runtime.txt lacks"


def test_what_is_optional_is_an_extra_and_imported_late() -> None:
    """Without an extra everything else works: nothing imports it when a module is loaded."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = {
        name
        for key, names in project["optional-dependencies"].items()
        if key != "dev"
        for name in names
    }
    assert extras == OPTIONAL
    for path in (ROOT / "hub").rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not OPTIONAL & {name.partition(".")[0] for name in names}, path
