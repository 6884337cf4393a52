"""120: answer and turnout within their times, over the last hour of a centre."""

import pytest

from tests.scenarios.hospital.town import Town

ENTITY = "hospital.centre/centre-120"


def centre() -> Town:
    """Return a town with a dispatch centre."""
    town = Town()
    town.card("centre-120", "DispatchCentre", (123.43, 41.8), name="沈阳急救中心")
    return town


def call(town: Town, number: int, seconds: float, answered: float = 5, level: int = 2) -> None:
    """Let a call come in."""
    data = {
        "call": f"c-{number}",
        "answeredSeconds": answered,
        "lng": 123.4,
        "lat": 41.8,
        "level": level,
    }
    town.say("city.ems.call", "centre-120", data, seconds)


def turnout(town: Town, number: int, seconds: float, took: float = 60) -> None:
    """Let an ambulance roll for a call."""
    data = {"call": f"c-{number}", "ambulance": "amb-001", "seconds": took}
    town.say("city.ems.turnout", "centre-120", data, seconds)


def turnouts(town: Town, good: int, bad: int, since: float = 0) -> None:
    """Let ambulances roll, one a second, the slow ones last."""
    for number in range(good + bad):
        turnout(town, number, since + number, 180 if number < good else 180.1)


@pytest.mark.parametrize(("good", "bad", "low"), [(96, 4, False), (95, 5, False), (94, 6, True)])
def test_turnout_share(good: int, bad: int, low: bool) -> None:  # noqa: FBT001 a parametrized fact
    """180 s is within 3 minutes, more is not; 95 % must be within, less is told."""
    town = centre()
    turnouts(town, good, bad)
    assert (town.raised("turnout", "centre-120") is not None) is low
    assert town.entities[ENTITY]["data"]["turnout"] == good
    assert town.entities[ENTITY]["level"] == ("low" if low else "normal")


@pytest.mark.parametrize(("slow", "low"), [(4, False), (5, False), (6, True)])
def test_answer_share(slow: int, low: bool) -> None:  # noqa: FBT001 a parametrized fact
    """10 s is in time, more is not; 95 % must be in time."""
    town = centre()
    for number in range(100):
        call(town, number, number, 10 if number < 100 - slow else 10.1)
    assert (town.raised("answer", "centre-120") is not None) is low
    assert town.entities[ENTITY]["data"]["answered"] == 100 - slow


def test_too_few_are_no_share_to_judge_by() -> None:
    """19 slow turnouts raise nothing, the twentieth does."""
    town = centre()
    turnouts(town, 0, 19)
    assert town.changes == []
    turnout(town, 20, 20, 181)
    assert town.level("turnout", "centre-120") == "yellow"


def test_the_share_returns_at_96_percent() -> None:
    """Once told it stays below 96 % and clears from there."""
    town = centre()
    turnouts(town, 17, 3)
    assert town.raised("turnout", "centre-120") is not None
    turnouts(town, 52, 0, since=60)
    assert town.entities[ENTITY]["data"]["turnout"] == 95.8
    assert town.raised("turnout", "centre-120") is not None
    turnouts(town, 3, 0, since=120)
    assert town.entities[ENTITY]["data"]["turnout"] == 96
    assert town.raised("turnout", "centre-120") is None


def test_the_hour_moves_on_in_silence() -> None:
    """What is over an hour old counts no longer, although nobody calls; then the timers rest."""
    town = centre()
    turnouts(town, 0, 30)
    town.restart()
    town.advance(54 * 60)
    assert town.raised("turnout", "centre-120") is not None
    town.advance(61 * 60)
    assert town.raised("turnout", "centre-120") is None
    assert town.entities[ENTITY]["data"]["turnouts"] == 0
    assert town.city.machine("d1").next_due() is None


def test_a_call_that_needs_no_ambulance_waits_five_minutes() -> None:
    """Levels 3 and 4 without a turnout are taken for advice after 5 minutes; 1 and 2 are not."""
    town = centre()
    for level in (1, 2, 3, 4):
        call(town, level, level, level=level)
    assert town.entities[ENTITY]["data"]["waiting"] == 4
    turnout(town, 99, 299)
    assert town.entities[ENTITY]["data"]["waiting"] == 4
    turnout(town, 98, 305)
    assert town.entities[ENTITY]["data"]["waiting"] == 2


def test_waiting_calls() -> None:
    """A call waits until its ambulance rolls, and is forgotten after two hours."""
    town = centre()
    for number in range(3):
        call(town, number, number)
    turnout(town, 1, 10)
    assert town.entities[ENTITY]["data"]["waiting"] == 2
    town.advance(2 * 3600 + 300)
    assert town.entities[ENTITY]["data"]["waiting"] == 0


def test_an_offline_centre_stays_stale() -> None:
    """While a centre is offline its figures stay marked; they are fresh when it is heard again."""
    town = centre()
    call(town, 1, 1)
    town.status("centre-120", "DispatchCentre", "offline", 2)
    town.advance(1200)
    assert town.entities[ENTITY]["stale"]
    town.status("centre-120", "DispatchCentre", "online", 1300)
    assert not town.entities[ENTITY]["stale"]
    assert town.entities[ENTITY]["data"]["waiting"] == 1
