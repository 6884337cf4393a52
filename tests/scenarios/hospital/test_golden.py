"""The golden output: what an evening raises, clears and derives, word for word."""

from tests.scenarios.hospital.evening import FILE, evening


def test_the_evening_is_the_golden_one() -> None:
    """All alerts and derived events in order. What changed on purpose: see evening.py."""
    assert evening().lines == FILE.read_text("utf-8").splitlines()


def test_the_same_evening_twice() -> None:
    """One feed, one digest; restarts on the way change nothing."""
    first, second, restarted = evening(), evening(), evening(restarts=True)
    digests = []
    for town in (first, second, restarted):
        machines = [town.city.machine(name) for name in town.city.partitioning.names]
        digests.append(town.digest.close(machines))
    assert digests[0] == digests[1] == digests[2]


def test_the_evening_has_every_link() -> None:
    """The golden evening is worth its name: each kind of alert that it plays comes and goes."""
    town = evening()
    kinds = {alert["kind"] for alert in town.changes}
    assert kinds == {"crowded", "diversion", "beds", "icu", "late", "parking", "cold", "turnout"}
    cleared = {alert["kind"] for alert in town.changes if alert["cleared"]}
    assert kinds - cleared == {"cold"}
    assert town.letters == []
