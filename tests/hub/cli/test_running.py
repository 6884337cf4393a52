"""Where a command finds the running city."""

from pathlib import Path

import pytest

from hub.cli.errors import CommandFailed
from hub.cli.running import NOTE, Addresses, forget, locate, note, open_log, run, without_password
from hub.settings import Settings

NOTED = Addresses("http://127.0.0.1:8001", "mqtt://127.0.0.1:1884", "redis://127.0.0.1:6380/0")


def test_defaults_without_a_note(tmp_path: Path) -> None:
    """Without a note the city is at the default ports."""
    found = locate(Settings(data_dir=tmp_path))
    assert found.redis == "redis://127.0.0.1:6379/0"
    assert found.http == "http://127.0.0.1:8000"


def test_note_before_defaults(tmp_path: Path) -> None:
    """A `demo` that had to take other ports is found by its note, until it is gone."""
    note(tmp_path, NOTED)
    assert locate(Settings(data_dir=tmp_path)) == NOTED
    forget(tmp_path)
    assert locate(Settings(data_dir=tmp_path)) != NOTED


def test_settings_before_note(tmp_path: Path) -> None:
    """What is set is what is meant."""
    note(tmp_path, NOTED)
    found = locate(Settings(data_dir=tmp_path, redis_port=7000, mqtt_url="mqtt://broker:1"))
    assert found == Addresses(NOTED.http, "mqtt://broker:1", "redis://127.0.0.1:7000/0")


def test_note_is_private(tmp_path: Path) -> None:
    """URLs may hold passwords: only the owner reads the note."""
    note(tmp_path, NOTED)
    assert (tmp_path / NOTE).stat().st_mode & 0o077 == 0


def test_broken_note(tmp_path: Path) -> None:
    """A note that cannot be read is an error with a remedy, not a traceback."""
    (tmp_path / NOTE).write_text("{")
    with pytest.raises(CommandFailed, match="cannot be read"):
        locate(Settings(data_dir=tmp_path))


def test_bound_everywhere_is_asked_on_loopback(tmp_path: Path) -> None:
    """0.0.0.0 and :: are no addresses to connect to; an IPv6 address gets its brackets."""
    everywhere = Settings(data_dir=tmp_path, bind="::")
    assert locate(everywhere).http == "http://127.0.0.1:8000"
    assert locate(Settings(data_dir=tmp_path, bind="::1")).http == "http://[::1]:8000"


def test_no_redis_is_told_without_its_password(tmp_path: Path) -> None:
    """A Redis that is not there is named, its password is not."""
    settings = Settings(data_dir=tmp_path, redis_url="redis://:secret@127.0.0.1:1/0")
    with pytest.raises(CommandFailed) as failed:
        run(_open(settings))
    assert "127.0.0.1:1" in failed.value.problem
    assert "secret" not in str(failed.value)
    assert "cityhub demo" in failed.value.remedy


def test_no_city(settings: Settings) -> None:
    """An empty Redis holds no city: the remedy is to start one."""
    with pytest.raises(CommandFailed, match="holds no city yet"):
        run(_open(settings))


def test_without_password() -> None:
    """User and password go, a password with an @ in it too."""
    assert without_password("mqtt://u:p@ss@host:1") == "mqtt://host:1"
    assert without_password("redis://host/0") == "redis://host/0"


async def _open(settings: Settings) -> None:
    async with open_log(settings):
        pass
