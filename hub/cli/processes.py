"""The commands that run one process of the hub each: ingest, work, act, archive, serve."""

import asyncio
from typing import Annotated

import typer

from hub.cli.errors import CommandFailed
from hub.edge import configure_logging


def ingest(ctx: typer.Context) -> None:
    """Take readings from the broker into the log."""
    from hub.ingest.app import run  # noqa: PLC0415 a command imports only what it runs

    configure_logging(ctx.obj)
    asyncio.run(run(ctx.obj))


def work(
    ctx: typer.Context,
    partition: Annotated[
        list[str] | None, typer.Option(help="work this partition only; may be repeated")
    ] = None,
) -> None:
    """Run the scenarios on the log."""
    from hub.work.app import run  # noqa: PLC0415 as above

    partitions, names = tuple(partition or ()), ctx.obj.partitioning.names
    for name in partitions:
        if name not in names:
            known = ", ".join(names)
            raise CommandFailed(f"{name!r} is no partition of this city", f"choose among {known}")
    configure_logging(ctx.obj)
    asyncio.run(run(ctx.obj, partitions))


def act(ctx: typer.Context) -> None:
    """Carry out what the scenarios put out: commands, forwarded events."""
    from hub.act.app import run  # noqa: PLC0415 as above

    configure_logging(ctx.obj)
    asyncio.run(run(ctx.obj))


def archive(ctx: typer.Context) -> None:
    """Write the log and what follows from it on to files: history, cuts, audits."""
    from hub.archive.app import run  # noqa: PLC0415 as above

    configure_logging(ctx.obj)
    asyncio.run(run(ctx.obj))


def serve(ctx: typer.Context) -> None:
    """Serve the page, the API and the websocket."""
    from hub.serve.app import run  # noqa: PLC0415 as above

    configure_logging(ctx.obj)
    asyncio.run(run(ctx.obj))
