"""The fixture `recording`: a scenario's test is three lines, recording, scenario, golden."""

import os
import subprocess
import sys
from pathlib import Path

from tests.hub.archive.recordings import morning, write

ROOT = Path(__file__).resolve().parents[3]
TEST = """
import pytest
@pytest.mark.scenario("{scenario}")
def test_morning(recording):
    recording("morning.mcap").matches("golden/morning.jsonl")
"""


def pytest_in(folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder of its own, with the hub's plugins alone."""
    plugins = ["-p", "hub.sdk.pytest_plugin", "-p", "hub.archive.pytest_plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", str(folder)]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **env}
    return subprocess.run(
        [*command, *plugins, str(folder)],
        cwd=folder,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_three_lines_hold_a_scenario_to_a_recording(tmp_path: Path) -> None:
    """Written on demand, then equal; a changed line fails with the event that caused it."""
    write(tmp_path / "morning.mcap", *morning(60, lots=3))
    scenario = ROOT / "scenarios/parking"
    (tmp_path / "test_it.py").write_text(TEST.format(scenario=scenario), "utf-8")
    absent = pytest_in(tmp_path)
    assert (absent.returncode, "CITYHUB_GOLDEN=write" in absent.stdout) == (1, True)
    assert pytest_in(tmp_path, CITYHUB_GOLDEN="write").returncode == 0
    golden = tmp_path / "golden/morning.jsonl"
    lines = golden.read_text("utf-8").splitlines()
    assert any('"kind":"alert"' in line for line in lines)
    done = pytest_in(tmp_path)
    assert done.returncode == 0, done.stdout
    changed = next(n for n, line in enumerate(lines) if '"level":' in line)
    lines[changed] = lines[changed].replace('"level":', '"was":', 1)
    golden.write_text("\n".join(lines), "utf-8")
    done = pytest_in(tmp_path)
    assert done.returncode == 1
    assert f"line {changed + 1} is not" in done.stdout
    assert "caused by d1/" in done.stdout
    assert '"specversion":"1.0"' in done.stdout
