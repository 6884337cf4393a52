"""A thousand tests with the kit take less than five CPU seconds, pytest included."""

import os
import resource
import subprocess
import sys
from pathlib import Path

TESTS = 1_000
SECONDS = 5.0
"""CPU seconds, of the whole process from its start: those of the clock are the machine's load."""
CROWDED = 2.0
"""A core that is shared takes up to twice the CPU seconds for the same work: 2.7 s alone were 5.1
beside eight other builds (2026-11-23). The test finds what makes it several times as dear."""

SOURCE = """
import pytest
from hub.sdk import MINUTE

LOT = "city/210102/parking/lot-1"

@pytest.mark.scenario("parking")
@pytest.mark.parametrize("free", range({tests}))
def test_a_lot(kit, free):
    kit.card(LOT, kind="OffStreetParking", at=(123.4, 41.8), period=60, area="zhongjie")
    for taken in (50, 96, 97):
        kit.send(f"{{LOT}}/occupancy", {{
            "totalSpotNumber": 100, "occupiedSpotNumber": taken, "availableSpotNumber": 100 - taken,
        }})
        kit.advance(MINUTE)
    kit.restart()
    assert kit.screen["parking.lot/lot-1"].level is not None
    kit.advance(10 * MINUTE)
    assert kit.screen["parking.lot/lot-1"].stale
    assert kit.letters == []
"""


RUNS = 3
"""At most so many runs; the least counts, because a busy machine only ever adds."""


def test_a_thousand_tests(tmp_path: Path) -> None:
    """Each with a card, three readings, a restart and ten minutes of silence.

    With the plugin of the hub alone, as it is where the hub only runs.
    """
    file = tmp_path / "test_many.py"
    file.write_text(SOURCE.format(tests=TESTS), "utf-8")
    found: list[float] = []
    while len(found) < RUNS and min(found, default=SECONDS) >= SECONDS:
        found.append(_run(file))
    assert min(found) < SECONDS * CROWDED, found


def _run(file: Path) -> float:
    """Return the CPU seconds of one run."""
    words = ["-q", "--rootdir", str(file.parent), "-p", "no:cacheprovider", str(file)]
    command = [sys.executable, "-m", "pytest", "-p", "hub.sdk.pytest_plugin", *words]
    env = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    before = _cpu()
    done = subprocess.run(
        command, cwd=file.parent, env=env, capture_output=True, text=True, check=False
    )
    assert f"{TESTS} passed" in done.stdout, done.stdout[-2_000:]
    return _cpu() - before


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
