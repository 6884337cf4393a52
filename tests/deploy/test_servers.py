"""The servers of compose.yaml, started by their own entrypoints from their own configuration."""

import os
import pwd
import queue
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from redis import AuthenticationError, Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.log.connection import connect
from hub.log.vitals import Vitals, report

DEPLOY = Path(__file__).parents[2] / "deploy"
SECRETS = {
    "CITYHUB_MQTT_PASSWORD": "the-hub",
    "CITYHUB_DEVICES_PASSWORD": "the-devices",
    "CITYHUB_REDIS_PASSWORD": "the-log",
}
PATIENCE = 10  # seconds: far above what a server needs, so that only a dead one fails
LOT = "city/210103/parking/lot-0012"
NOT_AUTHORIZED = "Not authorized"

pytestmark = pytest.mark.contract


def environment(**secrets: str) -> dict[str, str]:
    """Return what an entrypoint starts with: a PATH that finds servers, and the secrets."""
    return {
        "PATH": os.pathsep.join((os.environ["PATH"], "/usr/local/sbin", "/usr/sbin")),
        **secrets,
    }


def free_port() -> int:
    """Return a port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def server(port: int, script: str, *words: Path) -> Iterator[None]:
    """Run an entrypoint until its port answers, and end it afterwards."""
    with subprocess.Popen(
        ["/bin/sh", DEPLOY / script, *words], env=environment(**SECRETS)
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE
            while not answers(port):
                assert process.poll() is None, f"ended with status {process.returncode}"
                assert time.monotonic() < deadline, f"silent on port {port}"
                time.sleep(0.05)  # a port that opens gives no event to await
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The broker of compose.yaml with its folders and its port moved; gives the port."""
    folder, port = tmp_path_factory.mktemp("broker"), free_port()
    text = (DEPLOY / "mosquitto.conf").read_text()
    # Started by root, mosquitto would become somebody who may not read the folder.
    user = pwd.getpwuid(os.getuid()).pw_name
    text = text.replace("listener 1883", f"user {user}\nlistener {port} 127.0.0.1")
    text = text.replace("/run/mosquitto", str(folder)).replace("/mosquitto/data", str(folder))
    conf = folder / "mosquitto.conf"
    conf.write_text(text)
    with server(port, "mosquitto-entrypoint.sh", conf, DEPLOY / "mosquitto.acl", folder):
        yield port


class Client:
    """An MQTT 5 client that waits for answers, because they tell what was refused."""

    def __init__(self, port: int, user: str, password: str) -> None:
        """Connect; `refused` tells whether the broker did not let it in."""
        self.heard: queue.Queue[str] = queue.Queue()
        self._answers: queue.Queue[ReasonCode] = queue.Queue()
        self._mqtt = mqtt.Client(CallbackAPIVersion.VERSION2, protocol=mqtt.MQTTv5)
        self._mqtt.username_pw_set(user, password)
        self._mqtt.on_connect = self._on_connect
        self._mqtt.on_subscribe = self._on_subscribe
        self._mqtt.on_publish = self._on_publish
        self._mqtt.on_message = lambda _client, _data, message: self.heard.put(message.topic)
        self._mqtt.connect("127.0.0.1", port)
        self._mqtt.loop_start()
        self.refused = self._answers.get(timeout=PATIENCE).is_failure

    def subscribe(self, topic: str) -> None:
        """Subscribe at QoS 1 and wait for the answer."""
        self._mqtt.subscribe(topic, 1)
        self._answers.get(timeout=PATIENCE)

    def publish(self, topic: str) -> str:
        """Publish at QoS 1 and return the broker's answer."""
        self._mqtt.publish(topic, b"{}", 1)
        return str(self._answers.get(timeout=PATIENCE))

    def close(self) -> None:
        """Disconnect and end the thread."""
        self._mqtt.disconnect()
        self._mqtt.loop_stop()

    def _on_connect(
        self, _c: mqtt.Client, _d: None, _f: object, code: ReasonCode, _p: Properties | None
    ) -> None:
        self._answers.put(code)

    def _on_subscribe(
        self, _c: mqtt.Client, _d: None, _m: int, codes: list[ReasonCode], _p: Properties | None
    ) -> None:
        self._answers.put(codes[0])

    def _on_publish(
        self, _c: mqtt.Client, _d: None, _m: int, code: ReasonCode, _p: Properties
    ) -> None:
        self._answers.put(code)


@pytest.fixture
def hub(broker: int) -> Iterator[Client]:
    """The hub's account, connected."""
    client = Client(broker, "hub", SECRETS["CITYHUB_MQTT_PASSWORD"])
    yield client
    client.close()


@pytest.fixture
def devices(broker: int) -> Iterator[Client]:
    """The gateways' account, connected."""
    client = Client(broker, "devices", SECRETS["CITYHUB_DEVICES_PASSWORD"])
    yield client
    client.close()


@pytest.mark.parametrize(
    ("user", "password"), [("hub", "the-devices"), ("devices", ""), ("nobody", "the-hub")]
)
def test_broker_refuses_a_wrong_password(broker: int, user: str, password: str) -> None:
    """Who does not know an account's password is not let in."""
    client = Client(broker, user, password)
    client.close()
    assert client.refused


