"""`cityhub import` from the outside."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import typer
from typer.testing import CliRunner

from hub.archive.report import ImportReport
from hub.cli.importing import import_command

WriteFeed = Callable[..., Path]


@pytest.fixture
def app() -> typer.Typer:
    """The command alone in an application."""
    app = typer.Typer()
    app.command("import")(import_command)
    return app


def test_report(app: typer.Typer, write_feed: WriteFeed, small_text: str, tmp_path: Path) -> None:
    """Bad rows alone are no failure; the report comes as a table or as JSON on stdout."""
    mapping, output = tmp_path / "m.toml", tmp_path / "out.mcap"
    mapping.write_text(small_text)
    feed = write_feed("2024-03-01 08:00:00,A,100,1", "x,[red]A[/red],1,1")
    arguments = [str(feed), "--mapping", str(mapping), "--output", str(output)]
    result = CliRunner().invoke(app, arguments)
    assert (result.exit_code, output.is_file()) == (0, True)
    assert "bad rows" in result.stdout
    result = CliRunner().invoke(app, [*arguments, "--json"])
    report = msgspec.json.decode(result.stdout, type=ImportReport)
    assert (report.rows, report.events, report.bad) == (2, 1, 1)


@pytest.mark.parametrize("name", ["absent.csv", "."])
def test_failure(app: typer.Typer, tmp_path: Path, name: str) -> None:
    """What cannot be read is one line on stderr and an exit status that is not zero."""
    output = tmp_path / "out.mcap"
    arguments = [str(tmp_path / name), "--mapping", "aarhus", "--output", str(output)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "import failed" in result.stderr
    assert not output.exists()


def test_unknown_mapping(app: typer.Typer, tmp_path: Path) -> None:
    """A mapping that is not there says what there is."""
    arguments = ["feed.csv", "--mapping", "nowhere", "--output", str(tmp_path / "out.mcap")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 1
    assert "aarhus" in result.stderr
