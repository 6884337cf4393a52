"""`cityhub deadletters redrive`: let what failed or was missed come again, in order."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from hub.cli.running import open_log, run
from hub.cli.scenario_control import act
from hub.cli.terminal import errors, output, print_json, safe
from hub.log.clock import read_clock, real_now
from hub.model.instant import CityClock
from hub.settings import Settings
from hub.work.redrive import Redriver, Report


def redrive(
    ctx: typer.Context,
    *,
    scenario: Annotated[str, typer.Option(help="only what this scenario failed on or missed")] = "",
    position: Annotated[str, typer.Option(help="only this position, such as d1/1234")] = "",
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Run letters' events and what quarantined scenarios missed again, by those alone.

    A scenario in quarantine is released behind the last event it missed. Exit 1 when something was
    given up.

    What failed in a plain timer, or on an event that was derived of the one at its position, cannot
    come again: its letter only tells (the counter redriven-for-nobody).
    """
    from hub.cli.deadletters import ordinal_of  # noqa: PLC0415 it mounts this command

    if position:
        ordinal_of(position)
    if scenario:
        act(ctx.obj, "redrive", scenario)  # noted in the log: who asked for it, and when
    reports = run(_redrive(ctx.obj, scenario, position))
    if json:
        print_json({"items": reports})
    else:
        _print(reports)
    if any(report.stopped for report in reports):
        raise typer.Exit(1)


async def _redrive(settings: Settings, scenario: str, position: str) -> list[Report]:
    reports: list[Report] = []
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=errors()
    )
    async with open_log(settings) as opened:
        clock = await read_clock(opened.redis) or CityClock()
        with bar:
            for partition in opened.partitioning.names:
                if position and position.partition("/")[0] != partition:
                    continue
                redriver = Redriver(opened.redis, partition, lambda: clock.at(real_now()))
                for plan in await redriver.plans(scenario, position):
                    name = f"{safe(plan.scenario)} in {partition}"
                    task = bar.add_task(name, total=plan.events)
                    advance = lambda done, task=task: bar.advance(task, done)  # noqa: E731 one act
                    reports.append(await redriver.run(plan, advance))
    return reports


def _print(reports: list[Report]) -> None:
    console = output()
    if not reports:
        console.print("nothing to redrive")
    for report in reports:
        console.print(f"{safe(report.scenario)} in {report.partition}: {report.redriven} redriven")
        if report.gone:
            console.print(f"  {report.gone} are no longer in the log: they cannot come again")
        if report.failed:
            console.print(f"  {report.failed} failed again: see cityhub deadletters list")
        if report.released:
            console.print("  released")
        if report.stopped:
            console.print(f"  given up: {safe(report.stopped)}", style="red")
