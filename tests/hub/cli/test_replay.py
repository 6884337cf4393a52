"""`cityhub replay` and `compare` from the outside: figures, digest, keys, errors."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub.archive.recording import read_facts
from tests.hub.archive.recordings import morning, write

ROOT = Path(__file__).resolve().parents[3]
HEX = re.compile(r"\b[0-9a-f]{64}\b")
PATIENCE = 60.0


def cityhub(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    """Run the command with 好停车 alone."""
    run = [sys.executable, "-m", "hub.cli.main", *map(str, arguments)]
    settings = {**os.environ, "CITYHUB_SCENARIOS": "scenarios/parking", **env}
    return subprocess.run(
        run, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def figures(*arguments: object) -> dict[str, Any]:  # Any: JSON of several shapes
    """Run a command that must succeed; return its JSON."""
    done = cityhub(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = msgspec.json.decode(done.stdout)
    return found


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of three lots that fill up."""
    return write(tmp_path_factory.mktemp("replay") / "r.mcap", *morning(60, lots=3))


def test_the_last_line_is_the_digest(recording: Path) -> None:
    """And there is no other hex; the hash seed of the interpreter changes nothing."""
    found = set()
    for seed in ("0", "1", "4242"):
        done = cityhub("replay", recording, PYTHONHASHSEED=seed)
        assert done.returncode == 0, done.stderr
        last = done.stdout.splitlines()[-1]
        assert re.fullmatch(r"digest [0-9a-f]{64}", last)
        assert len(HEX.findall(done.stdout)) == 1
        found.add(last)
    assert len(found) == 1


def test_rounds_filters_and_windows(recording: Path) -> None:
    """Each option takes what it says."""
    assert figures("replay", recording)["events"] == 183
    assert figures("replay", recording, "--loop", 3)["events"] == 549
    assert figures("replay", recording, "--topic", "city/+/+/lot-1/#")["events"] == 61
    assert figures("replay", recording, "--scenario", "parking")["events"] == 183
    window = ("--from", "+10m", "--to", "+19m")
    assert figures("replay", recording, *window)["events"] == 3 + 30
    assert figures("replay", recording, "--times", "2030-01-01T00:00:00Z")["events"] == 183


def test_a_golden_output_is_held_to(recording: Path, tmp_path: Path) -> None:
    """Written, held to, and when it parts: the event that caused it, and exit 1."""
    golden, other = tmp_path / "g.jsonl", tmp_path / "other.jsonl"
    figures("replay", recording, "--write-golden", golden)
    assert figures("replay", recording, "--against", golden)["equal"] is True
    lines = golden.read_text("utf-8").splitlines()
    assert len(lines) > 10
    other.write_text("\n".join([*lines[:5], lines[5].replace('"kind"', '"kind" '), *lines[6:]]))
    assert cityhub("compare", golden, other).returncode == 0
    changed = re.sub(r'"district":"\d+"', '"district":"999999"', lines[5], count=1)
    assert changed != lines[5]
    other.write_text("\n".join([*lines[:5], changed, *lines[6:]]))
    done = cityhub("replay", recording, "--against", other)
    assert done.returncode == 1
    assert "line 6 is not" in done.stdout
    assert "caused by d1/" in done.stdout
    assert '"specversion":"1.0"' in done.stdout
    assert cityhub("compare", golden, other, "--ignore", "data.district").returncode == 0
    assert cityhub("compare", recording, golden).returncode == 0


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--speed", "0"], "no speed"),
        (["--speed", "fast"], "no speed"),
        (["--speed", "nan"], "no speed"),
        (["--from", "noon"], "no time"),
        (["--from", "+2h"], "no event"),
        (["--from", "+2m", "--to", "+1m"], "before"),
        (["--topic", "a/#/b"], "no topic filter"),
        (["--scenario", "nowhere"], "no scenario"),
        (["--as-recorded", "--loop", "2"], "once"),
        (["--faults", "/absent.toml"], "absent"),
        (["--against", "/absent.jsonl"], "absent"),
        (["--target", "mqtt", "--write-golden", "g.jsonl"], "over MQTT"),
    ],
)
def test_what_makes_no_sense_is_one_clear_error(
    recording: Path, arguments: list[str], word: str
) -> None:
    """No traceback, a remedy, and an exit status that is not zero."""
    done = cityhub("replay", recording, *arguments)
    assert done.returncode == 1
    assert word in done.stderr
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "content", [b"", b"\x89MCAP0\r\n", b"no mcap", b"\x89MCAP0\r\n\x01" + b"\xff" * 8, b"\0" * 999]
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, content: bytes) -> None:
    """Empty, cut off, another format, a header that promises exabytes; under a hostile name."""
    path = tmp_path / "\x1b[31m[bold]名.mcap"
    path.write_bytes(content)
    done = cityhub("replay", path)
    assert done.returncode == 1
    assert "replay failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert "\x1b" not in done.stderr


