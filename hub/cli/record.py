"""`cityhub record`: record the running city, cut the archive, mend, describe and export files."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, time_ns
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from typer.core import TyperGroup

from hub.archive.cut import Stretch, cut
from hub.archive.errors import ArchiveError, BadReplay
from hub.archive.record import Recorder, retained_now
from hub.archive.replay_select import Selection, check_filter
from hub.archive.spans import chosen
from hub.cli.errors import CommandFailed
from hub.cli.recordings import export, info, recover
from hub.cli.running import open_log, run
from hub.cli.tail import follow
from hub.cli.terminal import errors, output, print_json, safe
from hub.edge import pause, stop_event
from hub.log.birth import epoch
from hub.log.log import Log
from hub.model.instant import Instant, parse, text
from hub.sdk.loading import load_all
from hub.settings import Settings

LIVE = "live"
"""The command that `cityhub record FILE` means."""
STATUS_SECONDS = 0.5

_Texts = list[str] | None
Topic = Annotated[_Texts, typer.Option(help="only this MQTT filter, city/+/parking/#; repeatable")]
Scenario = Annotated[_Texts, typer.Option(help="only what this scenario hears; repeatable")]


class Recording(TyperGroup):
    """`record FILE` is `record live FILE`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # Any: typer's own copy of click
        """Find the command; what is none is the file of the usual one."""
        if args and args[0] not in self.commands:
            args = [LIVE, *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Recording,
    help="Record the running city: `record FILE`; cut, recover, describe and export recordings.",
    no_args_is_help=True,
)
app.command("info")(info)
app.command("recover")(recover)
app.command("export")(export)


@app.command(LIVE)
def live(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the recording, FILE.mcap")],
    *,
    topic: Topic = None,
    scenario: Scenario = None,
    duration: Annotated[float, typer.Option(min=0, help="seconds; 0: until Ctrl-C")] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Record the running city until Ctrl-C or for so long; `record FILE` for short."""
    selection = _selection(ctx.obj, topic, scenario)
    with _told("record", file):
        figures = run(_live(ctx.obj, file, selection, duration))
    _say(figures | {"bytes": file.stat().st_size}, as_json=json)


@app.command("cut")
def cut_command(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the recording, FILE.mcap")],
    *,
    since: Annotated[str, typer.Option("--from", help="RFC 3339: 2026-11-23T08:00:00+08:00")],
    until: Annotated[str, typer.Option("--to", help="RFC 3339; default: the newest")] = "",
    topic: Topic = None,
    scenario: Scenario = None,
    archive: Annotated[str, typer.Option(help="which epoch; default: the one of --from")] = "",
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Cut a recording out of the archive; what was retained at its start comes first."""
    settings: Settings = ctx.obj
    selection = _selection(settings, topic, scenario)
    start = _moment("--from", since)
    with _told("cut", file):
        span = chosen(settings.archive, archive, start)
        if span is None:
            raise CommandFailed(
                f"there is no archive in {settings.archive}",
                "give CITYHUB_DATA_DIR or CITYHUB_ARCHIVE_DIR of a city that ran",
            )
        stretch = Stretch(start, _moment("--to", until) if until else span.end)
        with _bar("cut", stretch) as progress:
            count = cut(settings.archive, span, stretch, file, selection.take, progress=progress)
    _say({"written": str(file), "events": count, "bytes": file.stat().st_size}, as_json=json)


async def _live(
    settings: Settings, file: Path, selection: Selection, duration: float
) -> dict[str, Any]:  # Any: JSON
    stop, began = stop_event(), monotonic()
    async with open_log(settings) as opened:
        logs = [Log(opened.redis, name) for name in opened.partitioning.names]
        after = {log.partition: (await log.head()).ordinal for log in logs}
        retained = await retained_now(opened.redis, logs, after)
        started = text(time_ns() // 1_000)
        facts = {"source": "live", "epoch": await epoch(opened.redis), "started": started}
        with Recorder(file, facts, retained, selection.take) as recorder:
            following = asyncio.create_task(recorder.follow(follow(logs, after)))
            tasks = [
                following,
                asyncio.create_task(recorder.flush(stop)),
                asyncio.create_task(_status(recorder, stop)),
                asyncio.create_task(pause(stop, duration or float("inf"))),
            ]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            stop.set()
            following.cancel()  # its connection carries no other command: it is closed next
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
    seconds = round(monotonic() - began, 1)
    return {"written": str(file), "events": recorder.events, "seconds": seconds}


async def _status(recorder: Recorder, stop: asyncio.Event) -> None:
    columns = TextColumn("{task.description}"), TimeElapsedColumn()
    console = errors()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as shown:
        task = shown.add_task("recording, Ctrl-C ends it", total=None)
        while not await pause(stop, STATUS_SECONDS):
            size = recorder.bytes / 1e6
            shown.update(
                task, description=f"{recorder.events:,} events, {size:.1f} MB, Ctrl-C ends"
            )


def _selection(settings: Settings, topic: _Texts, scenario: _Texts) -> Selection:
    try:
        for pattern in topic or ():
            check_filter(pattern)
    except BadReplay as error:
        raise CommandFailed(error.problem, error.remedy) from error
    types: frozenset[str] = frozenset()
    if scenario:
        registry = load_all(settings.scenarios)
        known = {each.name: each for each in registry.declarations}
        for name in scenario:
            if name not in known:
                raise CommandFailed(f"no scenario {name!r}", f"give one of {', '.join(known)}")
            types |= {handler.on for handler in known[name].handlers}
    return Selection(topics=tuple(topic or ()), types=types)


def _moment(option: str, given: str) -> Instant:
    try:
        return parse(given)
    except ValueError as error:
        remedy = "write it like 2026-11-23T08:00:00+08:00"
        raise CommandFailed(f"{option} {given!r} is no moment: {error}", remedy) from error


@contextmanager
def _told(what: str, file: Path) -> Iterator[None]:
    """Tell what went wrong in one sentence."""
    try:
        yield
    except FileExistsError as error:
        raise CommandFailed(f"{file} exists", "give another name, or remove it") from error
    except (ArchiveError, OSError) as error:
        raise CommandFailed(f"{what} failed: {error}", "see the message above") from error


@contextmanager
def _bar(what: str, stretch: Stretch) -> Iterator[Callable[[Instant], None]]:
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    length = max(1, stretch.end - stretch.start)
    console = errors()
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(what, total=length)
        yield lambda now: bar.update(task, completed=now - stretch.start)


def _say(figures: dict[str, Any], *, as_json: bool) -> None:  # Any: JSON
    if as_json:
        print_json(figures)
        return
    size = figures["bytes"] / 1e6
    output().print(f"{safe(figures['written'])}: {figures['events']:,} events, {size:.1f} MB")
