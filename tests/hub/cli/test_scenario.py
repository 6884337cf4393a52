"""`cityhub scenario list`: what is there, and what does not load."""

import json
from pathlib import Path

from typer.testing import CliRunner

from hub.sdk.loading import BUILT_IN
from hub.settings import Settings
from tests.hub.cli.conftest import command_line


def listed(setting: str, *words: str) -> tuple[int, str]:
    """Exit status and output of `scenario list` with this setting."""
    app = command_line(Settings(scenarios=setting))
    answer = CliRunner().invoke(app, ["scenario", "list", *words])
    return answer.exit_code, answer.stdout


def test_built_in() -> None:
    """Without a setting all that come with the hub are listed, with what they declare."""
    status, text = listed("", "--json")
    assert status == 0
    parking = next(each for each in json.loads(text)["items"] if each["name"] == "parking")
    assert parking["title"] == "好停车"
    assert "parking.lot" in parking["layers"]
    assert "saturated" in parking["alerts"]
    assert "occupancy" in parking["handlers"]


def test_broken_one_hides_no_other(tmp_path: Path) -> None:
    """A scenario that cannot be loaded is listed with its error; the others are as ever."""
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "__init__.py").touch()
    (broken / "scenario.py").write_text("1 / 0\n")
    status, text = listed(f"{broken},{BUILT_IN / 'parking'}", "--json")
    assert status == 1
    first, second = json.loads(text)["items"]
    assert "ZeroDivisionError" in first["error"]
    assert second["name"] == "parking"
    assert second["error"] == ""
    status, text = listed(f"{broken},{BUILT_IN / 'parking'}")
    assert "ZeroDivisionError" in text
    assert "好停车" in text


def test_twice_the_same(tmp_path: Path) -> None:
    """Two of one name cannot run together: the second is the one that is told."""
    parking = BUILT_IN / "parking"
    status, text = listed(f"{parking},{parking}", "--json")
    assert status == 1
    first, second = json.loads(text)["items"]
    assert first["error"] == ""
    assert "name is taken" in second["error"]