def test_keys_steer_it(recording: Path) -> None:
    """In a terminal: pause, one event at a time, on until an alert, and the end."""
    run = [sys.executable, "-m", "hub.cli.main", "replay", str(recording), "--speed", "300"]
    settings = {**os.environ, "CITYHUB_SCENARIOS": "scenarios/parking", "COLUMNS": "200"}
    terminal, other = pty.openpty()
    process = subprocess.Popen(
        run, cwd=ROOT, env=settings, stdin=other, stdout=subprocess.PIPE, stderr=other
    )
    os.close(other)
    try:
        _await(terminal, b"space: pause")
        os.write(terminal, b" ")
        first = _await(terminal, rb"paused .*?(\d+)/183")
        os.write(terminal, b"s\x1b[C")
        stepped = int(first[1]) + 2
        _await(terminal, rb"paused at .{23} .*?%d/183" % stepped)
        os.write(terminal, b"a")
        alerted = _await(terminal, rb"paused at .{23} .*?(?!%d/)(\d+)/183" % stepped)
        os.write(terminal, b"q")
        told = _drained(terminal, process)
    finally:
        process.kill()
        process.communicate(timeout=PATIENCE)
        os.close(terminal)
    assert process.returncode == 0
    assert stepped < int(alerted[1]) < 183
    assert "stopped before the end" in told
    assert re.search(r"\d incident", told)


def _await(terminal: int, pattern: bytes) -> re.Match[bytes]:
    """Return the first match of what is drawn; fail with all that was seen."""
    seen = b""
    over = time.monotonic() + PATIENCE
    while True:
        found = re.search(pattern, re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", seen), re.DOTALL)
        if found:
            return found
        assert time.monotonic() < over, seen
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65_536)


def _drained(terminal: int, process: subprocess.Popen[bytes]) -> str:
    """Return the figures; read on what is drawn, or the process could not end."""
    over = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < over:
        if select.select([terminal], [], [], 0.1)[0]:
            try:
                os.read(terminal, 65_536)
            except OSError:  # the other end is closed
                break
    process.wait(PATIENCE)
    assert process.stdout is not None
    return process.stdout.read().decode()


def test_faults_are_the_same_on_the_way_and_in_a_file(recording: Path, tmp_path: Path) -> None:
    """`fault apply` and then a replay, or a replay with the faults: one digest; it tells them."""
    faults, damaged = tmp_path / "f.toml", tmp_path / "damaged.mcap"
    faults.write_text(
        '[[fault]]\nkind = "drop"\nprobability = 0.2\n[[fault]]\nkind = "truncated"\n'
    )
    options = ("--faults", faults, "--seed", 4)
    written = figures("fault", "apply", recording, damaged, *options)
    replayed = figures("replay", recording, *options)
    assert replayed["faults"] == written["faults"]
    assert int(written["faults"]["1"]) > 0
    assert figures("replay", damaged)["digest"] == replayed["digest"]
    facts = read_facts(damaged)
    assert facts.run["faults_seed"] == "4"
    assert msgspec.json.decode(facts.run["faults"])[0]["kind"] == "drop"
    assert facts.run["created_by"] == "cityhub import"
    assert cityhub("fault", "apply", recording, recording, *options).returncode == 1
