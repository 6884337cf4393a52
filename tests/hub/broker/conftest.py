"""Real brokers on free loopback ports, and a small client that events can be awaited of."""

import getpass
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue
from typing import cast

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from hub.broker.errors import NoBrokerError
from hub.broker.launch import BrokerKind, BrokerPlan, broker_command

HOST = "127.0.0.1"
PATIENCE = 15.0  # seconds until a test gives up; no rule is measured by it


def eventually(done: Callable[[], bool]) -> bool:
    """Asks again until it holds, or until the patience of the tests is over."""
    over = time.monotonic() + PATIENCE
    while time.monotonic() < over:
        if done():
            return True
        time.sleep(0.02)
    return False


class Client:
    """An MQTT 3.1.1 client; `messages` holds what came."""

    def __init__(
        self, port: int, name: str, *, clean: bool = True, will: tuple[str, bytes] | None = None
    ) -> None:
        self.messages: Queue[mqtt.MQTTMessage] = Queue()
        self.subscribed: Queue[bool] = Queue()
        self.paho = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            name,
            clean_session=clean,
            protocol=MQTTProtocolVersion.MQTTv311,
            reconnect_on_failure=False,
        )
        self.paho.on_message = lambda _c, _u, message: self.messages.put(message)
        self.paho.on_subscribe = lambda *_: self.subscribed.put(True)
        if will:
            self.paho.will_set(*will, qos=1, retain=True)
        self.paho.connect(HOST, port)
        self.paho.loop_start()
        assert eventually(self.paho.is_connected)

    def subscribe(self, topic: str) -> None:
        """Subscribes at QoS 1 and awaits the answer."""
        self.paho.subscribe(topic, 1)
        self.subscribed.get(timeout=PATIENCE)

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publishes at QoS 1 and awaits the acknowledgement."""
        self.paho.publish(topic, payload, 1, retain).wait_for_publish(PATIENCE)

    def take(self, topic: str) -> mqtt.MQTTMessage | None:
        """Returns the next message on a topic, or None when none comes."""
        with suppress(Empty):
            while (message := self.messages.get(timeout=PATIENCE)).topic != topic:
                pass
            return message
        return None

    def leave(self) -> None:
        """Says DISCONNECT."""
        self.paho.disconnect()
        self.paho.loop_stop()

    def cut(self) -> None:
        """Breaks the connection without a word."""
        link = self.paho.socket()
        assert link is not None
        cast("socket.socket", link).shutdown(socket.SHUT_RDWR)
        self.paho.loop_stop()


class RunningBroker:
    """The process of a plan."""

    def __init__(self, plan: BrokerPlan, port: int) -> None:
        self.plan, self.port = plan, port
        plan.data_dir.mkdir(parents=True, exist_ok=True)
        if plan.config_path and plan.config_text:
            plan.config_path.write_text(plan.config_text, encoding="utf-8")
        self.start()

    def start(self) -> None:
        """Starts the process and awaits its port."""
        self.process = subprocess.Popen(self.plan.argv, stdout=subprocess.DEVNULL)
        assert eventually(self.answers)

    def answers(self) -> bool:
        """Tells whether something listens on the port."""
        with socket.socket() as probe:
            return probe.connect_ex((HOST, self.port)) == 0

    def kill(self) -> None:
        """Ends the process with SIGKILL."""
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ends the process with SIGTERM; returns its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE)


def _which(kind: BrokerKind) -> Callable[[str], str | None]:
    hidden = "mosquitto" if kind is BrokerKind.EMBEDDED else "node"
    return lambda name: None if Path(name).name == hidden else shutil.which(name)


@pytest.fixture(params=list(BrokerKind))
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunningBroker]:
    """Each kind of broker that this machine has."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    try:
        plan = broker_command(
            _which(request.param), port=port, data_dir=tmp_path / "broker", user=getpass.getuser()
        )
    except NoBrokerError as error:
        pytest.skip(str(error))
    running = RunningBroker(plan, port)
    yield running
    if running.process.poll() is None:
        running.kill()
