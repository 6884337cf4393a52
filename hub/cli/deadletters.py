"""`cityhub deadletters`: what could not be used, with the reason and the original."""

from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from hub.cli.errors import CommandFailed
from hub.cli.redrive import redrive
from hub.cli.running import Opened, open_log, run
from hub.cli.terminal import cell, local_text, output, print_json, safe
from hub.log.tables import Tables
from hub.model.letter import DeadLetter
from hub.settings import Settings

app = typer.Typer(help="Messages and events that could not be used.", no_args_is_help=True)

app.command()(redrive)

_decode = msgspec.json.Decoder(DeadLetter).decode


@app.command("list")
def list_(
    ctx: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, help="most letters to show")] = 20,
    reason: Annotated[str, typer.Option(help="only those with this reason: not-json, …")] = "",
    json: Annotated[bool, typer.Option("--json", help="print them as JSON")] = False,
) -> None:
    """List dead letters, newest first."""
    found = [each for each in run(_letters(ctx.obj)) if reason in ("", each.reason)]
    shown = newest_first(found)[:limit]
    if json:
        print_json({"items": shown, "total": len(found)})
        return
    console = output()
    if not found:
        console.print("no dead letters" + (f" with the reason {safe(reason)}" if reason else ""))
        return
    for each in shown:
        _print_line(each, console)
    console.print(f"{len(shown)} of {len(found)}; `cityhub deadletters show POSITION` tells more")


@app.command()
def show(
    ctx: typer.Context,
    position: Annotated[str, typer.Argument(metavar="POSITION", help="such as d1/1234")],
    *,
    json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
) -> None:
    """Show all that is known of the dead letter at a position, with its original."""
    ordinal_of(position)
    found = [each for each in run(_letters(ctx.obj)) if each.position == position]
    if not found:
        raise CommandFailed(
            f"no dead letter at {position}",
            "see `cityhub deadletters list`; the oldest are dropped beyond 10,000 a partition",
        )
    if json:
        # Several handlers may fail on one event: each has its letter.
        print_json({"items": found})
        return
    for each in found:
        _print(each)


def newest_first(letters: list[DeadLetter]) -> list[DeadLetter]:
    """Return the letters of all partitions in one order: by time, partition, ordinal."""
    return sorted(letters, key=_age, reverse=True)


def ordinal_of(position: str) -> int:
    """Return the ordinal of a position, or raise CommandFailed when it is none."""
    partition, _, ordinal = position.rpartition("/")
    if not partition or not (ordinal.isascii() and ordinal.isdigit()):
        raise CommandFailed(f"{position!r} is no position", "give PARTITION/ORDINAL: d1/1234")
    return int(ordinal)


def _age(letter: DeadLetter) -> tuple[str, str, int]:
    return letter.time, letter.position.partition("/")[0], ordinal_of(letter.position)


async def _letters(settings: Settings) -> list[DeadLetter]:
    async with open_log(settings) as opened:
        return await read(opened)


async def read(opened: Opened) -> list[DeadLetter]:
    """Return the dead letters that are kept, of all partitions."""
    found: dict[tuple[str, str], DeadLetter] = {}
    for partition in opened.partitioning.names:
        # A scan may give a field twice.
        async for name, value in Tables(opened.redis, partition).scan("letters"):
            found[partition, name] = _decode(value)
    return [found[key] for key in sorted(found)]


def _print_line(letter: DeadLetter, console: Console) -> None:
    """Print a letter in two lines: where, when, why and what came, then the detail."""
    reason = safe(letter.reason)
    about = f"{safe(letter.topic) or '(no topic)'}, {letter.size} bytes"
    head = Text.assemble(
        (f"{letter.position:<12} ", "bold"),
        f"{local_text(letter.time)}  ",
        (f"{reason} ", "yellow"),
    )
    console.print(head, Text(about), soft_wrap=True)
    detail = letter.detail.strip().splitlines()
    if detail:  # the last line of a traceback says what was wrong
        console.print(Text(f"    {safe(detail[-1])}", style="dim"), soft_wrap=True)


def _print(letter: DeadLetter) -> None:
    console = output()
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("position", letter.position)
    table.add_row("time", f"{local_text(letter.time)} (Asia/Shanghai)")
    table.add_row("topic", cell(letter.topic))
    table.add_row("reason", cell(letter.reason, "yellow"))
    if letter.handler:
        table.add_row("handler", cell(letter.handler))
    size = f"{letter.size} bytes, {letter.encoding}"
    table.add_row("original", size + (", cut" if letter.truncated else ""))
    console.print(table)
    # A traceback has lines of its own; an original is one message, shown as it came.
    for line in letter.detail.splitlines():
        console.print(f"  {safe(line)}", soft_wrap=True)
    console.print(safe(letter.original), soft_wrap=True)
