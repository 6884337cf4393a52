"""`cityhub tail`: the events of the log as they come, one line each."""

import asyncio
import shutil
import sys
from collections.abc import AsyncGenerator, Iterable
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec
import typer
from msgspec import Struct
from redis.exceptions import RedisError

from hub.cli.errors import CommandFailed
from hub.cli.running import Opened, open_log, run
from hub.cli.terminal import cut, errors, local, print_json, safe
from hub.log.log import Log
from hub.model.district import CODES
from hub.model.event import TICK, Logged
from hub.model.instant import text
from hub.settings import Settings

ENTRIES = 64
"""Stream entries asked for at a time in each partition."""
BLOCK = 100
"""Milliseconds to wait for events: how late a line may be for the sake of the order."""
RETRY_SECONDS = 0.5


class Filter(Struct, frozen=True):
    """Which events are shown: globs of type and source, a district; empty for all but ticks."""

    type: str = ""
    source: str = ""
    district: str = ""

    def passes(self, logged: Logged) -> bool:
        """Return whether an event is shown."""
        event = logged.event
        if not self.type and event.type == TICK:
            return False
        return (
            (not self.type or fnmatchcase(event.type, self.type))
            and (not self.source or fnmatchcase(event.source, self.source))
            and self.district in ("", event.district)
        )


def tail(
    ctx: typer.Context,
    *,
    type_: Annotated[str, typer.Option("--type", metavar="GLOB", help="city.parking.*")] = "",
    source: Annotated[str, typer.Option(metavar="GLOB", help="/parking/lot-00*")] = "",
    district: Annotated[str, typer.Option(metavar="CODE", help="6 digits: 210102")] = "",
    partition: Annotated[str, typer.Option(metavar="NAME", help="city, d1, …")] = "",
    from_: Annotated[
        str, typer.Option("--from", metavar="POINT", help="beginning, now or an ordinal")
    ] = "now",
    count: Annotated[int, typer.Option(min=0, help="end after so many events; 0: never")] = 0,
    json: Annotated[bool, typer.Option("--json", help="one JSON object a line")] = False,
) -> None:
    """Show the events of the log as they come, until Ctrl-C; ticks only if --type asks for them."""
    if district and district not in CODES:
        known = ", ".join(sorted(CODES))
        raise CommandFailed(f"{district!r} is no district of Shenyang", f"give one of {known}")
    wanted = Filter(type_, source, district)
    try:
        run(_tail(ctx.obj, wanted, partition, from_, count, json=json))
    except KeyboardInterrupt:
        return  # Ctrl-C is how one ends it


async def _tail(
    settings: Settings, wanted: Filter, partition: str, start: str, count: int, *, json: bool
) -> None:
    shown = 0
    async with open_log(settings) as opened:
        logs = _logs(opened, partition)
        async for logged in follow(logs, await _starts(logs, start)):
            if not wanted.passes(logged):
                continue
            _show(logged, json=json)
            shown += 1
            if shown == count:
                return


def _logs(opened: Opened, partition: str) -> list[Log]:
    names = opened.partitioning.names
    if partition and partition not in names:
        raise CommandFailed(f"no partition {partition!r} here", f"give one of {', '.join(names)}")
    return [Log(opened.redis, name) for name in names if partition in ("", name)]


async def _starts(logs: list[Log], start: str) -> dict[str, int]:
    """Return the ordinal after which each partition is shown."""
    if start == "now":
        return {log.partition: (await log.head()).ordinal for log in logs}
    if start == "beginning":
        return {log.partition: 0 for log in logs}
    if not (start.isascii() and start.isdigit()):
        raise CommandFailed(f"--from {start!r} is no point", "give beginning, now or an ordinal")
    if len(logs) > 1:
        remedy = f"say which: --partition {logs[-1].partition}"
        raise CommandFailed("an ordinal counts the events of one partition", remedy)
    return {logs[0].partition: max(0, int(start) - 1)}


async def follow(logs: list[Log], after: dict[str, int]) -> AsyncGenerator[Logged, None]:
    """Yield events of all logs for ever, in the order (log time, partition, ordinal).

    What one partition has of a time that another may not have reached yet is read again later.
    """
    away = False
    while True:
        try:
            pages = await asyncio.gather(
                *(log.read(after[log.partition], ENTRIES, BLOCK) for log in logs)
            )
        except RedisError as error:
            if not away:
                errors().print(f"Redis is away ({safe(str(error))}): waiting for it")
            away = True
            await asyncio.sleep(RETRY_SECONDS)
            continue
        away = False
        for logged in merged(pages):
            after[logged.position.partition] = logged.position.ordinal
            yield logged


def merged(pages: Iterable[list[Logged]]) -> list[Logged]:
    """Return the events of several partitions in order, up to where the shortest page ends."""
    known = [page for page in pages if page]
    if not known:
        return []
    limit = min(page[-1].time for page in known)
    found = [logged for page in known for logged in page if logged.time <= limit]
    return sorted(found, key=lambda logged: (logged.time, logged.position))


def _show(logged: Logged, *, json: bool) -> None:
    if json:
        print_json(described(logged))
    else:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
        sys.stdout.write(line(logged, width) + "\n")
    sys.stdout.flush()  # a pipe shows it at once too


def line(logged: Logged, width: int | None) -> str:
    """Return an event in at most ``width`` cells: position, log time, type, source, data."""
    event = logged.event
    flags = f" [{' '.join(event.flags)}]" if event.flags else ""
    about = event.source + (f" ({event.subject})" if event.subject else "")
    data = event.data.decode("utf-8", "backslashreplace")
    facts = f"{logged.position!s:<12} {local(logged.time)}  {event.type}  {about}{flags}  {data}"
    return cut(safe(facts), width)


def described(logged: Logged) -> dict[str, object]:
    """Return an event as `--json` shows it: names as in CloudEvents, times RFC 3339 UTC."""
    event = logged.event
    return {
        "position": str(logged.position),
        "logtime": text(logged.time),
        "id": event.id,
        "source": event.source,
        "type": event.type,
        "time": None if event.time is None else text(event.time),
        "district": event.district,
        "sequence": event.sequence,
        "subject": event.subject,
        "flags": event.flags,
        "data": _data(event.data),
    }


def _data(raw: bytes) -> object:
    """Return data as JSON, or as text where it is none."""
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return raw.decode("utf-8", "backslashreplace")
