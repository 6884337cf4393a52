"""`cityhub scenario`: the scenarios of this city."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from msgspec.structs import replace
from rich.table import Table

from hub.cli import scenario_control
from hub.cli.errors import CommandFailed
from hub.cli.finding import Verdict, show
from hub.cli.scenario_new import FILES, create
from hub.cli.scenario_state import Fare, State, fares
from hub.cli.terminal import cell, errors, output, print_json, safe
from hub.core.declaration import Declaration
from hub.core.errors import BadScenario
from hub.core.registry import Registry
from hub.sdk.loading import FILE, find, folders, load
from hub.sdk.testing.golden import SWITCH
from hub.settings import Settings

_STYLES: dict[State, str] = {"does not load": "red", "quarantined": "red", "failing": "yellow"}

app = typer.Typer(help="The scenarios of this city.", no_args_is_help=True)


class Row(Struct, frozen=True):
    """One scenario and how it fares, or the folder that does not hold one and why.

    ``reads`` are the types of events it handles, ``config`` its configuration by default.
    """

    name: str
    folder: str
    fare: Fare = Fare("")
    title: str = ""
    title_en: str = ""
    reads: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    layers: tuple[str, ...] = ()
    tiles: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    config: dict[str, object] = {}
    error: str = ""


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="print them as JSON")] = False,
) -> None:
    """List the scenarios: what each declares, and how it fares in the running city.

    Exit 1 when one cannot be loaded.
    """
    known = fares(ctx.obj)
    found = [_faring(row, known) for row in rows(ctx.obj)]
    if json:
        print_json({"items": found})
    else:
        _print(found)
    if any(row.error for row in found):
        raise typer.Exit(1)


app.command()(scenario_control.reload)
app.command()(scenario_control.release)
app.command()(scenario_control.configure)


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="a-z, 0-9 and -: also the domain of its topics")],
    folder: Annotated[Path, typer.Option(help="where its folder is made")] = Path("scenarios"),
    title: Annotated[str, typer.Option(help="what the screen calls it; default: its name")] = "",
) -> None:
    """Write a scenario that works, with its test, a feed and its golden outputs."""
    made = create(name, folder, title)
    console = output()
    console.print(f"{_where(made.resolve())}: {', '.join((*FILES,))}")
    console.print(f"next: cityhub scenario test {made if folder != Path('scenarios') else name}")
    if folder != Path("scenarios"):
        console.print(f"      CITYHUB_SCENARIOS=+{made} puts it on the screen")


@app.command("test")
def check(
    name: Annotated[str, typer.Argument(help="a scenario's name or folder")],
    *,
    write: Annotated[bool, typer.Option("--write", help="write the golden outputs anew")] = False,
    json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    """Check a scenario: load, lint, feeds against golden outputs, tests; exit 1 on a failure."""
    from hub.cli.scenario_test import examine  # noqa: PLC0415 `list` needs no kit

    found_in = find(name.replace("-", "_") if "/" not in name else name)
    if not (found_in / FILE).is_file():
        raise CommandFailed(
            f"no scenario {name!r}", "cityhub scenario list shows those there are", 2
        )
    with errors().status("looking") as status, _writing(write=write):
        found = examine(found_in, status.update)
    failed = any(each.verdict is Verdict.FAIL for each in found)
    if json:
        print_json({"ok": not failed, "folder": _where(found_in), "findings": found})
    else:
        show(found)
    if failed:
        raise typer.Exit(1)


@contextmanager
def _writing(*, write: bool) -> Iterator[None]:
    """Have golden files written, by the tests of the scenario too."""
    before = os.environ.get(SWITCH)
    if write:
        os.environ[SWITCH] = "write"
    try:
        yield
    finally:
        os.environ.pop(SWITCH, None)
        if before is not None:
            os.environ[SWITCH] = before


def _faring(row: Row, known: dict[str, Fare] | None) -> Row:
    if row.error:
        return replace(row, fare=Fare("does not load"))
    return row if known is None else replace(row, fare=known.get(row.name, Fare()))


def rows(settings: Settings) -> list[Row]:
    """Return all scenarios of the setting; one that fails does not hide the others."""
    loaded: list[Declaration] = []
    found: list[Row] = []
    for folder in folders(settings.scenarios):
        try:
            declaration = load(folder)
            Registry([*loaded, declaration])  # they must get on with each other too
        except BadScenario as error:
            found.append(Row(folder.name, _where(folder), error=str(error)))
        else:
            loaded.append(declaration)
            found.append(_row(declaration, folder))
    return found


def _row(declaration: Declaration, folder: Path) -> Row:
    timers = {handler.name for handler in declaration.timers}
    written = declaration.written()
    return Row(
        name=declaration.name,
        folder=_where(folder),
        title=declaration.title,
        title_en=declaration.title_en,
        reads=tuple(dict.fromkeys(each.on for each in written if each.name not in timers)),
        handlers=tuple(f"{each.name}{' (timer)' * (each.name in timers)}" for each in written),
        layers=tuple(layer.name for layer in declaration.layers),
        tiles=tuple(tile.name for tile in declaration.tiles),
        alerts=tuple(declaration.alerts),
        config={} if declaration.config is None else msgspec.to_builtins(declaration.config()),
    )


def _where(folder: Path) -> str:
    return str(folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder)


def _print(found: list[Row]) -> None:
    console = output()
    if not found:
        console.print("no scenarios; CITYHUB_SCENARIOS names their folders")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("name", "title", "state", "failures", "missed"):
        table.add_column(column, no_wrap=True)
    for column in ("handlers", "layers", "tiles", "alerts"):
        table.add_column(column, overflow="fold")
    for row in found:
        fare = row.fare
        state = cell(fare.state or "loads", _STYLES.get(fare.state, ""))
        figures = (str(fare.failures or ""), str(fare.missed or ""), str(len(row.handlers) or ""))
        listed = (row.layers, row.tiles, row.alerts)
        own = f"{row.name}."
        cells = [cell(", ".join(name.removeprefix(own) for name in names)) for names in listed]
        table.add_row(cell(row.name), cell(row.title), state, *figures, *cells)
    console.print(table)
    for row in found:
        if row.config:
            words = " ".join(f"{key}={value}" for key, value in row.config.items())
            console.print(safe(f"{row.name} is configured by default: {words}"), soft_wrap=True)
    for row in found:
        if row.error:
            console.print(f"{safe(row.name)}: {safe(row.error)}", style="red", soft_wrap=True)
        elif row.fare.state in ("failing", "quarantined", "does not load"):
            last = row.fare
            told = f"{row.name}: {last.handler} at {last.position}: {last.reason}, {last.detail}"
            console.print(safe(told), style=_STYLES[last.state], soft_wrap=True)
