"""Lock files name versions and hashes, and no address: they install from any registry."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYTHON_LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
NPM_LOCKS = sorted(
    path
    for folder in ("dashboard", "hub/broker/embedded")
    if (path := ROOT / folder / "package-lock.json").is_file()
)
ADDRESS = re.compile(r"[a-z+]+://|^\s*(--(extra-)?index-url|--find-links|-[if]\b)", re.MULTILINE)
LOCAL_PATH = re.compile(r"(^|[\s=])(/|\.\.?/|~)[\w.]", re.MULTILINE)

each_python_lock = pytest.mark.parametrize("lock", PYTHON_LOCKS, ids=lambda path: path.name)
each_npm_lock = pytest.mark.parametrize("lock", NPM_LOCKS, ids=lambda path: path.parent.name)


def requirements(lock: Path) -> dict[str, str]:
    """Return what a lock file pins: the requirement with its version → the rest of its entry."""
    text = re.sub(r"^\s*#.*\n?", "", lock.read_text(), flags=re.MULTILINE)
    entries = re.split(r"\n(?=\S)", text.strip())
    return {entry.split(None, 1)[0]: entry for entry in entries}


def test_every_list_of_requirements_is_locked() -> None:
    """Each `.in` file but the build's, which runtime.txt holds, has its lock file."""
    lists = {path.stem for path in (ROOT / "requirements").glob("*.in")} - {"build"}
    assert lists | {"runtime", "dev"} == {path.stem for path in PYTHON_LOCKS}
    assert NPM_LOCKS


@each_python_lock
def test_python_lock_pins_versions_with_hashes(lock: Path) -> None:
    """Every package has one exact version and the SHA-256 of its files."""
    for name, entry in requirements(lock).items():
        assert re.fullmatch(r"[a-z0-9._-]+(\[[a-z0-9,-]+\])?==[\w.!+]+", name), name
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), name


@each_python_lock
def test_python_lock_names_no_address(lock: Path) -> None:
    """No registry, no URL, no path of the machine that compiled it."""
    assert not ADDRESS.search(lock.read_text())
    assert not LOCAL_PATH.search(lock.read_text())


def test_tests_run_the_versions_that_run_the_city() -> None:
    """dev.txt holds all of runtime.txt, at the same versions."""
    runtime, dev = (requirements(ROOT / f"requirements/{name}.txt") for name in ("runtime", "dev"))
    assert set(runtime) <= set(dev)


def test_locks_hold_what_the_project_asks_for() -> None:
    """A dependency added to pyproject.toml and not locked is found here."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    dev = requirements(ROOT / "requirements/dev.txt")
    locked = {re.split(r"==|\[", name, maxsplit=1)[0] for name in dev}
    names = {re.split(r"[\[;<>=! ]", item, maxsplit=1)[0] for item in wanted}
    assert names <= locked


@each_npm_lock
def test_npm_lock_has_hashes_and_no_address(lock: Path) -> None:
    """Every package has an integrity hash, and none the host it was fetched from."""
    packages = json.loads(lock.read_text())["packages"]
    for name, package in packages.items():
        if name and not package.get("link") and not package.get("inBundle"):
            assert package["integrity"].startswith("sha512-"), name
        assert "resolved" not in package, name
