"""`cityhub reset`: begin anew. Removes the data of `demo`, or the hub's keys in a given Redis."""

import fcntl
import shutil
from pathlib import Path

import typer
from redis import Redis

from hub.cli.errors import CommandFailed
from hub.log.keys import NAMESPACE
from hub.settings import Settings


def reset(
    ctx: typer.Context,
    yes: bool = typer.Option(False, "--yes", "-y", help="do not ask"),  # noqa: FBT001 typer's way
) -> None:
    """Begin anew: forget the log and everything that follows from it."""
    settings: Settings = ctx.obj
    what = settings.redis_url.rpartition("@")[2] if settings.redis_url else settings.data_dir
    if not yes and not typer.confirm(f"forget everything in {what}?"):
        raise typer.Exit(1)
    if settings.redis_url:
        typer.echo(f"removed {_forget_keys(settings.redis_url)} keys")
    else:
        _remove(settings.data_dir)
        typer.echo(f"removed {settings.data_dir}")


def _forget_keys(url: str) -> int:
    client = Redis.from_url(url)
    removed = 0
    for key in client.scan_iter(f"{NAMESPACE}:*", count=1_000):
        removed += int(client.unlink(key))
    return removed


def _remove(data_dir: Path) -> None:
    lock = data_dir / "lock"
    if not lock.is_file():
        # Only a folder that `demo` made has one: nothing else is ever removed.
        if data_dir.exists():
            raise CommandFailed(f"{data_dir} is not a data folder of cityhub", "check the path")
        return
    with lock.open("w", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            remedy = "stop it with Ctrl-C first"
            raise CommandFailed(f"a demo runs on {data_dir}", remedy) from None
        shutil.rmtree(data_dir)
