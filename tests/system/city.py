"""A whole city for tests: a real `cityhub demo` on free ports, whose children can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
import pytest

from tests.servers import HOST, PATIENCE, ROOT, free_port

COMMAND = Path(sys.executable).parent / "cityhub"
START_SECONDS = 30.0
"""How long a start may take on a busy machine before a test gives up."""
STOP_SECONDS = 10.0
"""A stop takes no longer (R21)."""
LOOK_SECONDS = 0.01
"""How often a process is asked: what cannot be awaited is polled."""

PARKING = str(ROOT / "scenarios" / "parking")
"""The scenario that tests of the whole city hold on to: what others raise is their own affair."""

CHILDREN = {
    "redis": "redis-server",
    "broker": "mosquitto",
    "ingest": "hub.cli.main ingest",
    "work": "hub.cli.main work",
    "act": "hub.cli.main act",
    "archive": "hub.cli.main archive",
    "serve": "hub.cli.main serve",
    "sensors": "hub.cli.main sensors",
}
"""What stands in each child's command line."""

Json = Any  # what an API answers: checked by the assertions
T = TypeVar("T")


def wait_for(condition: Callable[[], T | None], what: str, seconds: float = PATIENCE) -> T:
    """Return what a condition gives once it gives something, or fail saying what did not come."""
    over = time.monotonic() + seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > over:
            pytest.fail(f"not within {seconds} s: {what}")
        time.sleep(LOOK_SECONDS)


def environment(settings: dict[str, str]) -> dict[str, str]:
    """Return this environment with these settings alone."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CITYHUB_")}
    return {**kept, **settings, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}


class City:
    """One data folder, and the `demo` that runs on it. ``settings`` are CITYHUB_* without prefix.

    What is given as an empty string is not set: a port that was not asked for, all scenarios.
    """

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        ports = {name: str(free_port()) for name in ("http_port", "mqtt_port", "redis_port")}
        own = {"data_dir": str(data_dir), "no_browser": "1", "scenarios": PARKING}
        asked = {**ports, **own, **settings}
        self.settings = {f"CITYHUB_{name.upper()}": value for name, value in asked.items() if value}
        self.mqtt_port = int(asked["mqtt_port"] or 0)
        self.redis_port = int(asked["redis_port"] or 0)
        self.url = f"http://{HOST}:{asked['http_port']}"
        self.process: subprocess.Popen[bytes] | None = None
        self._output = data_dir.with_suffix(".out")
        self._client = httpx.Client(trust_env=False, timeout=10)

    # -- life -------------------------------------------------------------------------------------

    def start(self) -> float:
        """Start it and wait until every part is ready; return the seconds that took."""
        began = time.monotonic()
        self.launch()
        wait_for(self.ready, f"the city is ready\n{self.output}", START_SECONDS)
        return time.monotonic() - began

    def launch(self) -> None:
        """Start it and wait for nothing."""
        self._output.unlink(missing_ok=True)
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [str(COMMAND), "demo"],
                cwd=ROOT,
                env=environment(self.settings),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def stop(self) -> float:
        """End it as Ctrl-C does: in time, with status 0, and nothing left; return the seconds."""
        assert self.process is not None
        assert self.process.poll() is None, self.output
        family = psutil.Process(self.process.pid).children(recursive=True)
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        status = self.process.wait(STOP_SECONDS + 5)
        seconds = time.monotonic() - began
        left = [each.cmdline() for each in family if alive(each)]
        assert (status, left) == (0, []), self.output
        assert seconds <= STOP_SECONDS
        return seconds

    def end(self) -> None:
        """End what still runs, after a test that failed too."""
        self._client.close()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(STOP_SECONDS + 5)
            except subprocess.TimeoutExpired:
                self.process.kill()

    @property
    def output(self) -> str:
        """What `demo` has printed."""
        return self._output.read_text("utf-8") if self._output.exists() else ""

    def log_of(self, name: str) -> str:
        """Return what a child has said."""
        return (self.data_dir / "logs" / f"{name}.log").read_text("utf-8")

    # -- its processes ----------------------------------------------------------------------------

    def child(self, name: str) -> psutil.Process | None:
        """Return a child of `demo` that lives."""
        assert self.process is not None
        with suppress(psutil.NoSuchProcess):  # `demo` itself has ended, or a child just has
            for each in psutil.Process(self.process.pid).children():
                with suppress(psutil.NoSuchProcess):
                    if CHILDREN[name] in " ".join(each.cmdline()) and alive(each):
                        return each
        return None

    def pid(self, name: str) -> int:
        """Return a child's id, once it runs."""
        return wait_for(lambda: self.child(name), f"{name} runs").pid

    def send(self, name: str, number: signal.Signals) -> int:
        """Send a signal to a child; return its id."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid

    # -- what it says -----------------------------------------------------------------------------

    def ready(self) -> bool:
        """Return whether every part says that it is ready; fail when `demo` has ended."""
        assert self.process is not None
        assert self.process.poll() is None, self.output
        try:
            return self._client.get(f"{self.url}/api/ready").status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    def get(self, path: str, **query: str) -> Json:
        """Return the JSON of `/api/{path}`."""
        answer = self._client.get(f"{self.url}/api/{path}", params=query)
        answer.raise_for_status()
        return answer.json()

    def items(self, path: str, **query: str) -> list[Json]:
        """Return all items of a list, page by page."""
        found: list[Json] = []
        cursor: str | None = ""
        while cursor is not None:
            page = self.get(path, **query, limit="500", **({"cursor": cursor} if cursor else {}))
            found += page["items"]
            cursor = page["next"]
        return found

    def post(self, path: str, body: Json, key: str) -> httpx.Response:
        """Post an action to `/api/{path}`."""
        return self._client.post(
            f"{self.url}/api/{path}", json=body, headers={"Idempotency-Key": key}
        )


def alive(process: psutil.Process) -> bool:
    """Return whether a process runs; one that nobody has reaped yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run_command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a `cityhub` command to its end."""
    given = {f"CITYHUB_{name.upper()}": value for name, value in settings.items()}
    return subprocess.run(
        [str(COMMAND), *arguments],
        cwd=ROOT,
        env=environment(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=START_SECONDS,
    )
