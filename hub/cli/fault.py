"""`cityhub fault`: damage a recording by a faults file, and say what kinds of faults there are."""

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from hub.archive.errors import ArchiveError, BadReplay
from hub.archive.faults.file import load_faults
from hub.archive.faults.inject import Injection
from hub.archive.faults.kinds import Kind
from hub.archive.recording import read_facts, read_recording
from hub.archive.writer import RecordingWriter
from hub.cli.errors import CommandFailed
from hub.cli.terminal import cell, output, print_json
from hub.model.event import Logged
from hub.settings import Settings

app = typer.Typer(
    help="Faults: what goes wrong between a device and the hub.", no_args_is_help=True
)

STEP = 500
"""Events between two steps of the progress bar."""


@app.command()
def kinds() -> None:
    """List the kinds of faults with the keys of each."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("kind", "what", "its own keys"):
        table.add_column(column, overflow="fold")
    for kind in get_args(Kind):
        what = str(kind.__doc__).partition("\n")[0].replace("`", "")
        keys = ", ".join(sorted(kind.__annotations__))
        table.add_row(cell(str(kind.__struct_config__.tag)), cell(what), cell(keys))
    output().print(table)


@app.command()
def apply(
    ctx: typer.Context,
    recording: Annotated[Path, typer.Argument(metavar="IN", help="the recording, IN.mcap")],
    damaged: Annotated[Path, typer.Argument(metavar="OUT", help="the damaged one, OUT.mcap")],
    *,
    faults: Annotated[Path, typer.Option(help="the faults file (TOML)")],
    seed: Annotated[int, typer.Option(help="the same seed gives the same damage")] = 1,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Write a recording damaged by faults; which ones and the seed stand in its metadata."""
    settings: Settings = ctx.obj
    try:
        injection = Injection(load_faults(faults), seed, settings.partitioning)
        written = _apply(recording, damaged, injection)
    except (ArchiveError, OSError) as error:
        raise CommandFailed(f"fault apply failed: {error}", "check the files") from error
    if json:
        struck = {str(number): count for number, count in injection.struck.items()}
        print_json({"events": written, "faults": struck})
        return
    for number, count in injection.struck.items():
        print(f"fault {number} struck {count} readings")
    print(f"{written} events written")


def _apply(recording: Path, damaged: Path, injection: Injection) -> int:
    facts = read_facts(recording)
    partial = damaged.with_name(f"{damaged.name}.partial")
    if damaged.exists() and damaged.samefile(recording):
        raise BadReplay("the output is the input", "Name another file")
    run = {name: value for name, value in facts.run.items() if name != "format"}
    log = injection.inject(_counted(recording, facts.total))
    # Retained state stands at the start and is not struck: it comes out first, as it went in.
    retained = list(islice(log, facts.total - facts.events))
    written = 0
    try:
        with (
            partial.open("wb") as stream,
            RecordingWriter(stream, run | injection.facts(), retained) as writer,
        ):
            for logged in log:
                writer.write(logged)
                written += 1
        partial.replace(damaged)
    finally:
        partial.unlink(missing_ok=True)
    return written


def _counted(recording: Path, total: int) -> Iterator[Logged]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("fault", total=total or None)
        for done, logged in enumerate(read_recording(recording), start=1):
            if done % STEP == 0:
                bar.update(task, completed=done)
            yield logged
