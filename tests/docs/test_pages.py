"""What the documentation says works: the guide block by block, the Python of the README."""

from pathlib import Path

import pytest

from hub.sdk.lint import lint
from hub.sdk.loading import load
from tests.docs.page import Runner, blocks, changed, lacking

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "scenario-guide.md"


def test_every_block_of_the_guide_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From top to bottom, as a reader types it; the message names the line."""
    monkeypatch.chdir(tmp_path)
    runner, count = Runner(tmp_path), 0
    for block in blocks(GUIDE.read_text("utf-8")):
        try:
            runner.run(block)
        except Exception as error:
            error.add_note(f"{GUIDE.name}:{block.line}, a block of {block.language}")
            raise
        count += block.word != "not run"
    assert count, "the guide has no block"


def test_the_scenario_of_the_readme_loads(tmp_path: Path) -> None:
    """It is whole: it loads as it stands and the lint has nothing to say."""
    found = [
        each
        for each in blocks((ROOT / "README.md").read_text("utf-8"))
        if each.language == "python"
    ]
    assert found
    for index, block in enumerate(found):
        folder = tmp_path / f"readme{index}"
        folder.mkdir()
        (folder / "scenario.py").write_text(block.text, "utf-8")
        assert load(folder).handlers
        assert lint(folder) == []


# -- the runner itself ----------------------------------------------------------------------------


def run(folder: Path, page: str) -> None:
    """Run a page."""
    runner = Runner(folder)
    for block in blocks(page):
        runner.run(block)


@pytest.mark.parametrize(
    "page",
    [
        "```python\nassert 1 == 2\n```",
        "```sh\nfalse\n```",
        "<!-- fails -->\n```sh\ntrue\n```",
        "```sh\necho a\n```\n```text\nb\n```",
        "```json\n{\n```",
        "```jsonl\n{}\n{\n```",
        "```ruby\nx\n```",
        "<!-- not run -->\n```sh\nfalse\n```",
        "<!-- file: a.json -->\n```json\n{\n```",
    ],
)
def test_a_wrong_block_is_found(tmp_path: Path, page: str) -> None:
    """The runner itself fails on each kind."""
    with pytest.raises((AssertionError, ValueError)):
        run(tmp_path, page)


def test_a_good_page_passes(tmp_path: Path) -> None:
    """Files, changes, one namespace, what must fail, what is only read."""
    run(tmp_path, PAGE)
    assert (tmp_path / "x/a.py").read_text() == "A = 2\n\n\nB = 3\n"


PAGE = """
<!-- file: x/a.py -->
```python
A = 1
```
<!-- change: x/a.py -->
```python
A = 2
B = 3
```
```python
x = 1
```
```python
assert x == 1
```
```sh
cat x/a.py
echo one   two
```
```text
B = …
one two
```
<!-- fails -->
```sh
false
```
<!-- not run: it takes a year -->
```sh
sleep 31536000
```
"""


def test_a_change_replaces_what_has_the_name() -> None:
    """With its decorators; imports of the same module too; the rest comes at the end."""
    old = "from m import a\n\n\n@d\ndef f():\n    return 1\n\n\nX = f()\n"
    new = "from m import a, b\n\n@d(2)\ndef f():\n    return 2\n\ndef g(): ...\n"
    assert changed(old, new) == (
        "from m import a, b\n\n\n@d(2)\ndef f():\n    return 2\n\n\nX = f()\n\n\ndef g(): ...\n"
    )


def test_what_is_new_stands_before_what_follows_it() -> None:
    """So that a change may use it where it stands."""
    old = "from m import a\n\nX = f()\n\nY = 1\n"
    new = 'A, B = 1, 2\n"""Why."""\n\n\nX = f(A)\n\nZ = 3\n'
    assert changed(old, new) == (
        'from m import a\n\nA, B = 1, 2\n"""Why."""\n\n\nX = f(A)\n\nY = 1\n\n\nZ = 3\n'
    )


def test_a_new_import_stands_before_the_one_it_is_put_at() -> None:
    """Also where that one gets more names."""
    old = "from m import a\n\nX = a\n"
    assert changed(old, "from k import b\n\nfrom m import (\n    c as d,\n    a,\n)\n") == (
        "from k import b\nfrom m import a, c as d\n\nX = a\n"
    )


def test_printed_lines_are_found_in_order() -> None:
    """White space is folded, `…` stands for anything."""
    assert lacking("a\nc", "a  \nb\nc") == ""
    assert lacking("c\na", "a\nb\nc") == "a"
    assert lacking("x … z", "  x   y z") == ""
