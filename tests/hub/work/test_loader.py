"""The loader: the folder's newest code, or a reason with file and line and the old code."""

from pathlib import Path

import pytest

from hub.core.errors import BadScenario
from hub.model.control import Reload
from hub.work.loader import Loader

CODE = """
from hub.sdk import Payload, Scenario
from {package}.words import TITLE

one = Scenario("one", title=TITLE, title_en="One", description="")
"""


def write(folder: Path, title: str = "一") -> Path:
    """Write a scenario of two modules."""
    folder.mkdir(exist_ok=True)
    (folder / "words.py").write_text(f'TITLE = "{title}"\n', encoding="utf-8")
    code = CODE.format(package=f"cityhub_scenario_{folder.name}")
    (folder / "scenario.py").write_text(code, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a scenario's folder."""
    return write(tmp_path / "one")


def test_all_modules_of_the_folder_are_read_anew(folder: Path) -> None:
    """At once: a change within the same second and of the same size too."""
    loader = Loader(str(folder))
    for key, title in enumerate("二三四"):
        write(folder, title)
        (declaration,) = loader.reload(Reload("one", str(key))).declarations
        assert declaration.title == title


def test_a_key_is_loaded_once(folder: Path) -> None:
    """Both partitions of a process get the same code, whatever is written meanwhile."""
    loader = Loader(str(folder))
    write(folder, "二")
    first = loader.reload(Reload("one", "k")).declarations[0]
    write(folder, "三")
    second = loader.reload(Reload("one", "k")).declarations[0]
    assert first is second


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("\nx = (\n", "scenario.py:2"),
        ("\n\nraise ValueError('no')\n", "scenario.py:3"),
        ("from cityhub_scenario_one.words import NOTHING\n", "scenario.py:1"),
        ("x = 1\n", "0 Scenario objects"),
        ("raise SystemExit\n", "scenario.py:1"),
    ],
)
def test_bad_code_is_refused_with_its_place(folder: Path, text: str, where: str) -> None:
    """The old declaration stays, and is there again for the next good reload."""
    loader = Loader(str(folder))
    (folder / "scenario.py").write_text(text, encoding="utf-8")
    with pytest.raises(BadScenario, match=where):
        loader.reload(Reload("one", "bad"))
    assert [each.title for each in loader.declarations] == ["一"]
    write(folder, "二")
    assert loader.reload(Reload("one", "good")).declarations[0].title == "二"


def test_a_new_folder_is_found_by_its_name(tmp_path: Path) -> None:
    """A scenario that was not there when the process started."""
    write(tmp_path / "one")
    loader = Loader(str(tmp_path))
    two = write(tmp_path / "two")
    code = (two / "scenario.py").read_text("utf-8").replace('"one"', '"two"')
    (two / "scenario.py").write_text(code, encoding="utf-8")
    found = loader.reload(Reload("two", "k")).declarations
    assert [each.name for each in found] == ["one", "two"]


def test_an_unknown_one_is_refused(folder: Path) -> None:
    """The known names are told."""
    with pytest.raises(BadScenario, match="Known: one"):
        Loader(str(folder)).reload(Reload("none", "k"))


def test_a_broken_one_keeps_no_other_from_loading(tmp_path: Path) -> None:
    """By the name that its code gives it, with file and line; a reload brings it in."""
    write(tmp_path / "one")
    bad = write(tmp_path / "two_")
    good = (bad / "scenario.py").read_text("utf-8").replace('"one"', '"two"')
    (bad / "scenario.py").write_text(f"{good}\nx = (\n", encoding="utf-8")
    loader = Loader(str(tmp_path))
    assert [each.name for each in loader.declarations] == ["one"]
    assert list(loader.broken) == ["two"]
    assert "scenario.py:7" in loader.broken["two"]
    (bad / "scenario.py").write_text(good, encoding="utf-8")
    found = loader.reload(Reload("two", "k")).declarations
    assert [each.name for each in found] == ["one", "two"]


def test_of_two_with_one_name_the_first_runs(tmp_path: Path) -> None:
    """The other is told by its folder's name: the first one is not to be left out for it."""
    write(tmp_path / "first")
    write(tmp_path / "second")
    loader = Loader(str(tmp_path))
    assert [each.name for each in loader.declarations] == ["one"]
    assert "its name is taken" in loader.broken["second"]
