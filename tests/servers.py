"""Real servers and real hub processes for contract tests: on free loopback ports, ended by pid."""

import asyncio
import getpass
import inspect
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import redis
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from hub.broker.mosquitto import mosquitto_config

ROOT = Path(__file__).resolve().parents[1]
HOST = "127.0.0.1"
PATIENCE = 15.0
"""Seconds a step may take on a busy machine before a test gives up."""


def free_port() -> int:
    """Return a TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def program(name: str) -> str:
    """Return the path of a server's program, or fail the test: nothing is skipped silently."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.fail(f"{name} is not installed: `make test` installs it, or names what is missing")
    return found


class Server:
    """A server process that can be killed, paused, and started again on the same data and port."""

    def __init__(self, argv: Sequence[str], port: int, env: dict[str, str] | None = None) -> None:
        self.port = port
        self._argv = list(argv)
        self._env = None if env is None else {**os.environ, **env}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process's id."""
        assert self.process is not None
        return self.process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it unless it runs, and wait until it listens (or, without a port, lives)."""
        if self.running:
            return
        process = self.process = subprocess.Popen(
            self._argv, cwd=ROOT, env=self._env, stdout=subprocess.DEVNULL
        )
        over = time.monotonic() + PATIENCE
        while self.port and not self._listens():
            if process.poll() is not None or time.monotonic() > over:
                pytest.fail(f"{self._argv[0]} did not start (status {process.poll()})")
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash would."""
        if self.process is not None and self.running:
            self.process.kill()
            self.process.wait(PATIENCE)

    def stop(self) -> int:
        """End it with SIGTERM and return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(PATIENCE)


class Mosquitto(Server):
    """A mosquitto with the configuration that `demo` writes."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(mosquitto_config(port, folder, getpass.getuser()), encoding="utf-8")
        super().__init__([program("mosquitto"), "-c", str(config)], port)
        self.url = f"mqtt://{HOST}:{port}"


class RedisServer(Server):
    """A redis-server with an append-only file."""

    def __init__(self, folder: Path) -> None:
        port = free_port()
        argv = [program("redis-server"), "--port", str(port), "--bind", HOST, "--save", ""]
        argv += ["--appendonly", "yes", "--dir", str(folder), "--maxmemory-policy", "noeviction"]
        super().__init__([*argv, "--logfile", "redis.log"], port)
        self.url = f"redis://{HOST}:{port}/0"

    def _listens(self) -> bool:
        with redis.Redis(port=self.port) as client:
            try:
                return bool(client.ping())
            except redis.ConnectionError:  # not there yet, or still loading its file
                return False


class HubProcess(Server):
    """One process of the hub, such as `ingest`, in an interpreter of its own."""

    def __init__(self, room: str, mqtt_url: str, redis_url: str, **settings: str) -> None:
        code = (
            "import asyncio, hub.settings, hub.edge\n"
            f"from hub.{room}.app import run\n"
            "settings = hub.settings.load()\n"
            "hub.edge.configure_logging(settings)\n"
            "asyncio.run(run(settings))\n"
        )
        env = {f"CITYHUB_{name.upper()}": value for name, value in settings.items()}
        env |= {"CITYHUB_MQTT_URL": mqtt_url, "CITYHUB_REDIS_URL": redis_url}
        super().__init__([sys.executable, "-c", code], 0, env | {"PYTHONPATH": str(ROOT)})


async def until(
    condition: Callable[[], object | Awaitable[object]], what: str, seconds: float = PATIENCE
) -> None:
    """Wait until a condition, plain or asynchronous, holds, or fail saying what did not come."""
    over = time.monotonic() + seconds
    while True:
        held = condition()
        if await held if inspect.isawaitable(held) else held:
            return
        if time.monotonic() > over:
            pytest.fail(f"not within {seconds} s: {what}")
        await asyncio.sleep(0.02)


User = dict[str, str]


class Publisher:
    """A device: publishes with QoS 1, knows what was acknowledged, and has a lasting session."""

    def __init__(self, port: int) -> None:
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2, "device", protocol=MQTTProtocolVersion.MQTTv5
        )
        self.paho.max_inflight_messages_set(1_000)
        session = _properties(PacketTypes.CONNECT)
        session.SessionExpiryInterval = 300
        self.paho.connect(HOST, port, clean_start=False, properties=session)
        self.paho.loop_start()

    def publish(
        self,
        topic: str,
        payload: bytes,
        user: dict[str, str] | None = None,
        *,
        retain: bool = False,
    ) -> mqtt.MQTTMessageInfo:
        """Publish; ``user`` are MQTT 5 user properties."""
        properties = None
        if user:
            properties = _properties(PacketTypes.PUBLISH)
            properties.UserProperty = list(user.items())
        return self.paho.publish(topic, payload, 1, retain, properties)

    def done(
        self,
        topic: str,
        payload: bytes,
        user: dict[str, str] | None = None,
        *,
        retain: bool = False,
    ) -> None:
        """Publish and wait for the PUBACK."""
        self.publish(topic, payload, user, retain=retain).wait_for_publish(PATIENCE)

    def close(self) -> None:
        """Disconnect."""
        self.paho.disconnect()
        self.paho.loop_stop()


def _properties(packet_type: int) -> Properties:
    return Properties(packet_type)  # type: ignore[no-untyped-call]
