"""Starting, stopping, starting again: ports, the data folder, `reset`."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from tests.servers import HOST
from tests.system.city import City, run_command, wait_for
from tests.system.devices import full_area

pytestmark = pytest.mark.system

DEFAULT_PORT = 8000


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    """Yield a city that is not started yet, without sensors, whose ten minutes take a second."""
    found = City(tmp_path / "data", no_sensors="1", clock_rate="600")
    yield found
    found.end()


def _epoch(city: City) -> str:
    with redis.Redis(port=city.redis_port) as client:
        return bytes(client.hget("cityhub:{city}:head", "epoch") or b"").decode()


def test_second_start_goes_on_and_reset_begins_anew(city: City) -> None:
    """The alert and the epoch outlive a restart; after `reset --yes` both are new."""
    city.start()
    full_area(city.mqtt_port, "kept")
    wait_for(lambda: city.items("alerts", state="active"), "an alert")
    before, epoch = city.items("alerts"), _epoch(city)
    other = run_command("demo", data_dir=str(city.data_dir), no_browser="1")
    refused = run_command("reset", "--yes", data_dir=str(city.data_dir))
    city.stop()
    seconds = city.start()
    after, still = city.items("alerts"), _epoch(city)
    city.stop()
    removed = run_command("reset", "--yes", data_dir=str(city.data_dir))
    city.start()
    none, anew = city.items("alerts"), _epoch(city)
    city.stop()
    print(f"second start: ready after {seconds:.1f} s")  # noqa: T201 a figure for the reader

    assert other.returncode != 0
    assert f"another demo runs on {city.data_dir}" in other.stderr
    assert refused.returncode != 0
    assert "runs on" in refused.stderr
    assert [a["id"] for a in after] == [a["id"] for a in before] == ["parking/saturated/kept#1"]
    assert [a["raised"] for a in after] == [a["raised"] for a in before]
    assert epoch == still
    assert removed.returncode == 0
    assert none == []
    assert anew not in ("", epoch)


def test_port_that_was_asked_for_and_is_taken_is_named(tmp_path: Path) -> None:
    """The error names the setting, so that one knows what to change."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        ended = run_command("demo", data_dir=str(tmp_path), http_port=port, no_browser="1")
    assert ended.returncode != 0
    assert f"port {port} is in use" in ended.stderr
    assert "CITYHUB_HTTP_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_port_that_nobody_asked_for_moves_on(tmp_path: Path) -> None:
    """When the usual port is taken and was not asked for, the next free one is, and it is said."""
    city = City(tmp_path / "data", http_port="", no_sensors="1")
    with _taken(DEFAULT_PORT):
        try:
            city.launch()
            wait_for(lambda: "is up after" in city.output, "the city is up")
            city.stop()
        finally:
            city.end()
    assert f"port     {DEFAULT_PORT} is in use" in city.output
    assert f"http://{HOST}:{DEFAULT_PORT}/" not in city.output


@contextmanager
def _taken(port: int) -> Iterator[None]:
    """Hold a port, unless somebody else on this machine holds it already."""
    try:
        holder = socket.create_server((HOST, port))
    except OSError:
        yield
    else:
        with holder:
            yield
