"""compose.yaml and its Dockerfile keep to the rules of a server that faces a city."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from hub.broker import limits

ROOT = Path(__file__).parent.parent
# Any: compose.yaml is a tree without a schema, and each test looks at its own branch of it.
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROCESSES = {"ingest", "work", "act", "archive", "serve", "sensors"}
REQUIRED_SECRET = re.compile(r"\$\{CITYHUB_[A-Z_]+:\?[^}]+\}")

each_service = pytest.mark.parametrize("name", sorted(SERVICES))
each_process = pytest.mark.parametrize("name", sorted(PROCESSES))


def settings_of(conf: str) -> dict[str, str]:
    """Return the `name value` lines of a server's configuration."""
    lines = (ROOT / "deploy" / conf).read_text().splitlines()
    pairs = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def test_services_are_the_two_servers_and_the_six_processes() -> None:
    """The processes of a server are those of a laptop."""
    assert set(SERVICES) == {"mosquitto", "redis", *PROCESSES}


@each_process
def test_process_runs_the_command_of_its_name(name: str) -> None:
    """A container is one `cityhub` process, from one image."""
    assert SERVICES[name]["command"][0] == name
    assert SERVICES[name]["image"] == SERVICES["ingest"]["image"]


@each_service
def test_service_has_a_health_check(name: str) -> None:
    """Health is asked for, within limits of time."""
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries", "start_period"} <= set(check)


@each_service
def test_service_is_limited(name: str) -> None:
    """No container takes the machine: CPU, memory, processes and log files have limits."""
    assert {"cpus", "memory", "pids"} <= set(SERVICES[name]["deploy"]["resources"]["limits"])
    assert {"max-size", "max-file"} <= set(SERVICES[name]["logging"]["options"])


@each_service
def test_root_file_system_is_read_only(name: str) -> None:
    """What a service writes goes to a named volume or to memory."""
    assert SERVICES[name]["read_only"] is True
    for volume in SERVICES[name].get("volumes", []):
        source, _, mode = volume.partition(":")
        assert source in COMPOSE["volumes"] or mode.endswith(":ro")


@each_service
def test_user_is_not_root(name: str) -> None:
    """Every service names a user, by number, that is not root."""
    user, group = SERVICES[name]["user"].split(":")
    assert int(user) > 0
    assert int(group) > 0


@each_service
def test_no_capability_and_no_new_privilege(name: str) -> None:
    """No container has, or can gain, a privilege."""
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges:true"]
    assert not {"cap_add", "privileged", "pid", "ipc", "devices"} & set(SERVICES[name])
    assert SERVICES[name].get("network_mode") is None


@each_service
def test_secret_has_no_default(name: str) -> None:
    """Every password and token comes from outside, and without it nothing starts."""
    for key, value in SERVICES[name].get("environment", {}).items():
        if key.endswith(("_PASSWORD", "_TOKEN", "_URL")):
            assert REQUIRED_SECRET.search(value), key
            assert ":-" not in value, key


def test_every_substitution_is_required() -> None:
    """`${X}` and `${X:-default}` would start with an empty or a known secret."""
    found = re.findall(r"(?<!\$)\$\{[^}]+\}", (ROOT / "compose.yaml").read_text())
    assert found
    assert all(REQUIRED_SECRET.fullmatch(item) for item in found)


@each_service
def test_ports_are_bound_to_loopback(name: str) -> None:
    """The network is faced by the operator's own proxy, never by a container."""
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", []))


def test_redis_is_reached_from_inside_only() -> None:
    """Redis publishes no port and stands in the internal network alone."""
    assert "ports" not in SERVICES["redis"]
    assert SERVICES["redis"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


@each_service
def test_service_restarts(name: str) -> None:
    """What dies is started again, until an operator stops it."""
    assert SERVICES[name]["restart"] == "unless-stopped"


@each_process
def test_process_waits_for_healthy_servers(name: str) -> None:
    """A process starts when what it needs is healthy, not only started."""
    needed = SERVICES[name]["depends_on"]
    assert "mosquitto" in needed
    assert name == "sensors" or "redis" in needed
    assert all(need == {"condition": "service_healthy"} for need in needed.values())


def test_data_is_kept_in_named_volumes() -> None:
    """A container made anew finds the log, the sessions and the retained cards."""
    assert "redis-data:/data" in SERVICES["redis"]["volumes"]
    assert "mosquitto-data:/mosquitto/data" in SERVICES["mosquitto"]["volumes"]
    assert "archive-data:/srv/archive" in SERVICES["archive"]["volumes"]
    assert settings_of("redis.conf")["dir"] == "/data"
    assert settings_of("mosquitto.conf")["persistence_location"] == "/mosquitto/data/"


def test_images_are_pinned() -> None:
    """A new version of a server is a decision, not an accident."""
    images = {service["image"] for service in SERVICES.values()}
    images |= set(re.findall(r"^FROM (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    assert all(re.search(r":\d+[\w.-]*$", image) for image in images), images


def test_sensors_hold_only_a_device_account() -> None:
    """The simulated city knows what a real device knows: nothing of Redis or of the hub."""
    environment = SERVICES["sensors"]["environment"]
    assert set(environment) == {"CITYHUB_MQTT_URL"}
    assert environment["CITYHUB_MQTT_URL"].startswith("mqtt://devices:")


def test_redis_is_durable_and_refuses_when_full() -> None:
    """An acknowledged event is on disk, and at the memory limit nothing is evicted."""
    conf = settings_of("redis.conf")
    assert (conf["appendonly"], conf["appendfsync"]) == ("yes", "always")
    assert conf["maxmemory-policy"] == "noeviction"
    assert conf["maxmemory"] == "1gb"
    assert SERVICES["redis"]["deploy"]["resources"]["limits"]["memory"] == "2G"


def test_broker_keeps_what_it_acknowledged_within_the_demo_limits() -> None:
    """The broker of a server is bounded as the private one is, and lets nobody in unnamed."""
    conf = settings_of("mosquitto.conf")
    assert conf["allow_anonymous"] == "false"
    assert {"password_file", "acl_file"} <= set(conf)
    assert conf["autosave_interval"] == "1"
    assert int(conf["max_queued_messages"]) == limits.MAX_QUEUED_MESSAGES
    assert int(conf["max_queued_bytes"]) == limits.MAX_QUEUED_BYTES
    assert int(conf["max_inflight_messages"]) == limits.MAX_INFLIGHT_MESSAGES
    assert int(conf["max_packet_size"]) == limits.MAX_PACKET_BYTES


def test_image_installs_by_hash_and_runs_without_root() -> None:
    """The image holds the locked packages, and its last user is not root."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    installs = re.findall(r"pip install (.*(?:\\\n.*)*)", dockerfile)
    assert installs
    assert all("--require-hashes" in line or "--no-index" in line for line in installs)
    assert "npm ci" in dockerfile
    assert re.findall(r"^USER (\S+)", dockerfile, re.MULTILINE)[-1] == "10001:10001"


def test_image_ignores_all_but_what_it_copies() -> None:
    """No secret, data or environment of the checkout slips into an image."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    assert not any(".env" in line or ".cityhub" in line for line in ignored)
