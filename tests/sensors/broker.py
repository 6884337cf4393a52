"""A mosquitto of the test's own, and a client that hears all of it."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

STARTS_WITHIN = 10.0


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Broker:
    """A mosquitto of one's own, that can be killed and started again with its data."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\n"
            "allow_anonymous true\n"
            "max_queued_messages 100000\n"
            "persistence true\n"
            "autosave_on_changes true\n"
            "autosave_interval 1\n"
            f"persistence_location {folder}/\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/bin")
        if program is None:
            pytest.fail("mosquitto is missing: `make test` installs it on Debian")
        self._process = subprocess.Popen(
            [program, "-c", str(self._config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        pytest.fail("mosquitto does not start")

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class Listener:
    """Everything a broker passes on, kept in order."""

    def __init__(self, port: int) -> None:
        self.messages: list[MQTTMessage] = []
        self.client = Client(CallbackAPIVersion.VERSION2, client_id="listener", clean_session=False)
        self.client.on_message = lambda _client, _data, message: self.messages.append(message)
        self.client.on_connect = lambda client, *_: client.subscribe("city/#", 1)
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def payloads(self, end: str) -> list[bytes]:
        """Return the payloads of the topics that end so."""
        return [
            bytes(message.payload) for message in list(self.messages) if message.topic.endswith(end)
        ]

    def wait(self, what: str, until: Callable[[], bool], limit: float = 20.0) -> None:
        """Wait for something to come true; fail with its name when it does not."""
        deadline = time.monotonic() + limit
        while not until():
            if time.monotonic() > deadline:
                pytest.fail(f"waited {limit:.0f} s for: {what}")
            time.sleep(0.02)

    def close(self) -> None:
        """Leave the broker."""
        self.client.disconnect()
        self.client.loop_stop()
