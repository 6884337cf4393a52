"""A thousand tests with the kit take less than five seconds, pytest included."""

import resource
import subprocess
import sys
from pathlib import Path

TESTS = 1_000
SECONDS = 5.0
"""CPU seconds, of the whole process from its start: those of the clock are the machine's load."""

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


def test_a_thousand_tests(tmp_path: Path) -> None:
    """Each with a card, three readings, a restart, eleven timers' worth of minutes."""
    file = tmp_path / "test_many.py"
    file.write_text(SOURCE.format(tests=TESTS), "utf-8")
    words = ["-q", "--rootdir", str(tmp_path), "-p", "no:cacheprovider", str(file)]
    before = _cpu()
    command = [sys.executable, "-m", "pytest", "-p", "hub.sdk.pytest_plugin", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    seconds = _cpu() - before
    assert f"{TESTS} passed" in done.stdout, done.stdout[-2_000:]
    assert seconds < SECONDS


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