def test_hub_hears_devices_and_commands_them(hub: Client, devices: Client) -> None:
    """The hub's account hears readings, cards, statuses and answers; a device hears commands."""
    hub.subscribe("city/#")
    devices.subscribe(f"{LOT}/$cmd/+")
    said = [f"{LOT}/{last}" for last in ("occupancy", "$device", "$status", "$ack/c-1")]
    for topic in said:
        assert devices.publish(topic) != NOT_AUTHORIZED
    assert [hub.heard.get(timeout=PATIENCE) for _ in said] == said
    hub.publish(f"{LOT}/$cmd/guide")
    assert devices.heard.get(timeout=PATIENCE) == f"{LOT}/$cmd/guide"


@pytest.mark.parametrize(
    "topic", [f"{LOT}/$cmd/guide", "cityhub/clock", "city/210103", "other/topic", "$SYS/broker"]
)
def test_device_may_not_command_nor_set_the_time(devices: Client, topic: str) -> None:
    """A device's account publishes readings, cards, statuses and answers, and nothing else."""
    assert devices.publish(topic) == NOT_AUTHORIZED


def test_device_does_not_hear_other_devices(hub: Client, devices: Client) -> None:
    """Subscribed to everything, a device still hears commands and the time alone."""
    devices.subscribe("#")
    hub.publish(f"{LOT}/occupancy")
    hub.publish("cityhub/clock")
    hub.publish(f"{LOT}/$cmd/guide")
    heard = [devices.heard.get(timeout=PATIENCE) for _ in range(2)]
    assert heard == ["cityhub/clock", f"{LOT}/$cmd/guide"]


@pytest.fixture(scope="module")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The Redis of compose.yaml with its folder and its port moved; gives the port."""
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    text = (DEPLOY / "redis.conf").read_text()
    text = text.replace("port 6379", f"port {port}").replace("bind * -::*", "bind 127.0.0.1")
    conf = folder / "redis.conf"
    conf.write_text(text.replace("dir /data", f"dir {folder}"))
    with server(port, "redis-entrypoint.sh", conf):
        yield port


def test_redis_wants_its_password_and_keeps_its_configuration(redis_port: int) -> None:
    """Nobody reads the log without the password, and it is written to disk at each append."""
    once = Retry(NoBackoff(), 0)
    with Redis(port=redis_port, retry=once) as stranger, pytest.raises(AuthenticationError):
        stranger.ping()
    with Redis(port=redis_port, password=SECRETS["CITYHUB_REDIS_PASSWORD"]) as hub:
        assert hub.config_get("appendfsync") == {"appendfsync": "always"}
        assert hub.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}


def health(role: str, **settings: str) -> str:
    """Run the health check of a container; return what is wrong, empty when it is healthy."""
    answer = subprocess.run(
        [sys.executable, DEPLOY / "healthcheck.py", role],
        env=environment(**settings),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode == (1 if answer.stderr else 0)
    return answer.stderr.strip()


async def test_process_is_healthy_while_its_reports_are_fresh_and_good(redis_port: int) -> None:
    """Silence and a bad report are both unhealthy, and the reason is told."""
    url = f"redis://:{SECRETS['CITYHUB_REDIS_PASSWORD']}@127.0.0.1:{redis_port}/0"
    redis = connect(url)
    try:
        assert health("work", CITYHUB_REDIS_URL=url) == "work has not reported"
        await report(redis, Vitals("work"))
        assert not health("work", CITYHUB_REDIS_URL=url)
        await report(redis, Vitals("work", ok=False, detail="fenced off"))
        assert health("work", CITYHUB_REDIS_URL=url) == "fenced off"
    finally:
        await redis.aclose()


def test_sensors_are_healthy_while_connected(broker: int, devices: Client) -> None:
    """The simulated city knows the broker alone, so its connection is its health."""
    assert not devices.refused
    assert not health("sensors", CITYHUB_MQTT_URL=f"mqtt://devices:x@127.0.0.1:{broker}")
    assert health("sensors", CITYHUB_MQTT_URL=f"mqtt://devices:x@127.0.0.1:{free_port()}")


def test_serve_is_unhealthy_when_nobody_answers() -> None:
    """The web server is asked over HTTP."""
    assert "/api/health" in health("serve", CITYHUB_HTTP_PORT=str(free_port()))


@pytest.mark.parametrize("secret", ["", "two words", "a@b", "a\nb", "$(id)"])
@pytest.mark.parametrize(
    ("script", "name"),
    [
        ("mosquitto-entrypoint.sh", "CITYHUB_MQTT_PASSWORD"),
        ("mosquitto-entrypoint.sh", "CITYHUB_DEVICES_PASSWORD"),
        ("redis-entrypoint.sh", "CITYHUB_REDIS_PASSWORD"),
    ],
)
def test_entrypoint_refuses_a_secret_unfit_for_a_url(script: str, name: str, secret: str) -> None:
    """A missing or unusable secret ends the start with its name, and is not shown."""
    answer = subprocess.run(
        ["/bin/sh", DEPLOY / script],
        env=environment(**{**SECRETS, name: secret}),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert answer.returncode == os.EX_CONFIG
    assert answer.stderr.startswith(f"{name}: set it to")
    assert not secret or secret not in answer.stderr
