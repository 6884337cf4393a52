"""Stories from TOML files: read, checked, frozen. An error names the file, the key, the remedy.

name = "rainstorm"            # as the file is called
title, title_en, minutes      # for people; its length in city minutes
[[phase]]  minute, title, title_en
[[effect]] quantity, curve = [[minute, value], …], path = [[minute, lng, lat], …], radius (m)
"""

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from sensors.city.story import Effect, Phase, Quantity, Stop, Story
from sensors.errors import BadStory

FOLDER = Path(__file__).parent / "stories"


class _Effect(Struct, frozen=True, forbid_unknown_fields=True):
    quantity: Quantity
    curve: list[tuple[float, float]]
    path: list[tuple[float, float, float]] = []
    radius: float = 0.0
    toward: float | None = None


class _Story(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    title: str
    title_en: str
    minutes: float
    phase: list[Phase]
    effect: list[_Effect]


def story_names() -> tuple[str, ...]:
    """Return the names of the stories there are."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def load_story(name: str) -> Story:
    """Return a story by its name; raise BadStory when there is none, or it makes no sense."""
    if name not in story_names():
        raise BadStory(
            f"{name}.toml", "name", f"there is no such story: {', '.join(story_names())}"
        )
    return read_story(FOLDER / f"{name}.toml")


def read_story(path: Path) -> Story:
    """Return the story of a file; raise BadStory when it makes no sense."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:  # not TOML, or not UTF-8
        raise BadStory(path.name, "the file", f"write it as TOML: {error}") from error
    try:
        told = msgspec.convert(raw, _Story)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise BadStory(
            path.name, where.strip("`").removeprefix("$.") or "the file", what
        ) from error
    _check(path, told)
    return Story(
        told.name, told.title, told.title_en, told.minutes, tuple(told.phase),
        tuple(_effect(effect) for effect in told.effect),
    )  # fmt: skip


def _effect(told: _Effect) -> Effect:
    path = tuple(Stop(*stop) for stop in told.path)
    return Effect(told.quantity, tuple(told.curve), path, told.radius, told.toward or 0.0)


def _check(path: Path, told: _Story) -> None:
    problems = {
        "name": told.name != path.stem and f"call the story {path.stem!r}, as its file",
        "minutes": told.minutes <= 0 and "give its length, above 0",
        "phase": (not told.phase or told.phase[0].minute != 0)
        and "begin with a [[phase]] at minute 0",
        "effect": not told.effect and "add an [[effect]]",
    }
    _refuse(path, problems)
    _ordered(path, "phase", [phase.minute for phase in told.phase], told.minutes)
    for number, effect in enumerate(told.effect):
        _check_effect(path, f"effect[{number}]", effect, told.minutes)


def _check_effect(path: Path, key: str, effect: _Effect, end: float) -> None:
    _ordered(path, f"{key}.curve", [minute for minute, _ in effect.curve], end)
    if effect.path:
        _ordered(path, f"{key}.path", [stop[0] for stop in effect.path], end)
    low = min(value for _, value in effect.curve) < 0
    stays = bool(effect.curve[0][1] or effect.curve[-1][1])
    chills = effect.quantity is Quantity.TEMPERATURE
    problems = {
        f"{key}.curve": (low and "let no value be below 0")
        or (stays and "begin and end at 0: what a story brings it takes away"),
        f"{key}.radius": bool(effect.path) != (effect.radius > 0)
        and "give path and radius (metres, above 0) together, or neither",
        f"{key}.toward": chills != (effect.toward is not None)
        and "give `toward` (℃) with quantity temperature, and only there",
    }
    _refuse(path, problems)


def _refuse(path: Path, problems: Mapping[str, str | bool]) -> None:
    """Raise the first problem there is: a remedy by its key, False for none."""
    for key, remedy in problems.items():
        if isinstance(remedy, str):
            raise BadStory(path.name, key, remedy)


def _ordered(path: Path, key: str, minutes: list[float], end: float) -> None:
    if not minutes:
        raise BadStory(path.name, key, "give at least one [minute, value]")
    if minutes[0] < 0 or minutes[-1] > end:
        raise BadStory(path.name, key, f"keep its minutes within 0 and {end:g}")
    if any(a >= b for a, b in pairwise(minutes)):
        raise BadStory(path.name, key, "let its minutes grow")
