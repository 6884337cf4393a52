"""The `cityhub` command: reads the settings, mounts the commands, ends with a clear word."""

from pathlib import Path
from typing import Annotated

import typer

from hub import __version__
from hub.cli import deadletters, fault, processes, record, scenario
from hub.cli.bench import bench
from hub.cli.compare import compare_command
from hub.cli.demo import demo as run_demo
from hub.cli.doctor import doctor
from hub.cli.errors import CommandFailed, fail
from hub.cli.explain import explain
from hub.cli.importing import import_command
from hub.cli.replay import replay
from hub.cli.reset import reset
from hub.cli.tail import tail
from hub.core.errors import BadScenario
from hub.log.errors import LogError
from hub.settings import BadSettings, load
from sensors.app import app as sensors_app

app = typer.Typer(
    name="cityhub",
    help="城枢 CityHub: the event hub of a city.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(value: bool) -> None:  # noqa: FBT001 typer's way
    if value:
        typer.echo(f"cityhub {__version__}")
        raise typer.Exit


@app.callback()
def settings(
    ctx: typer.Context,
    config: Annotated[Path | None, typer.Option(help="settings file (TOML)")] = None,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,  # noqa: FBT002 typer's way
) -> None:
    """Read the settings from CITYHUB_* and --config."""
    ctx.obj = load(config)


@app.command()
def demo(ctx: typer.Context) -> None:
    """Run the whole city on this machine: broker, Redis, hub, sensors, page."""
    run_demo(ctx.obj)


for process in (
    processes.ingest,
    processes.work,
    processes.act,
    processes.archive,
    processes.serve,
):
    app.command()(process)
for command in (replay, tail, bench, doctor, explain, reset):
    app.command()(command)
app.command("import")(import_command)
app.command("compare")(compare_command)
app.add_typer(deadletters.app, name="deadletters")
app.add_typer(fault.app, name="fault")
app.add_typer(scenario.app, name="scenario")
app.add_typer(record.app, name="record")
app.add_typer(sensors_app, name="sensors")


def main() -> None:
    """Run a command; an error that has a remedy is told without a traceback."""
    try:
        app()
    except CommandFailed as error:
        fail(error)
    except BadSettings as error:
        fail(CommandFailed(str(error), "correct the setting (environment or --config)", 2))
    except (BadScenario, LogError) as error:
        fail(CommandFailed(str(error), "see the message above"))


if __name__ == "__main__":
    main()
