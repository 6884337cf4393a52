"""A private broker, small feeds, and where the real ones are."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.archive.mapping import Mapping
from hub.archive.mapping_file import parse_mapping

ROOT = Path(__file__).parents[3]
READY_SECONDS = 10.0

SMALL = """
name = "small"
[time]
column = "when"
[event]
domain = "parking"
event = "occupancy"
district = "210103"
device = { column = "lot", lower = true, prefix = "t-" }
[data.total]
type = "integer"
column = "total"
[data.used]
type = "integer"
column = "used"
[data.free]
type = "integer"
difference = ["total", "used"]
[checks]
over = { field = "used", above = "total" }
negative = { field = "used", below = 0 }
[cards]
kind = "OffStreetParking"
period = 1800
[devices.A]
name = "A lot"
[devices.B]
name = "B lot"
"""

WriteFeed = Callable[..., Path]


@pytest.fixture
def small_text() -> str:
    """The text of a small mapping for feeds with the header `when,lot,total,used`."""
    return SMALL


@pytest.fixture
def small() -> Mapping:
    """The small mapping."""
    return parse_mapping(SMALL, "small.toml")


@pytest.fixture
def write_feed(tmp_path: Path) -> WriteFeed:
    """Write rows under the small mapping's header; return the file."""

    def write(*rows: str, end: str = "\n", header: str = "when,lot,total,used") -> Path:
        path = tmp_path / "feed.csv"
        path.write_bytes("\n".join([header, *rows]).encode("utf-8", "surrogateescape"))
        with path.open("ab") as file:
            file.write(end.encode())
        return path

    return write


@pytest.fixture(scope="session")
def aarhus_feed() -> Path:
    """The real feed of Aarhus, which is not part of the project."""
    path = ROOT.parent / "shared" / "feeds" / "parking_aarhus" / "aarhus_parking.csv"
    if not path.is_file():
        pytest.fail(
            f"the real feeds are absent: expected {path}. "
            "Put the CityPulse file of Aarhus parking there"
        )
    return path


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[str]:
    """A mosquitto of this test's own, on a free port of loopback; its URL."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.fail("mosquitto is not installed; `make test` installs it on Debian")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 100000\n"
    )
    with subprocess.Popen([program, "-c", config], stderr=subprocess.DEVNULL) as process:
        try:
            _await_port(port)
            yield f"mqtt://127.0.0.1:{port}"
        finally:
            process.terminate()


def _await_port(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
