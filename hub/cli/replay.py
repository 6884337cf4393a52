"""`cityhub replay`: run a recording through the core, or send it over MQTT to a running city."""

from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from hub.archive.errors import ArchiveError
from hub.archive.replay_pace import FASTEST, SLOWEST
from hub.archive.replay_plan import Plan, Target
from hub.cli.compare import Ignore, Tolerance, rules
from hub.cli.errors import CommandFailed
from hub.cli.replay_run import Checks, run_core, run_mqtt
from hub.settings import Settings

_Texts = list[str] | None


def replay(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="the recording, FILE.mcap")],
    *,
    speed: Annotated[str, typer.Option(help="recorded seconds a second, 0.1-10000, or max")] = "",
    target: Annotated[Target, typer.Option(help="core: in process; mqtt: a broker")] = Target.CORE,
    loop: Annotated[int, typer.Option(min=0, help="rounds; 0: until stopped")] = 1,
    topic: Annotated[_Texts, typer.Option(help="only this MQTT filter; repeatable")] = None,
    scenario: Annotated[_Texts, typer.Option(help="only what this scenario hears")] = None,
    since: Annotated[str, typer.Option("--from", help="RFC 3339, or +15m: after the first")] = "",
    until: Annotated[str, typer.Option("--to", help="RFC 3339, or +15m: after the first")] = "",
    times: Annotated[str, typer.Option(help="original, now, or from this RFC 3339 on")] = "",
    faults: Annotated[Path | None, typer.Option(help="damage it by this faults file")] = None,
    seed: Annotated[int, typer.Option(help="seed of the faults")] = 1,
    as_recorded: Annotated[
        bool, typer.Option("--as-recorded", help="each partition by its own log, as it was worked")
    ] = False,
    against: Annotated[Path | None, typer.Option(help="hold it to this golden output")] = None,
    write_golden: Annotated[Path | None, typer.Option(help="write its golden output")] = None,
    ignore: Ignore = None,
    tolerance: Tolerance = 0.0,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Replay a recording. The core needs no broker and no Redis; its last line is the digest.

    In a terminal: space pauses, s lets one event pass, a runs until an alert, q ends.
    """
    settings: Settings = ctx.obj
    plan = Plan(
        file=file,
        target=target,
        rounds=loop,
        topics=tuple(topic or ()),
        scenarios=tuple(scenario or ()),
        since=since,
        until=until,
        times=times,
        faults=faults,
        seed=seed,
        as_recorded=as_recorded,
        setting=settings.scenarios,
        partitioning=settings.partitioning,
        now=time_ns() // 1_000,
    )
    checks = Checks(against, write_golden, rules(ignore, tolerance))
    try:
        if target is Target.CORE:
            run_core(plan, _speed(speed or "max"), checks, as_json=json)
        elif checks.wanted:
            problem = "over MQTT the outputs are those of the running hub"
            raise CommandFailed(problem, "leave --target mqtt away")
        else:
            run_mqtt(settings.mqtt, plan, _speed(speed or "1"), as_json=json)
    except (ArchiveError, OSError) as error:
        raise CommandFailed(f"replay failed: {error}", "check the file and the options") from error


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not SLOWEST <= value <= FASTEST:
        remedy = f"give a number from {SLOWEST:g} to {FASTEST:g}, or max"
        raise CommandFailed(f"--speed {text!r} is no speed", remedy)
    return value
