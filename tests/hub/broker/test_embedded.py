"""The embedded broker's own parts, tested in their language."""

import shutil
import subprocess
from pathlib import Path

import pytest


def test_queue_and_packet_limit() -> None:
    """Queues are bounded and a packet above the limit is refused: `embedded.test.mjs`."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    tests = Path(__file__).with_name("embedded.test.mjs")
    ended = subprocess.run(
        [node, "--test", str(tests)], capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 0, ended.stdout
