"""`cityhub doctor`: is this machine fit, and is the city well? Each trouble with its remedy."""

import asyncio
from typing import Annotated

import typer

from hub.cli.finding import Finding, Verdict, show
from hub.cli.running import NOTE, locate
from hub.cli.terminal import errors, print_json
from hub.log.connection import connect
from hub.settings import Settings


def doctor(
    ctx: typer.Context,
    *,
    json: Annotated[bool, typer.Option("--json", help="print the findings as JSON")] = False,
) -> None:
    """Check the machine and the running city; exit 1 when something fails."""
    with errors().status("looking"):
        found = asyncio.run(examine(ctx.obj))
    failed = any(each.verdict is Verdict.FAIL for each in found)
    if json:
        print_json({"ok": not failed, "findings": found})
    else:
        show(found)
    if failed:
        raise typer.Exit(1)


async def examine(settings: Settings) -> list[Finding]:
    """Return all findings: the machine's first, then the city's."""
    from hub.cli import city_checks, machine_checks  # noqa: PLC0415 only what it runs

    where = locate(settings)
    noted = (settings.data_dir / NOTE).exists()
    # Threads: each waits for an answer that may not come.
    web = await asyncio.to_thread(
        city_checks.web, where.http, settings.access_token, expected=noted
    )
    running = noted or web.open
    broker = await asyncio.to_thread(
        city_checks.broker, where.mqtt, expected=running or bool(settings.mqtt_url)
    )
    client = connect(where.redis)
    try:
        redis = await city_checks.redis(
            where.redis, client, settings, expected=running or bool(settings.redis_url)
        )
    finally:
        await client.aclose()
    doors = (redis, broker, web)
    ours = frozenset(door.port for door in doors if door.open)
    machine = await asyncio.to_thread(machine_checks.machine, settings, ours)
    return machine + [finding for door in doors for finding in door.findings]
