"""`cityhub deadletters` on a real Redis with letters that the machine itself wrote."""

import json

import msgspec
import pytest

from hub.cli.errors import CommandFailed
from hub.model.event import REJECTED, Event
from hub.model.instant import SECOND
from hub.model.letter import rejection
from tests.hub.cli.conftest import CityLog, Invoke

NOON = 1_795_000_000 * SECOND
pytestmark = pytest.mark.contract


def rejected(name: str, reason: str, payload: bytes = b"{bad") -> Event:
    """What ingest appends for a message that is no event."""
    what = rejection(f"city/210102/parking/{name}/occupancy", payload, reason, f"of {name}")
    return Event(name, "/hub/ingest", REJECTED, msgspec.json.encode(what))


@pytest.fixture
def letters(log: CityLog) -> None:
    """Three letters in two partitions."""
    log.append("d1", NOON, rejected("lot-1", "not-json"))
    log.append("city", NOON + SECOND, rejected("lot-2", "schema"))
    log.append("d1", NOON + 2 * SECOND, rejected("lot-3", "not-json", b"\xff\x1b[2J"))
    log.work("d1")
    log.work("city")


def test_newest_first_over_all_partitions(letters: None, invoke: Invoke) -> None:
    """Letters of all partitions are merged by time; the limit cuts the oldest."""
    said = json.loads(invoke("deadletters", "list", "--json", "--limit", "2").stdout)
    assert [each["position"] for each in said["items"]] == ["d1/2", "city/1"]
    assert said["total"] == 3


def test_by_reason(letters: None, invoke: Invoke) -> None:
    """--reason narrows the list."""
    said = json.loads(invoke("deadletters", "list", "--json", "--reason", "not-json").stdout)
    assert [each["position"] for each in said["items"]] == ["d1/2", "d1/1"]


def test_list_for_people(letters: None, invoke: Invoke) -> None:
    """A line names position, city time, reason, topic; none is cut in a pipe."""
    answer = invoke("deadletters", "list")
    assert answer.exit_code == 0
    first = answer.stdout.splitlines()[0]
    for part in ("d1/2", "not-json", "city/210102/parking/lot-3/occupancy"):
        assert part in first
    assert "3 of 3" in answer.stdout


def test_show_has_all_fields(letters: None, invoke: Invoke) -> None:
    """The original comes as it was kept: base64 where it is no text, so nothing is obeyed."""
    answer = invoke("deadletters", "show", "d1/2")
    assert "5 bytes, base64" in answer.stdout
    assert "/xtbMko=" in answer.stdout
    said = json.loads(invoke("deadletters", "show", "d1/2", "--json").stdout)
    assert said["items"][0]["encoding"] == "base64"


def test_escape_sequences_are_encoded(log: CityLog, invoke: Invoke) -> None:
    """An ANSI sequence in an original is shown, not obeyed (S8)."""
    log.append("d1", NOON, rejected("lot-1", "not-json", b"\x1b[31mred\r\n"))
    log.work("d1")
    for words in (("show", "d1/1"), ("show", "d1/1", "--json"), ("list",)):
        assert "\x1b" not in invoke("deadletters", *words).stdout
    assert r"\x1b[31mred\r\n" in invoke("deadletters", "show", "d1/1").stdout


def test_none(log: CityLog, invoke: Invoke) -> None:
    """No letters is good news, not an error."""
    answer = invoke("deadletters", "list")
    assert answer.exit_code == 0
    assert "no dead letters" in answer.stdout


@pytest.mark.parametrize(
    ("position", "problem"),
    [("d1/99", "no dead letter"), ("99", "no position"), ("d1/x", "no pos")],
)
def test_wrong_position(letters: None, invoke: Invoke, position: str, problem: str) -> None:
    """A position that is none, or has no letter, is an error that says so."""
    failure = invoke("deadletters", "show", position).exception
    assert isinstance(failure, CommandFailed)
    assert problem in failure.problem
