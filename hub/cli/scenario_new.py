"""`cityhub scenario new`: a scenario that works, to begin from."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

from hub.cli.errors import CommandFailed
from hub.model.topic import DOMAIN
from hub.sdk.loading import BUILT_IN

TAKEN = frozenset({"city", "hub", "scenario", "tile"})
"""Names that mean something else in topics, types or ids."""
FILES = (
    "scenario.py", "test_scenario.py", "feed.jsonl", "golden/feed.jsonl", "README.md",
)  # fmt: skip
_VARIABLE = re.compile(r"^(@?)example(?=[. ])|(?<== )example(?=\.)", re.MULTILINE)
"""Where the template's name is a Python variable, not a part of a text."""


def create(name: str, parent: Path, title: str = "") -> Path:
    """Write the folder of a new scenario into ``parent``; return it.

    Raises CommandFailed when the name is none, is taken, or the folder is there.
    """
    _check(name)
    folder = parent / name.replace("-", "_")
    if folder.exists():
        raise CommandFailed(f"{folder} is there already", "choose another name or --folder", 2)
    for relative, text in _rendered(name, title or name):
        file = folder / relative
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def _check(name: str) -> None:
    if not DOMAIN.fullmatch(name):
        raise CommandFailed(
            f"{name!r} is no name for a scenario", f"it matches {DOMAIN.pattern}", 2
        )
    if name in TAKEN or (BUILT_IN / name.replace("-", "_") / "scenario.py").is_file():
        raise CommandFailed(f"the name {name!r} is taken", "choose another one", 2)


def _rendered(name: str, title: str) -> Iterator[tuple[str, str]]:
    yield "__init__.py", f'"""{title}."""\n'
    template = files("hub.sdk") / "template"
    camel = "".join(part.capitalize() for part in name.split("-"))
    spoken = name.replace("-", " ").capitalize()
    for relative in FILES:
        text = template.joinpath(relative).read_text("utf-8")
        if relative.endswith(".py"):
            text = _VARIABLE.sub(rf"\g<1>{name.replace('-', '_')}", text)
        text = text.replace("ExampleMeter", f"{camel}Meter").replace("Example", spoken)
        yield relative, text.replace("example", name).replace("示例", title)
