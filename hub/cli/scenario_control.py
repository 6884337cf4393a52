"""`cityhub scenario reload`, `release` and `configure`: what is done to a running scenario."""

import getpass
import time
import uuid
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from hub.cli.errors import CommandFailed
from hub.cli.running import open_log, run
from hub.cli.terminal import output, print_json, safe
from hub.core.errors import BadScenario
from hub.log.decision import submit
from hub.model.action import Action, Outcome, Result
from hub.sdk.loading import find, folders, fresh, load
from hub.settings import Settings

OUTCOME_SECONDS = 10.0
LOOK_SECONDS = 0.3
"""How often `--watch` looks at the folder."""


def reload(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="the scenario's name")],
    *,
    watch: Annotated[bool, typer.Option("--watch", help="again at each change")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the outcome as JSON")] = False,
) -> None:
    """Run the code that a scenario's folder holds now; its state is kept, nothing is lost."""
    settings: Settings = ctx.obj
    folder = _folder(settings, name)
    if not watch:
        _tell(name, "reloaded", _reload(settings, name, folder), json=json)
        return
    output().print(f"watching {folder}; Ctrl-C ends it")
    seen = _changed(folder)
    while True:
        time.sleep(LOOK_SECONDS)
        now = _changed(folder)
        if now != seen:
            seen = now
            try:
                _tell(name, "reloaded", _reload(settings, name, folder), json=json)
            except CommandFailed as error:
                output().print(f"{safe(error.problem)}\n  the old code goes on", style="yellow")


def release(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="the scenario's name")],
    *,
    json: Annotated[bool, typer.Option("--json", help="print the outcome as JSON")] = False,
) -> None:
    """End a scenario's quarantine; what it missed is kept for `cityhub deadletters redrive`.

    To keep the order of events, redrive instead: that releases it behind the last one it missed.
    """
    _tell(name, "released", act(ctx.obj, "release", name), json=json)


def configure(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="the scenario's name")],
    values: Annotated[list[str], typer.Argument(help="key=value, the value as JSON or a text")],
    *,
    json: Annotated[bool, typer.Option("--json", help="print the outcome as JSON")] = False,
) -> None:
    """Change fields of a scenario's configuration, live; `cityhub scenario list` shows them."""
    wanted = dict(_value(each) for each in values)
    _tell(name, "configured", act(ctx.obj, "configure", name, wanted), json=json)


def _value(word: str) -> tuple[str, Any]:
    key, equals, value = word.partition("=")
    if not equals:
        raise CommandFailed(f"{word!r} is no key=value", "write heavy=200", 2)
    try:
        return key, msgspec.json.decode(value)
    except msgspec.DecodeError:
        return key, value


def act(
    settings: Settings, action: str, name: str, values: dict[str, Any] | None = None
) -> Outcome:
    """Carry out an action on a scenario, or raise CommandFailed with the reason."""

    async def submitted() -> Outcome | None:
        async with open_log(settings) as opened:
            key, by = uuid.uuid4().hex, getpass.getuser()
            what = Action(key, action, name, 0, by, "", values=values or {})
            return await submit(opened.redis, what, OUTCOME_SECONDS)

    outcome = run(submitted())
    if outcome is None:
        problem = f"no outcome within {OUTCOME_SECONDS:g} s: the action is in the log"
        raise CommandFailed(problem, "see whether `work` runs: cityhub doctor")
    if outcome.outcome is not Result.DONE:
        raise CommandFailed(outcome.reason, "nothing was changed")
    return outcome


def _reload(settings: Settings, name: str, folder: Path) -> Outcome:
    try:
        fresh(folder)  # here first: what hangs or exits in it harms nobody
    except BadScenario as error:
        raise CommandFailed(str(error), "the old code goes on") from error
    return act(settings, "reload", name)


def _folder(settings: Settings, name: str) -> Path:
    """Return a scenario's folder, also when its code cannot be loaded just now."""
    for folder in folders(settings.scenarios):
        if folder.name == name:
            return folder
        try:
            if load(folder).name == name:
                return folder
        except BadScenario:
            continue
    return find(name)


def _changed(folder: Path) -> list[tuple[str, int, int]]:
    """Return what tells one version of a folder from another."""
    files = sorted(folder.rglob("*.py"))
    return [(str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files]


def _tell(name: str, what: str, outcome: Outcome, *, json: bool) -> None:
    if json:
        print_json(outcome)
    else:
        output().print(f"{safe(name)}: {what}")
