"""Which broker is planned."""

import json
from pathlib import Path

import pytest

from hub.broker.errors import NoBrokerError
from hub.broker.launch import BrokerKind, BrokerPlan, broker_command


def plan(folder: Path, programs: dict[str, str], version: str | None = None) -> BrokerPlan:
    """A plan on a machine that has just these programs."""
    return broker_command(
        programs.get,
        port=18830,
        data_dir=folder / "data",
        user="demo",
        mosquitto_version=version,
        embedded_dir=folder,
    )


def install(folder: Path) -> None:
    """Leaves what `npm ci` leaves of the embedded broker."""
    package = folder / "node_modules" / "aedes" / "package.json"
    package.parent.mkdir(parents=True)
    package.write_text(json.dumps({"name": "aedes", "version": "1.2.0"}))


def test_mosquitto_comes_first(tmp_path: Path) -> None:
    """Where mosquitto is installed it is started, with its configuration in the data folder."""
    install(tmp_path)
    found = plan(
        tmp_path,
        {"mosquitto": "/opt/mosquitto", "node": "/opt/node"},
        "mosquitto version 2.0.11",
    )
    assert found.kind is BrokerKind.MOSQUITTO
    assert found.argv == ("/opt/mosquitto", "-c", str(tmp_path / "data" / "mosquitto.conf"))
    assert found.description == "mosquitto 2.0.11"
    assert found.config_path == tmp_path / "data" / "mosquitto.conf"
    assert found.config_text is not None
    assert "listener 18830 127.0.0.1" in found.config_text
    assert found.mqtt5


def test_mosquitto_is_found_in_sbin(tmp_path: Path) -> None:
    """Debian's folder for servers is not on an ordinary user's PATH."""
    found = plan(tmp_path, {"/usr/sbin/mosquitto": "/usr/sbin/mosquitto"})
    assert found.argv[0] == "/usr/sbin/mosquitto"
    assert found.description == "mosquitto"


def test_the_embedded_broker_is_next(tmp_path: Path) -> None:
    """Without mosquitto node runs the embedded broker, which says that it has no MQTT 5."""
    install(tmp_path)
    found = plan(tmp_path, {"node": "/opt/node"})
    assert found.kind is BrokerKind.EMBEDDED
    script, data = str(tmp_path / "broker.mjs"), str(tmp_path / "data")
    assert found.argv == ("/opt/node", script, "--port", "18830", "--data", data)
    assert found.description == "embedded aedes 1.2.0"
    assert found.config_text is None
    assert not found.mqtt5


@pytest.mark.parametrize(
    ("programs", "missing"),
    [({}, ("mosquitto", "node")), ({"node": "/opt/node"}, ("mosquitto", "aedes"))],
)
def test_without_a_broker_it_says_what_is_missing(
    tmp_path: Path, programs: dict[str, str], missing: tuple[str, ...]
) -> None:
    """The error names what was looked for and the setting that gives a broker."""
    with pytest.raises(NoBrokerError) as caught:
        plan(tmp_path, programs)
    assert caught.value.missing == missing
    assert "CITYHUB_MQTT_URL" in str(caught.value)
