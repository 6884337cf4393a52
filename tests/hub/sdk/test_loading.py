"""Finding scenarios: a folder with a `scenario.py` that declares one."""

from pathlib import Path

import pytest

from hub.core.errors import BadScenario
from hub.sdk.loading import BUILT_IN, find, folders, load, load_all

GOOD = """
from hub.sdk import Context, Scenario
from {package}.rules import LIMIT

good = Scenario("good", title="好", title_en="Good", description="")

@good.on("city.test.value")
def take(ctx: Context) -> None:
    assert LIMIT
"""


EMPTY = """
from hub.sdk import Scenario
s = Scenario("{name}", title="", title_en="", description="")
"""


def folder(tmp_path: Path, name: str, source: str) -> Path:
    """Write a scenario's folder."""
    path = tmp_path / name
    path.mkdir()
    (path / "__init__.py").write_text("")
    (path / "scenario.py").write_text(source, "utf-8")
    return path


def test_the_built_in_scenarios_load() -> None:
    """An empty setting means all that come with the hub."""
    assert BUILT_IN / "parking" in folders("")
    assert "parking" in {declaration.name for declaration in load_all("").declarations}


def test_a_setting_names_folders(tmp_path: Path) -> None:
    """Comma separated; a folder of one's own may import its neighbours."""
    path = folder(tmp_path, "mine", GOOD.format(package="cityhub_scenario_mine"))
    (path / "rules.py").write_text("LIMIT = 3\n")
    loaded = load_all(f"{BUILT_IN / 'parking'}, {path}")
    assert [declaration.name for declaration in loaded.declarations] == ["good", "parking"]


def test_two_folders_of_one_name_do_not_mix(tmp_path: Path) -> None:
    """Each folder is its own, wherever it lies."""
    names = []
    for parent, name in (("x", "one"), ("y", "two")):
        (tmp_path / parent).mkdir()
        source = EMPTY.format(name=name)
        names.append(load(folder(tmp_path / parent, "same", source)).name)
    assert names == ["one", "two"]


BROKEN = {
    "syntax": "def (",
    "import": "import no_such_module_at_all",
    "raises": "1 / 0",
    "none": "x = 1",
    "two": "from hub.sdk import Scenario\n"
    'a = Scenario("a", title="", title_en="", description="")\n'
    'b = Scenario("b", title="", title_en="", description="")',
    "handler": "from hub.sdk import Scenario\n"
    'a = Scenario("a", title="", title_en="", description="")\n'
    '@a.on("city.test.value")\ndef take(x): ...',
    "exit": "raise SystemExit(3)",
}


@pytest.mark.parametrize(("name", "source"), BROKEN.items(), ids=BROKEN.keys())
def test_a_broken_module_is_named_with_file_and_remedy(
    tmp_path: Path, name: str, source: str
) -> None:
    """Whatever is wrong with it, the error says which file and what to do."""
    path = folder(tmp_path, f"broken_{name}", source)
    with pytest.raises(BadScenario) as caught:
        load(path)
    assert "scenario.py" in caught.value.where
    assert caught.value.problem
    assert caught.value.remedy


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    """So that the author finds it."""
    path = folder(tmp_path, "line", "x = 1\ny = (\n")
    with pytest.raises(BadScenario, match="line 2"):
        load(path)


def test_a_folder_without_scenario_is_named(tmp_path: Path) -> None:
    """Also one that does not exist."""
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(BadScenario) as caught:
            load(path)
        assert str(path) in caught.value.where
        assert "scenario.py" in caught.value.problem


def test_a_repaired_scenario_loads(tmp_path: Path) -> None:
    """A failed import leaves nothing behind that hides the repair."""
    path = folder(tmp_path, "repaired", "import no_such_module_at_all")
    with pytest.raises(BadScenario):
        load(path)
    source = (
        'from hub.sdk import Scenario\ns = Scenario("s", title="", title_en="", description="")\n'
    )
    (path / "scenario.py").write_text(source)
    assert load(path).name == "s"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return `scenarios/` of a working directory with two scenarios of one's own."""
    monkeypatch.chdir(tmp_path)
    parent = tmp_path / "scenarios"
    parent.mkdir()
    for name in ("alpha", "beta"):
        folder(parent, name, EMPTY.format(name=name))
    return parent


def names(setting: str) -> list[str]:
    """Return the names of the folders of a setting."""
    return [path.name for path in folders(setting)]


def test_those_of_the_working_directory_come_by_themselves(own: Path) -> None:
    """Beside those that come with the hub; `cityhub scenario new` needs no setting."""
    built_in = sorted(path.parent.name for path in BUILT_IN.glob("*/scenario.py"))
    assert names("") == [*built_in, "alpha", "beta"]


def test_a_plus_adds(own: Path, tmp_path: Path) -> None:
    """To all that come by themselves; twice is once."""
    folder(tmp_path, "gamma", EMPTY.format(name="gamma"))
    assert names("+gamma") == [*names(""), "gamma"]
    assert names("+scenarios,gamma") == [*names(""), "gamma"]


def test_a_folder_stands_for_all_scenarios_in_it(own: Path) -> None:
    """And a name for one in `scenarios/`, or for a built-in one."""
    assert names("scenarios") == ["alpha", "beta"]
    assert names("alpha,parking") == ["alpha", "parking"]
    assert find("parking") == BUILT_IN / "parking"
    assert find("scenarios/parking") == BUILT_IN / "parking"
