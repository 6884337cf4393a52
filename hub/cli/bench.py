"""`cityhub bench`: how much the running city takes, how fast it shows it, what it costs."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from hub.cli.errors import CommandFailed
from hub.cli.running import START, locate, open_log, run
from hub.cli.terminal import errors, output, print_json
from hub.settings import Settings

if TYPE_CHECKING:
    from hub.bench.plan import Plan
    from hub.bench.report import Report


def bench(
    ctx: typer.Context,
    *,
    rate: Annotated[str, typer.Option(help="readings a second, or max")] = "1000",
    seconds: Annotated[float, typer.Option(min=1, max=600, help="how long to publish")] = 20,
    devices: Annotated[int, typer.Option(min=1, max=10_000, help="devices that publish")] = 1_000,
    json: Annotated[bool, typer.Option("--json", help="print the figures as JSON")] = False,
) -> None:
    """Measure a running city with devices of its own; exit 1 when anything was lost or doubled."""
    from hub.bench.plan import MOST_READINGS, Plan  # noqa: PLC0415 a command imports only what it runs
    from hub.bench.report import tables  # noqa: PLC0415 as above

    chosen = _rate(rate, MOST_READINGS / seconds)
    plan = Plan(chosen, seconds, devices, secrets.token_hex(4))
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=errors(), transient=True) as bar:
        task = bar.add_task("bench", total=1.0)
        report = run(
            _bench(
                ctx.obj,
                plan,
                lambda what, share: bar.update(task, description=what, completed=share),
            )
        )
    if json:
        print_json(report)
    else:
        output().print(tables(report))
    if not report.faultless:
        raise typer.Exit(1)


async def _bench(settings: Settings, plan: "Plan", tell: Callable[[str, float], None]) -> "Report":
    from hub.bench.errors import BenchFailed  # noqa: PLC0415 as above
    from hub.bench.run import City  # noqa: PLC0415 as above
    from hub.bench.run import run as measure  # noqa: PLC0415 as above
    from hub.mqtt.errors import BadBrokerUrl  # noqa: PLC0415 as above

    where = locate(settings)
    async with open_log(settings) as opened:
        city = City(
            redis=opened.redis,
            partitioning=opened.partitioning,
            redis_url=where.redis,
            mqtt_url=where.mqtt,
            http_url=where.http,
            token=settings.access_token,
        )
        try:
            return await measure(city, plan, tell)
        except BenchFailed as error:
            raise CommandFailed(error.problem, error.remedy) from error
        except BadBrokerUrl as error:
            raise CommandFailed(str(error), START) from error


def _rate(text: str, most: float) -> float | None:
    if text == "max":
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= most:
        remedy = f"give readings a second, up to {most:,.0f} for so many seconds, or max"
        raise CommandFailed(f"--rate {text!r} is no rate", remedy)
    return rate
