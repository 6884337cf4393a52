"""/asyncapi.json is what it says: the specification's own parser finds no fault in it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.sdk.loading import load_all
from hub.serve.asyncapi import Tree, document

HERE = Path(__file__).parent
INFORMATION = 2
"""Severity of a hint; 0 is an error, 1 a warning."""


def parsed(tree: Tree) -> Any:
    """Return what the parser says of a document."""
    if not (HERE / "node_modules/@asyncapi/parser").is_dir():
        pytest.fail("the parser is not installed: python3 tools/setup.py --for test")
    beside = Path(sys.executable).parent
    node = shutil.which("node") or shutil.which("node", path=str(beside)) or "node"
    done = subprocess.run(
        [node, "check.mjs"], cwd=HERE, input=msgspec.json.encode(tree), capture_output=True,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


def faults(found: Any) -> list[str]:
    """Return the errors and warnings."""
    return [
        f"{each['path']}: {each['message']}"
        for each in found["diagnostics"]
        if each["severity"] < INFORMATION
    ]


@pytest.fixture(scope="module")
def whole() -> Tree:
    """Return the document of all scenarios that come with the hub."""
    return document(load_all("").declarations)


def test_the_parser_finds_no_fault(whole: Tree) -> None:
    """And sees the channels and operations that are meant."""
    found = parsed(whole)
    assert faults(found) == []
    assert found["version"].startswith("3.")
    assert "city.parking.occupancy" in found["channels"]
    assert "parking.occupancy" in found["receives"]
    assert "device.command" in found["sends"]
    assert "parking.emit.parking.lot-changed" in found["sends"]


@pytest.mark.parametrize("part", ["info", "components", "version"])
def test_the_parser_does_find_faults(whole: Tree, part: str) -> None:
    """The check can fail: without a part that is referred to, or required."""
    broken = {name: value for name, value in whole.items() if name != part}
    if part == "version":
        broken["asyncapi"] = "3"
    assert faults(parsed(broken))
