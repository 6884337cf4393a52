"""`cityhub scenario`: what is there and what does not load; a new one; whether one is sound."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hub.cli.errors import CommandFailed
from hub.core.registry import Registry
from hub.model.event import TICK, Event
from hub.sdk.loading import BUILT_IN, load, load_all
from hub.settings import Settings
from tests.hub.cli.conftest import CityLog, command_line
from tests.support.machine import START, reading


def listed(setting: str, *words: str) -> tuple[int, str]:
    """Exit status and output of `scenario list` with this setting."""
    app = command_line(Settings(scenarios=setting, redis_port=1))
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


BROKEN = """
from hub.sdk import Context, Scenario
bad = Scenario("bad", title="坏", title_en="Bad", description="")

@bad.on("city.test.value")
def value(ctx: Context) -> None:
    raise ValueError("always")
"""


@pytest.mark.contract
@pytest.mark.parametrize(("failures", "state"), [(0, "runs"), (2, "failing"), (7, "quarantined")])
def test_how_it_fares_in_the_running_city(
    tmp_path: Path, settings: Settings, log: CityLog, failures: int, state: str
) -> None:
    """Failing, quarantined, with the handler at fault; those that never failed run."""
    folder = tmp_path / "bad"
    folder.mkdir()
    (folder / "scenario.py").write_text(BROKEN, "utf-8")
    events = [reading("a", {}, id=str(number)) for number in range(failures)]
    log.append("d1", START, *events, Event("t", "/hub/ingest", TICK))
    log.work("d1", Registry([load(folder)]))
    both = f"{folder},{BUILT_IN / 'parking'}"
    app = command_line(settings.model_copy(update={"scenarios": both}))
    answer = CliRunner().invoke(app, ["scenario", "list", "--json"])
    bad, parking = json.loads(answer.stdout)["items"]
    assert (bad["fare"]["state"], parking["fare"]["state"]) == (state, "runs")
    assert bad["fare"]["failures"] == min(failures, 5)
    assert bad["fare"]["missed"] == max(0, failures - 5)
    assert bad["reads"] == ["city.test.value"]
    shown = CliRunner().invoke(app, ["scenario", "list"]).stdout
    told = f"bad.value at d1/{min(failures, 5)}: handler-error, ValueError: always"
    assert (told in shown) is (failures > 0)


# -- new and test ---------------------------------------------------------------------------------


def run(*words: str) -> tuple[int, str]:
    """Exit status and all output of `cityhub scenario` in the working directory."""
    answer = CliRunner().invoke(command_line(Settings()), ["scenario", *words])
    error = f"{answer.exception}" if isinstance(answer.exception, CommandFailed) else ""
    return answer.exit_code, answer.output + error


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def verdicts(*words: str) -> dict[str, str]:
    """Return the findings of `scenario test --json`: name and verdict."""
    status, text = run("test", *words, "--json")
    found = json.loads(text[text.index("{") :])
    assert found["ok"] is (status == 0)
    return {each["name"]: each["verdict"] for each in found["findings"]}


def test_a_new_one_passes_its_own_test_and_is_picked_up(here: Path) -> None:
    """Two commands, nothing set: the third shows it."""
    assert run("new", "night-noise", "--title", "夜间噪声")[0] == 0
    assert verdicts("night-noise") == {
        "loads": "ok", "lint": "ok", "feed.jsonl": "ok", "tests": "ok",
    }  # fmt: skip
    declared = {each.name: each for each in load_all("").declarations}
    assert declared["night-noise"].title == "夜间噪声"
    assert {"parking", "hospital", "emergency"} <= declared.keys()
    status, text = run("test", "night-noise")
    assert status == 0
    assert "killed after any line" in text


def test_nothing_of_the_templates_name_is_left(here: Path) -> None:
    """Neither in code nor in words."""
    run("new", "night-noise", "--title", "夜间噪声")
    for file in (here / "scenarios/night_noise").rglob("*.*"):
        assert "example" not in file.read_text("utf-8").lower(), file
        assert "示例" not in file.read_text("utf-8"), file


def test_it_may_lie_anywhere(here: Path) -> None:
    """`--folder`; then its path names it, and a setting adds it."""
    assert run("new", "noise", "--folder", "mine")[0] == 0
    assert set(verdicts("mine/noise").values()) == {"ok"}
    names = {each.name for each in load_all("+mine").declarations}
    assert {"noise", "parking"} <= names
    assert [each.name for each in load_all("mine").declarations] == ["noise"]


@pytest.mark.parametrize(
    ("name", "told"),
    [("Noise", "no name"), ("a" * 33, "no name"), ("parking", "taken"), ("hub", "taken")],
)
def test_a_name_that_cannot_be_is_refused(here: Path, name: str, told: str) -> None:
    """Before anything is written."""
    status, text = run("new", name)
    assert status
    assert told in text
    assert not list(here.iterdir())


def test_what_is_there_is_not_written_over(here: Path) -> None:
    """A second `new` of the name is an error."""
    run("new", "noise")
    mine = here / "scenarios/noise/scenario.py"
    mine.write_text("mine")
    status, text = run("new", "noise")
    assert status
    assert "there already" in text
    assert mine.read_text() == "mine"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("    meter.highest = ", "    import time; time.time()\n    meter.highest = ", "lint"),
        ("10 * MINUTE", "5 * MINUTE", "tests"),
        ("{ctx.key} 持续过高", "{ctx.key}过高", "feed.jsonl"),
        ("meter: Meter, limits", "meter, limits", "loads"),
        ("class Meter(State):", "SEEN: list[str] = []\n\n\nclass Meter(State):", ""),
    ],
)
def test_each_check_finds_its_fault(here: Path, old: str, new: str, wrong: str) -> None:
    """A fault put into the template turns the check red that is there for it."""
    run("new", "noise")
    file = here / "scenarios/noise/scenario.py"
    source = file.read_text("utf-8")
    assert old in source
    file.write_text(source.replace(old, new), "utf-8")
    found = verdicts("noise")
    failing = {name for name, verdict in found.items() if verdict == "fail"}
    assert wrong in failing if wrong else not failing


def test_memory_outside_the_state_fails_the_feed(here: Path) -> None:
    """Also what no lint can see: killed after a line, it goes on otherwise."""
    run("new", "noise")
    file = here / "scenarios/noise/scenario.py"
    source = file.read_text("utf-8")
    source = source.replace(
        "class Meter(State):", "SEEN: list[int] = []\nnote = SEEN.append\n\n\nclass Meter(State):"
    )
    source = source.replace(
        "reading.value, meter.highest", "reading.value + len(SEEN), meter.highest"
    )
    source = source.replace("    meter.highest = ", "    note(1)\n    meter.highest = ")
    file.write_text(source, "utf-8")
    found = verdicts("noise")
    assert (found["lint"], found["feed.jsonl"]) == ("ok", "fail")


def test_golden_outputs_are_written_when_told(here: Path) -> None:
    """`--write`; without it a difference is a failure that shows the line and its event."""
    run("new", "noise")
    golden = here / "scenarios/noise/golden/feed.jsonl"
    golden.write_text("{}\n")
    status, text = run("test", "noise")
    assert status == 1
    assert "line 1 is the first that differs" in text
    assert "city/210102/noise/meter-1/level" in text
    status, _ = run("test", "noise", "--write")
    assert status == 0
    assert "CITYHUB_GOLDEN" not in os.environ
    assert verdicts("noise")["feed.jsonl"] == "ok"


def test_a_scenario_without_tests_is_told(here: Path) -> None:
    """Worth a look, no failure."""
    run("new", "noise")
    (here / "scenarios/noise/test_scenario.py").unlink()
    assert verdicts("noise")["tests"] == "warn"


def test_an_unknown_one_is_told(here: Path) -> None:
    """With where to look."""
    status, text = run("test", "nowhere")
    assert status
    assert "no scenario 'nowhere'" in text


def test_the_template_is_typed(here: Path) -> None:
    """`mypy --strict` has nothing to say of a new scenario, with the hub installed as it is."""
    run("new", "noise")
    cache = Path(__file__).resolve().parents[3] / ".mypy_cache"
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        f"--cache-dir={cache}/template",
        "scenarios/noise",
    ]
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
