"""`cityhub import`: feeds become a recording."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from hub.archive.errors import ArchiveError
from hub.archive.importer import import_feeds
from hub.archive.mapping_file import find_mapping, load_mapping
from hub.cli.terminal import safe


def import_command(
    feeds: Annotated[
        list[Path],
        typer.Argument(help="CSV, JSON, Parquet, MCAP, as the mapping says", metavar="FEED"),
    ],
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping", help="a mapping file, or the name of one of ours: aarhus, nab, rangsit"
        ),
    ],
    output: Annotated[Path, typer.Option("--output", help="the recording to write, FILE.mcap")],
    *,
    json: Annotated[bool, typer.Option("--json", help="print the report as JSON")] = False,
) -> None:
    """Import feeds into one recording; bad rows are reported and stop nothing."""
    errors = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    try:
        chosen = load_mapping(find_mapping(mapping))
        with Progress(*columns, console=errors, transient=True) as bar:
            task = bar.add_task("import", total=None)
            report = import_feeds(
                feeds,
                chosen,
                output,
                lambda done, size: bar.update(task, completed=done, total=size),
            )
    except (ArchiveError, OSError) as error:
        errors.print(
            f"import failed: {safe(str(error))}", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from error
    if json:
        sys.stdout.write(report.to_json().decode() + "\n")
        return
    console = Console()
    console.print(report.table())
    console.print(f"written: {safe(str(output))}", markup=False, highlight=False, soft_wrap=True)
