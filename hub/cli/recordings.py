"""`cityhub record info|recover|export`: what is in a file, what is left of it, as a table."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from hub.archive.errors import ArchiveError, BadReplay, Truncated
from hub.archive.export import data_columns, write_csv, write_parquet
from hub.archive.recording import read_recording
from hub.archive.recover import recover as recovered
from hub.archive.replay_select import Selection, check_filter
from hub.archive.survey_file import Contents, survey
from hub.cli.errors import CommandFailed
from hub.cli.terminal import cell, errors, local_text, output, print_json, safe
from hub.model.event import Logged

File = Annotated[Path, typer.Argument(metavar="FILE", help="the recording, FILE.mcap")]
Json = Annotated[bool, typer.Option("--json", help="print the figures as JSON")]
TYPES = 20
"""Most types shown in a table; `--json` has all."""


class Format(StrEnum):
    """What a recording is exported as."""

    CSV = "csv"
    PARQUET = "parquet"


def info(file: File, *, json: Json = False) -> None:
    """Describe a recording: what it says of itself, what is in it, whether it is whole."""
    with _told(file), _spinning("reading") as progress:
        found = survey(file, progress)
    if json:
        print_json(found)
    else:
        _show(file, found)
    if found.problem:
        raise CommandFailed(
            f"{file}: {found.problem}", "`cityhub record recover` makes a whole file of the rest"
        )


def recover(
    file: File,
    *,
    to: Annotated[Path | None, typer.Option("--output", help="default: FILE-recovered")] = None,
    json: Json = False,
) -> None:
    """Make a whole recording of one that was cut off or damaged: all that can be read of it."""
    target = to or file.with_name(f"{file.stem}-recovered{file.suffix}")
    with _told(target):
        try:
            with target.open("xb") as stream:
                found = recovered(file, stream)
        except ArchiveError:
            target.unlink()
            raise
    if json:
        figures = {"written": str(target), "messages": found.messages, "problem": found.problem}
        print_json(figures)
        return
    lost = found.problem or "it was whole"
    output().print(f"{safe(str(target))}: {found.messages:,} messages ({safe(lost)})")


def export(
    file: File,
    *,
    to: Annotated[Path, typer.Option("--output", help="the table to write")],
    format_: Annotated[Format, typer.Option("--format", help="csv or parquet")] = Format.CSV,
    flat: Annotated[bool, typer.Option(help="one column for each field of data")] = False,
    topic: Annotated[
        list[str] | None, typer.Option(help="only this MQTT filter; repeatable")
    ] = None,
    json: Json = False,
) -> None:
    """Export a recording as a table, one row an event."""
    selection = Selection(topics=tuple(topic or ()))
    with _told(to):
        for pattern in selection.topics:
            check_filter(pattern)
        with _spinning("export") as progress:
            columns = data_columns(_chosen(file, selection)) if flat else None
            write = write_csv if format_ is Format.CSV else write_parquet
            rows = write(_chosen(file, selection), to, columns, progress)
    if json:
        print_json({"written": str(to), "rows": rows, "bytes": to.stat().st_size})
    else:
        output().print(f"{safe(str(to))}: {rows:,} rows, {to.stat().st_size / 1e6:.1f} MB")


def _chosen(file: Path, selection: Selection) -> Iterator[Logged]:
    yield from selection.take(read_recording(file))


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Tell what went wrong in one sentence."""
    try:
        yield
    except FileExistsError as error:
        raise CommandFailed(f"{target} exists", "give another name, or remove it") from error
    except BadReplay as error:
        raise CommandFailed(error.problem, error.remedy) from error
    except Truncated as error:
        remedy = "`cityhub record recover` makes a whole file of what is left"
        raise CommandFailed(str(error), remedy) from error
    except (ArchiveError, OSError) as error:
        raise CommandFailed(str(error), "give a recording of CityHub, FILE.mcap") from error


@contextmanager
def _spinning(what: str) -> Iterator[Callable[[int], None]]:
    columns = SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn()
    console = errors()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task(what, total=None)
        yield lambda count: shown.update(task, description=f"{what}: {count:,}")


def _show(file: Path, found: Contents) -> None:
    table = Table(show_header=False, box=None)
    table.add_row("file", cell(str(file)))
    table.add_row("kind", found.kind)
    table.add_row("whole", "no" if found.problem else "yes")
    for name, value in sorted(found.facts.items()):
        table.add_row(cell(name), cell(value))
    if found.first:
        table.add_row("first", local_text(found.first))
        table.add_row("last", local_text(found.last))
    table.add_row("retained", f"{found.retained:,}")
    table.add_row("messages", f"{found.messages:,}")
    ordered = sorted(found.topics.items(), key=lambda item: (-item[1], item[0]))
    for name, count in islice(ordered, TYPES):
        table.add_row(cell(f"  {name}"), f"{count:,}")
    if len(ordered) > TYPES:
        table.add_row(f"  … {len(ordered) - TYPES} more", "")
    output().print(table)
