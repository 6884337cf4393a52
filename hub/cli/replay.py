"""`cityhub replay`: run a recording through the core, or send it over MQTT to a running city."""

import json as json_module
import signal
import sys
import threading
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from hub.archive.errors import ArchiveError
from hub.archive.recording import read_facts, read_recording
from hub.archive.replay_mqtt import replay_mqtt
from hub.cli.errors import CommandFailed
from hub.core.city import City
from hub.core.digest import Digest
from hub.sdk.loading import load_all
from hub.settings import Settings

STEP = 2_000
"""Events between two steps of the progress bar."""


class Target(StrEnum):
    """Where a recording goes."""

    CORE = "core"
    MQTT = "mqtt"


def replay(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the recording, FILE.mcap")],
    *,
    speed: Annotated[str, typer.Option(help="recorded seconds per second, or max")] = "",
    target: Annotated[Target, typer.Option(help="core: in process; mqtt: a broker")] = Target.CORE,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Replay a recording. The core needs no broker and no Redis; its last line is the digest."""
    try:
        if target is Target.CORE:
            if speed not in ("", "max"):
                raise CommandFailed(
                    "the core has no speed: it runs in log time, as fast as it can",
                    "leave --speed away, or replay with --target mqtt",
                )
            _core(ctx.obj, file, json=json)
        else:
            _mqtt(ctx.obj, file, _speed(speed or "1"), json=json)
    except (ArchiveError, OSError) as error:
        raise CommandFailed(f"replay failed: {error}", "check the file and the broker") from error


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if value <= 0:
        raise CommandFailed(f"--speed {text!r} is no speed", "give a number above 0, or max")
    return value


def _core(settings: Settings, file: Path, *, json: bool) -> None:
    total = read_facts(file).total
    digest = Digest()
    city = City(load_all(settings.scenarios), digest.take, settings.partitioning)
    started, count = perf_counter(), 0
    with _bar() as bar:
        task = bar.add_task("replay", total=total or None)
        for logged in read_recording(file):
            city.append(logged.position.partition, logged.event, logged.time)
            count += 1
            if count % STEP == 0:
                bar.update(task, completed=count)
    seconds = perf_counter() - started
    final = digest.close([city.machine(name) for name in city.partitioning.names])
    figures = {"events": count, "seconds": round(seconds, 3), "outputs": digest.outputs}
    if json:
        print(json_module.dumps({**figures, "digest": final}))
        return
    outputs = ", ".join(f"{number} {kind}" for kind, number in sorted(digest.outputs.items()))
    print(f"{count} events in {seconds:.1f} s ({count / seconds:,.0f}/s): {outputs}")
    print(f"digest {final}")


def _mqtt(settings: Settings, file: Path, speed: float | None, *, json: bool) -> None:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _bar() as bar:
        task = bar.add_task("replay", total=None)
        report = replay_mqtt(
            file,
            settings.mqtt,
            lambda done, total: bar.update(task, completed=done, total=total or None),
            speed=speed,
            stop=stop,
        )
    sent = report.retained + report.readings
    figures = {"sent": sent, "acknowledged": report.acknowledged, "left_out": report.left_out}
    if json:
        print(json_module.dumps(figures))
    else:
        print(f"{sent} sent, {report.acknowledged} acknowledged by the broker")
    if report.acknowledged < sent:
        raise typer.Exit(1)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    console = Console(file=sys.stderr)
    return Progress(*columns, TimeRemainingColumn(), console=console, transient=True)
