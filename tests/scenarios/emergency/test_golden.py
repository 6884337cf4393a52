"""The golden output: what an afternoon raises, clears, commands and derives, word for word."""

from tests.scenarios.emergency.afternoon import FILE, afternoon
from tests.scenarios.emergency.town import Town


def test_the_afternoon_is_the_golden_one() -> None:
    """All of it in order. What changed on purpose: see afternoon.py."""
    assert afternoon().lines == FILE.read_text("utf-8").splitlines()


def digest(town: Town) -> str:
    """Return the digest of all outputs and the final state."""
    machines = [town.city.machine(name) for name in town.city.partitioning.names]
    return town.digest.close(machines)


def test_the_same_afternoon_twice() -> None:
    """One feed, one digest; restarts on the way change nothing."""
    assert digest(afternoon()) == digest(afternoon()) == digest(afternoon(restarts=True))


def test_the_afternoon_has_every_trouble() -> None:
    """The golden afternoon is worth its name: each kind of alert comes and goes."""
    town = afternoon()
    last = {alert.kind: alert for alert in town.alerts()}
    assert last.keys() == {
        "rain", "ponding", "road", "garage", "gas", "surroundings", "fire", "manhole",
    }  # fmt: skip
    assert {kind for kind, alert in last.items() if alert.cleared is None} == {"rain"}
    assert town.letters() == []


def test_every_alert_proposes_and_none_claims() -> None:
    """建议 in each title; each text leaves 研判 and 对外发布 to a person."""
    for alert in afternoon().alerts():
        assert "建议" in alert.title, alert.title
        assert alert.text.endswith("响应级别与对外发布由人工决定"), alert.text
        assert "已发布" not in alert.title + alert.text
