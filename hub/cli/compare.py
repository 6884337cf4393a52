"""`cityhub compare`: do two runs tell of the same city, and if not, where do they part?"""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from hub.archive.compare import Comparison, Divergence, Rules, compare
from hub.archive.errors import ArchiveError
from hub.archive.golden import Told, read_golden
from hub.archive.replay_golden import golden_lines
from hub.archive.replay_plan import Plan
from hub.cli.errors import CommandFailed
from hub.cli.terminal import as_json, print_json, safe
from hub.settings import Settings

Ignore = Annotated[
    list[str] | None,
    typer.Option(help="a path that may differ: at, cause, data.text, data.*.time; repeatable"),
]
Tolerance = Annotated[
    float, typer.Option(min=0, help="how far numbers may differ: a share, absolute below 1")
]
SHOWN_CHARACTERS = 600
"""Most of a line that is shown: the file has it all."""


class _Figures(Struct, frozen=True):
    equal: bool
    lines: int
    divergence: Divergence | None


def compare_command(
    ctx: typer.Context,
    expected: Annotated[Path, typer.Argument(metavar="A", help="a golden output or a recording")],
    found: Annotated[Path, typer.Argument(metavar="B", help="a golden output or a recording")],
    *,
    ignore: Ignore = None,
    tolerance: Tolerance = 0.0,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Compare two runs line by line; exit 1 at the first divergence, which is shown.

    A recording (FILE.mcap) stands for what today's scenarios make of it.
    """
    settings: Settings = ctx.obj
    try:
        one, other = _lines(settings, expected), _lines(settings, found)
        result = compare(one, other, rules(ignore, tolerance))
    except (ArchiveError, OSError) as error:
        raise CommandFailed(f"compare failed: {error}", "check both files") from error
    if json:
        print_json(_Figures(result.equal, result.lines, result.divergence))
    elif result.equal:
        print(f"equal: {result.lines} lines")
    else:
        print_divergence(result, str(expected), str(found))
    if not result.equal:
        raise typer.Exit(1)


def rules(ignore: list[str] | None, tolerance: float) -> Rules:
    """Return the rules of the options."""
    return Rules(tuple(ignore or ()), tolerance)


def print_divergence(result: Comparison, one: str, other: str) -> None:
    """Show where two outputs part, and what caused it."""
    parted = result.divergence
    if parted is None:
        return
    print(f"{result.lines} lines are equal, line {parted.line} is not")
    if parted.path:
        print(f"  at {safe(parted.path)}: {safe(parted.expected_value)} became", end=" ")
        print(safe(parted.found_value))
    for name, line in ((one, parted.expected), (other, parted.found)):
        if line is None:
            print(f"  {safe(name)}: ends here")
        else:
            print(f"  {safe(name)}: {safe(as_json(line)[:SHOWN_CHARACTERS])}")
            print(f"    caused by {safe(str(line.get('cause') or line.get('by')))}")


def _lines(settings: Settings, file: Path) -> Iterator[Told]:
    with file.open("rb") as opened:
        recording = opened.read(1) != b"{" and file.suffix == ".mcap"
    if not recording:
        return read_golden(file)
    plan = Plan(file, setting=settings.scenarios, partitioning=settings.partitioning)
    return golden_lines(plan)
