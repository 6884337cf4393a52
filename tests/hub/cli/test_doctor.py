"""`cityhub doctor`: each trouble has its verdict and its remedy, on real servers."""

import json
import os
import socket
from pathlib import Path

import pytest
from msgspec.structs import replace

from hub.cli import city_checks, machine_checks
from hub.cli.finding import Finding, Verdict
from hub.cli.probes import V5, V311, mqtt_refusal
from hub.log.vitals import Vitals
from hub.model.event import TICK, Event
from hub.model.instant import SECOND
from hub.model.partition import Partitioning, split
from hub.mqtt.broker import Broker
from tests.hub.cli.conftest import CityLog, Invoke
from tests.servers import Mosquitto, free_port

GIB = 1024**3


def by_name(found: list[Finding]) -> dict[str, Verdict]:
    """Verdicts by name."""
    return {each.name: each.verdict for each in found}


@pytest.mark.parametrize(
    ("version", "verdict"), [((3, 10, 9), "fail"), ((3, 11, 0), "ok"), ((3, 13, 0), "fail")]
)
def test_python(version: tuple[int, ...], verdict: str) -> None:
    """Only the versions that the packages are locked for."""
    assert machine_checks.python(version).verdict == verdict


@pytest.mark.parametrize(("free", "verdict"), [(GIB // 4, "fail"), (GIB, "warn"), (9 * GIB, "ok")])
def test_space(free: int, verdict: str) -> None:
    """A disk that is nearly full is told before Redis cannot write."""
    assert machine_checks.space(free).verdict == verdict


def test_data_folder(tmp_path: Path) -> None:
    """A folder that is not there yet is fine when it can be made; a file in its place is not."""
    assert machine_checks.data_dir(tmp_path / "new" / "data")[0].verdict is Verdict.OK
    (tmp_path / "file").touch()
    assert machine_checks.data_dir(tmp_path / "file" / "data")[0].verdict is Verdict.FAIL


def test_page(tmp_path: Path) -> None:
    """A page that was not built is told."""
    assert machine_checks.page(tmp_path).verdict is Verdict.FAIL
    (tmp_path / "index.html").touch()
    assert machine_checks.page(tmp_path).verdict is Verdict.OK


def test_port() -> None:
    """A port is free, this city's, or taken by a process that is named."""
    assert machine_checks.port("http_port", free_port(), frozenset()).verdict is Verdict.OK
    with socket.create_server(("127.0.0.1", 0)) as other:
        number = other.getsockname()[1]
        taken = machine_checks.port("http_port", number, frozenset())
        assert taken.verdict is Verdict.WARN
        assert f"pid {os.getpid()}" in taken.detail
        assert "CITYHUB_HTTP_PORT" in taken.remedy
        assert machine_checks.port("http_port", number, frozenset({number})).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("used", "limit", "verdict"), [(50, 100, "ok"), (81, 100, "warn"), (50, 0, "warn")]
)
def test_memory(used: int, limit: int, verdict: str) -> None:
    """No limit, or a limit that is near, is worth a look."""
    assert city_checks.memory(used, limit).verdict == verdict


def test_groups() -> None:
    """A log of other partitions than set keeps the city from starting; the remedy names them."""
    assert city_checks.groups(split(3), split(3)).verdict is Verdict.OK
    wrong = city_checks.groups(split(3), Partitioning())
    assert wrong.verdict is Verdict.FAIL
    assert "CITYHUB_GROUPS=3" in wrong.remedy


def test_vitals() -> None:
    """A process that fell silent, is not ok, or never reported fails; a guest's silence is none."""
    now = 100 * SECOND
    fresh = Vitals("ingest", at=now - SECOND)
    found = city_checks.vitals(
        [
            fresh,
            replace(fresh, name="work:d1", at=now - 10 * SECOND),
            replace(fresh, name="act", ok=False, detail="no broker"),
            replace(fresh, name="ingest.standby", at=now - 10 * SECOND),
        ],
        now,
    )
    assert by_name(found) == {
        "process ingest": Verdict.OK,
        "process work:d1": Verdict.FAIL,
        "process act": Verdict.FAIL,
        "process serve": Verdict.FAIL,
    }


@pytest.mark.contract
def test_broker(mosquitto: Mosquitto) -> None:
    """A broker that accepts is ok, with the version it speaks; none is told as such."""
    door = city_checks.broker(mosquitto.url, expected=True)
    assert door.open
    assert "MQTT 5" in door.findings[0].detail
    assert mqtt_refusal(Broker.parse(mosquitto.url), V311) is None
    mosquitto.kill()
    for expected, verdict in ((True, Verdict.FAIL), (False, Verdict.WARN)):
        door = city_checks.broker(mosquitto.url, expected=expected)
        assert not door.open
        assert door.findings[0].verdict is verdict


def test_silent_listener() -> None:
    """A port that accepts and says nothing is no broker; doctor does not wait for ever."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        where = Broker("127.0.0.1", other.getsockname()[1], tls=False)
        assert mqtt_refusal(where, V5) == "it does not answer"


@pytest.mark.contract
def test_city_at_rest(log: CityLog, invoke: Invoke) -> None:
    """Redis is there with a log, no process runs: each missing part is a failure with a remedy."""
    log.append("d1", SECOND, Event("a", "/hub/ingest", TICK))
    answer = invoke("doctor", "--json")
    assert answer.exit_code == 1
    said = json.loads(answer.stdout)
    assert not said["ok"]
    found = {each["name"]: each for each in said["findings"]}
    assert found["redis"]["verdict"] == "ok"
    assert found["redis eviction"]["verdict"] == "ok"
    assert found["redis durability"]["verdict"] == "warn"
    assert found["log"]["verdict"] == "ok"
    assert found["work d1"]["detail"] == "1 of 1 events behind"
    assert found["web server"]["verdict"] == "warn"
    for name in ("lease d1 work", "lease city ingest", "lease city act", "process serve"):
        assert found[name]["verdict"] == "fail"
    assert all(each["remedy"] for each in found.values() if each["verdict"] != "ok")


@pytest.mark.contract
def test_for_people(log: CityLog, invoke: Invoke) -> None:
    """Every finding is a line, what is not ok has its remedy below; the counts end it."""
    text = invoke("doctor").stdout
    assert "held by nobody" in text
    assert "→ start `cityhub work`" in text
    assert "fail" in text.splitlines()[-1]
