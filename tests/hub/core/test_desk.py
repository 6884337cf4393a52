"""The desk: one alert per identity and occurrence, and what operators do with it."""

import msgspec
import pytest

from hub.core import desk
from hub.model.action import Outcome, Result
from hub.model.alert import Alert, Level
from hub.model.output import Answer, Incident
from tests.support.machine import Driver, action, signal


@pytest.fixture
def driver() -> Driver:
    """Return the machine of the `city` partition, where the desk works."""
    return Driver(partition="city")


def raised(driver: Driver, at: float = 1, place: str = "zhongjie") -> Alert:
    """Raise the alert of a place and return it."""
    driver.at(at, signal(place))
    newest = driver.of(Incident)[-1]
    return driver.alert(newest.id)


def test_an_alert_has_an_identity_and_an_occurrence(driver: Driver) -> None:
    """Its id is {scenario}/{kind}/{place}#{occurrence}; raised again it is the same alert."""
    alert = raised(driver)
    assert (alert.id, alert.occurrence, alert.previous) == ("test/full/zhongjie#1", 1, None)
    assert (alert.version, alert.cleared, alert.acknowledged) == (1, None, None)
    driver.at(2, signal("zhongjie"))
    assert len(driver.of(Incident)) == 1
    assert raised(driver, 3, "taiyuanjie").id == "test/full/taiyuanjie#1"


def test_a_raise_after_a_clear_is_a_new_occurrence(driver: Driver) -> None:
    """It is linked to the last one, which stays as it was."""
    raised(driver)
    driver.at(2, signal("zhongjie", active=False))
    driver.at(3, signal("zhongjie"))
    second = driver.alert("test/full/zhongjie#2")
    assert (second.occurrence, second.previous) == (2, "test/full/zhongjie#1")
    assert driver.alert("test/full/zhongjie#1").cleared == "2026-11-23T00:00:02.000Z"


def test_occurrences_go_on_after_a_restart(driver: Driver) -> None:
    """The number is state, not memory."""
    raised(driver)
    driver.at(2, signal("zhongjie", active=False))
    driver.restart()
    assert raised(driver, 3).id == "test/full/zhongjie#2"


def test_clearing_what_is_not_raised_is_nothing(driver: Driver) -> None:
    """Recovery goes by identity and may come twice."""
    driver.at(1, signal("zhongjie", active=False))
    raised(driver, 2)
    driver.at(3, signal("zhongjie", active=False))
    driver.at(4, signal("zhongjie", active=False))
    assert len(driver.of(Incident)) == 2


def test_new_words_leave_the_version_alone(driver: Driver) -> None:
    """An operator's action is not refused because a figure moved."""
    alert = raised(driver)
    driver.at(2, signal("zhongjie", title="zhongjie is fuller"))
    moved = driver.alert(alert.id)
    assert (moved.title, moved.version) == ("zhongjie is fuller", 1)
    assert moved.updated > moved.raised
    driver.at(3, action("k", alert.id, alert.version))
    assert driver.answer("k").outcome is Result.DONE


@pytest.mark.parametrize("level", [Level.ORANGE, Level.BLUE])
def test_a_new_level_is_a_new_version(driver: Driver, level: Level) -> None:
    """What a decision depends on has changed."""
    alert = raised(driver)
    driver.at(2, signal("zhongjie", level=level))
    assert (driver.alert(alert.id).level, driver.alert(alert.id).version) == (level, 2)
    driver.at(3, action("k", alert.id, 1))
    assert driver.answer("k").outcome is Result.CONFLICT


def test_a_level_that_rises_after_acknowledge_alarms_again(driver: Driver) -> None:
    """Who took note of yellow has not taken note of red."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, 1))
    driver.at(3, signal("zhongjie", level=Level.RED))
    assert driver.alert(alert.id).acknowledged is None
    driver.at(4, action("k2", alert.id, driver.alert(alert.id).version))
    driver.at(5, signal("zhongjie", level=Level.ORANGE))
    assert driver.alert(alert.id).acknowledged is not None


def test_cleared_but_unacknowledged_stays(driver: Driver) -> None:
    """Nobody has seen it yet; it can still be acknowledged, and then it is closed."""
    alert = raised(driver)
    driver.at(2, signal("zhongjie", active=False))
    cleared = driver.alert(alert.id)
    assert cleared.cleared is not None
    assert not cleared.closed
    driver.at(3, action("k", alert.id, cleared.version))
    assert driver.alert(alert.id).closed


def test_acknowledge_notes_who_when_and_the_opinion(driver: Driver) -> None:
    """受理 asks for a name and an 意见."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, 1, by=" 王 ", opinion=" 已派人 "))
    outcome = driver.answer("k")
    assert outcome.outcome is Result.DONE
    assert outcome.alert == driver.alert(alert.id)
    note = driver.alert(alert.id).acknowledged
    assert note is not None
    assert (note.by, note.opinion, note.at) == ("王", "已派人", "2026-11-23T00:00:02.000Z")
    assert driver.alert(alert.id).version == 2
    assert driver.counter("actions|outcome=done") == 1


def test_the_same_key_gets_the_same_outcome(driver: Driver) -> None:
    """A client that repeats its request acts once, also over a restart."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, 1))
    first = driver.of(Answer)[-1]
    driver.restart()
    driver.at(3, action("k", alert.id, 1))
    assert driver.of(Answer)[-1] == first
    assert len(driver.of(Incident)) == 2


def test_a_conflict_says_who_was_first(driver: Driver) -> None:
    """The second operator learns the first one's name and time, and sees the alert as it is."""
    alert = raised(driver)
    driver.at(2, action("k1", alert.id, 1, by="王"))
    driver.at(3, action("k2", alert.id, 1, by="李"))
    outcome = driver.answer("k2")
    assert outcome.outcome is Result.CONFLICT
    assert "王" in outcome.reason
    assert "2026-11-23T00:00:02.000Z" in outcome.reason
    assert outcome.alert == driver.alert(alert.id)
    assert driver.alert(alert.id).acknowledged is not None


