"""`cityhub sensors run`: the command, and `run` for whoever starts the sensors from Python."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer
from rich.console import Console

from hub.model.instant import Instant, parse
from sensors.city.fault import Level
from sensors.errors import BadOption, BadStory
from sensors.ledger import Ledger
from sensors.options import Options, broker
from sensors.publisher import Publisher
from sensors.show import Show
from sensors.story_file import load_story, story_names
from sensors.summary import Summary

app = typer.Typer(help="The simulated city (模拟城市).", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `run` a command of its own."""


def run(options: Options) -> int:
    """Run the sensors to their end; return the exit status: 0, or 1 when readings stayed unsent.

    Where sensors run already, stories are handed to those instead. Raises BadOption or BadStory
    when the options make no sense.
    """
    if not structlog.is_configured():
        structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    broker(options.mqtt_url)
    for name in options.stories:
        load_story(name)
    if bool(options.stories) and asyncio.run(_shown(options)):
        return 0
    with Ledger(options.ledger) as ledger:
        summary = asyncio.run(_run(options, ledger))
    if options.json:
        sys.stdout.write(summary.encode() + "\n")
    return 1 if summary.pending else 0


async def _run(options: Options, ledger: Ledger) -> Summary:
    return await Publisher(options, ledger).run()


async def _shown(options: Options) -> bool:
    return await Show(options, Console(stderr=True)).run()


@app.command("run")
def command(
    *,
    mqtt_url: Annotated[
        str, typer.Option(envvar="CITYHUB_MQTT_URL", help="The broker.")
    ] = Options.mqtt_url,
    seed: Annotated[
        int, typer.Option(envvar="CITYHUB_SEED", help="Same seed, same city.")
    ] = Options.seed,
    devices: Annotated[
        int,
        typer.Option(
            envvar="CITYHUB_DEVICES", min=0, max=100_000, help="Devices; 0: as many as Shenyang."
        ),
    ] = Options.devices,
    rate: Annotated[
        float, typer.Option(envvar="CITYHUB_RATE", min=0, help="Readings/s in all; 0: a minute.")
    ] = Options.rate,
    faults: Annotated[Level, typer.Option(help="How much fails.")] = Options.faults,
    speed: Annotated[
        float,
        typer.Option(min=0.001, help="City seconds per second; asks the hub to turn its clock."),
    ] = Options.speed,
    story: Annotated[
        list[str] | None, typer.Option(help=f"Play a story: {', '.join(story_names())}.")
    ] = None,
    story_at: Annotated[
        float, typer.Option(min=0, help="City minutes from the first reading to the story.")
    ] = Options.story_at,
    start: Annotated[
        str | None, typer.Option(help="City time (RFC 3339) to begin at, where no hub tells.")
    ] = None,
    ledger: Annotated[Path | None, typer.Option(help="JSONL of acknowledged readings.")] = None,
    count: Annotated[int, typer.Option(min=0, help="Stop after so many readings.")] = 0,
    seconds: Annotated[float, typer.Option(min=0, help="Stop after so many seconds.")] = 0.0,
    json: Annotated[bool, typer.Option("--json", help="Print a summary at the end.")] = False,
    protocol: Annotated[str, typer.Option(help="MQTT 3.1.1 or 5.")] = Options.protocol,
) -> None:
    """Publish the simulated city's readings, cards and statuses; obey commands."""
    try:
        options = Options(
            mqtt_url=mqtt_url,
            seed=seed,
            devices=devices,
            rate=rate,
            faults=faults,
            speed=speed,
            stories=tuple(story or ()),
            story_at=story_at,
            start=_instant(start),
            ledger=ledger,
            count=count,
            seconds=seconds,
            json=json,
            protocol="5" if protocol == "5" else "3.1.1",
        )
        raise typer.Exit(run(options))
    except BadOption as error:
        raise typer.BadParameter(error.detail, param_hint=error.option) from error
    except BadStory as error:
        raise typer.BadParameter(str(error), param_hint="--story") from error


def _instant(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return parse(text)
    except ValueError as error:
        raise BadOption("--start", str(error)) from error