@pytest.mark.parametrize(
    ("by", "opinion", "name", "target"),
    [
        ("operator", "", "acknowledge", "test/full/zhongjie#1"),
        ("operator", " \n", "acknowledge", "test/full/zhongjie#1"),
        ("", "noted", "acknowledge", "test/full/zhongjie#1"),
        ("operator", "noted", "explode", "test/full/zhongjie#1"),
        ("operator", "noted", "acknowledge", "test/full/nowhere#1"),
    ],
)
def test_what_is_not_allowed_is_refused_with_a_reason(
    driver: Driver, by: str, opinion: str, name: str, target: str
) -> None:
    """No opinion, no name, no such action, no such alert: a refusal is an answer, too."""
    alert = raised(driver)
    driver.at(2, action("k", target, 1, by=by, opinion=opinion, name=name))
    outcome = driver.answer("k")
    assert outcome.outcome is Result.REFUSED
    assert outcome.reason
    assert driver.alert(alert.id) == alert
    assert driver.counter("actions|outcome=refused") == 1


@pytest.mark.parametrize("version", [0, 2, 99])
def test_an_action_on_another_version_is_a_conflict(driver: Driver, version: int) -> None:
    """It was decided on something else than what is."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, version))
    assert driver.answer("k").outcome is Result.CONFLICT


def close(driver: Driver, place: str, at: float) -> str:
    """Raise, clear and acknowledge the alert of a place; return its id."""
    alert = raised(driver, at, place)
    driver.at(at, signal(place, active=False))
    driver.at(at, action(f"close-{place}", alert.id, 2))
    return alert.id


def test_closed_alerts_are_bounded(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest closed one goes; an open one never does."""
    monkeypatch.setattr(desk, "ALERTS_CLOSED", 2)
    open_ = raised(driver, 1, "open")
    ids = [close(driver, f"p{number}", number + 2) for number in range(4)]
    kept = {name for table, name in driver.kept if table == "alerts"}
    assert kept == {open_.id, *ids[2:]}


def test_the_oldest_closed_goes_also_after_a_restart(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of alerts closed at one instant the same one goes, restarted or not."""
    monkeypatch.setattr(desk, "ALERTS_CLOSED", 2)
    first, second = close(driver, "z", 1), close(driver, "a", 1)
    driver.restart()
    third = close(driver, "m", 2)
    kept = {name for table, name in driver.kept if table == "alerts"}
    assert kept == {second, third}, f"{first} was closed first"


def test_the_oldest_outcome_goes_also_after_a_restart(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outcomes are bounded; the newest keys are those that a client may repeat."""
    monkeypatch.setattr(desk, "OUTCOMES", 2)
    driver.at(1, action("z", "none", 1))
    driver.at(2, action("a", "none", 1))
    driver.restart()
    driver.at(3, action("m", "none", 1))
    assert {name for table, name in driver.kept if table == "outcomes"} == {"a", "m"}


def test_an_unattended_flapping_alert_is_bounded(
    driver: Driver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cleared alerts that nobody acknowledges do not pile up for ever."""
    monkeypatch.setattr(desk, "ALERTS_CLOSED", 5)
    for second in range(0, 200, 2):
        driver.at(second, signal("flapping"))
        driver.at(second + 1, signal("flapping", active=False))
    assert sum(table == "alerts" for table, _ in driver.kept) <= 50


def test_every_change_is_an_incident_in_order(driver: Driver) -> None:
    """The screen is told of raise, level, acknowledge and clear, each with the whole alert."""
    alert = raised(driver)
    driver.at(2, signal("zhongjie", level=Level.RED))
    driver.at(3, action("k", alert.id, 2))
    driver.at(4, signal("zhongjie", active=False))
    assert [output.id for output in driver.of(Incident)] == [alert.id] * 4
    assert driver.alert(alert.id).version == 4


@pytest.mark.parametrize("answer", ["real", "false", "pending"])
def test_an_assessment_has_three_answers_and_acknowledges(driver: Driver, answer: str) -> None:
    """研判: who judges an alert has taken note of it; the version it was judged on counts."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, 1, name="assess", answer=answer))
    judged = driver.alert(alert.id)
    assert judged.assessment is not None
    assert judged.assessment.answer == answer
    assert judged.acknowledged is not None
    assert judged.version == 2


def test_an_assessment_may_be_replaced_but_not_on_an_old_version(driver: Driver) -> None:
    """待核 becomes 真实 or 误报 later; who judges on what is no longer so is told."""
    alert = raised(driver)
    driver.at(2, action("a", alert.id, 1, name="assess", answer="pending"))
    driver.at(3, action("b", alert.id, 1, name="assess", answer="real"))
    driver.at(4, action("c", alert.id, 2, name="assess", answer="false"))
    found = [msgspec.json.decode(each.json, type=Outcome).outcome for each in driver.of(Answer)]
    assert found == [Result.DONE, Result.CONFLICT, Result.DONE]
    judged = driver.alert(alert.id).assessment
    assert judged is not None
    assert judged.answer == "false"


def test_an_unknown_answer_is_refused(driver: Driver) -> None:
    """真实, 误报, 待核 and nothing else."""
    alert = raised(driver)
    driver.at(2, action("k", alert.id, 1, name="assess", answer="perhaps"))
    assert driver.alert(alert.id).assessment is None
