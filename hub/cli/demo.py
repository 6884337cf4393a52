"""`cityhub demo`: the whole city on one machine, with a private broker and a private Redis."""

import asyncio
import fcntl
import getpass
import os
import subprocess
import sys
import webbrowser
from collections.abc import Awaitable, Callable
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from shutil import which
from time import monotonic
from typing import IO, TYPE_CHECKING
from urllib.request import urlopen

from rich.console import Console

from hub.broker.errors import NoBrokerError
from hub.broker.launch import BrokerKind, BrokerPlan, broker_command
from hub.cli import redis_server
from hub.cli.child import Spec
from hub.cli.errors import CommandFailed
from hub.cli.ports import choose
from hub.cli.running import Addresses, forget, note
from hub.cli.supervisor import Supervisor
from hub.edge import stop_event
from hub.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

console = Console(stderr=False, highlight=False, soft_wrap=True)

MANY_DEVICES = 10_000
"""From so many simulated devices on each partition has a worker process of its own: loading and
working 100,000 devices keeps one core busy for minutes, and the desk must not wait for it."""
PROBE_SECONDS = 0.05
"""How often a starting server is asked whether it is up."""
PROBE_TIMEOUT = 1.0


def demo(settings: Settings) -> None:
    """Run the city until Ctrl-C."""
    data_dir = settings.data_dir.resolve()
    with _alone(data_dir):
        asyncio.run(_run(settings, data_dir))


async def _run(settings: Settings, data_dir: Path) -> None:
    started = monotonic()
    stop = stop_event()
    city = _City(settings, data_dir)
    supervisor = Supervisor(city.stages(), city.log_dir, console.print)
    for line in city.chosen:
        console.print(line)

    def ready() -> None:
        console.print(f"[bold]城枢 CityHub[/bold] is up after {monotonic() - started:.1f} s:")
        console.print(f"  [bold]{city.page}[/bold]   (API {city.page}docs, stop with Ctrl-C)")
        if not settings.no_browser and (sys.platform != "linux" or "DISPLAY" in os.environ):
            webbrowser.open(city.page)

    note(data_dir, city.addresses)
    try:
        await supervisor.run(stop, ready)
    finally:
        forget(data_dir)
    console.print("stopped; the data is kept: `make demo` goes on from here")


class _City:
    """What `demo` chose: ports, servers, the environment of the children."""

    def __init__(self, settings: Settings, data_dir: Path) -> None:
        self.chosen: list[str] = []
        self.log_dir = data_dir / "logs"
        self.log_dir.mkdir(parents=True, exist_ok=True)
        self._settings = settings
        self._data_dir = data_dir
        taken: set[int] = set()
        self._http = self._port("http_port", taken)
        self.page = f"http://127.0.0.1:{self._http}/"
        self._redis_url, self._mqtt_url = settings.redis_url, settings.mqtt_url
        self._redis = None if settings.redis_url else self._plan_redis(taken)
        self._broker = None if settings.mqtt_url else self._plan_broker(taken)
        self.addresses = Addresses(self.page.rstrip("/"), self._mqtt_url, self._redis_url)
        self.chosen.append(f"data     {data_dir}")

    def stages(self) -> list[list[Spec]]:
        """Return the children: servers, then the hub, then the sensors."""
        servers = [spec for spec in (self._redis, self._broker) if spec is not None]
        names = ["ingest", "act"]
        if not self._settings.no_archive:
            names.append("archive")
        hub = [*(self._own(name) for name in names), *self._workers()]
        hub.append(self._own("serve", up=lambda: _answers(f"{self.page}api/health")))
        sensors = [] if self._settings.no_sensors else [self._own("sensors", "run")]
        return [servers, hub, sensors]

    def _workers(self) -> list[Spec]:
        """Return the worker; in a large city one a partition, so that none waits for another."""
        if self._settings.devices < MANY_DEVICES:
            return [self._own("work")]
        names = self._settings.partitioning.names
        return [self._own("work", "--partition", name, role=f"work-{name}") for name in names]

    def _port(self, name: str, taken: set[int]) -> int:
        asked = name in self._settings.model_fields_set
        port: int = getattr(self._settings, name)
        chosen = choose(port, f"CITYHUB_{name.upper()}", asked=asked, taken=taken)
        if chosen != port:
            self.chosen.append(f"port     {port} is in use, {chosen} taken instead ({name})")
        return chosen

    def _plan_redis(self, taken: set[int]) -> Spec:
        port = self._port("redis_port", taken)
        folder = self._data_dir / "redis"
        folder.mkdir(parents=True, exist_ok=True)
        plan = redis_server.plan(port, folder, self._settings.redis_memory)
        plan.config_path.write_text(plan.config_text, encoding="utf-8")
        version = ".".join(map(str, plan.version))
        (folder / redis_server.VERSION_FILE).write_text(version + "\n", encoding="utf-8")
        self.chosen.append(f"redis    {plan.description} on port {port}")
        self._redis_url = f"redis://127.0.0.1:{port}/0"
        return Spec("redis", plan.argv, os.environ, lambda: _listens(port))

    def _plan_broker(self, taken: set[int]) -> Spec:
        port = self._port("mqtt_port", taken)
        plan = _broker_plan(port, self._data_dir / "broker")
        plan.data_dir.mkdir(parents=True, exist_ok=True)
        if plan.config_path is not None and plan.config_text is not None:
            plan.config_path.write_text(plan.config_text, encoding="utf-8")
        self.chosen.append(f"broker   {plan.description} on port {port}")
        self._mqtt_url = f"mqtt://127.0.0.1:{port}"
        return Spec("broker", plan.argv, os.environ, lambda: _listens(port))

    def _own(
        self,
        name: str,
        *more: str,
        role: str = "",
        up: Callable[[], Awaitable[None]] | None = None,
    ) -> Spec:
        argv = (sys.executable, "-m", "hub.cli.main", name, *more)
        env = {**os.environ, **self._env(role or name)}
        return Spec(role or name, argv, env, up)

    def _env(self, name: str) -> dict[str, str]:
        """Return what a child needs beyond its own defaults; all else it inherits."""
        settings = self._settings
        given = {
            f"CITYHUB_{field.upper()}": str(getattr(settings, field))
            for field in settings.model_fields_set
        }
        return {
            **given,
            "CITYHUB_DATA_DIR": str(self._data_dir),
            "CITYHUB_HTTP_PORT": str(self._http),
            "CITYHUB_REDIS_URL": self._redis_url,
            "CITYHUB_MQTT_URL": self._mqtt_url,
            # The same name after a restart: the dead process's leases are taken back at once.
            "CITYHUB_INSTANCE": f"demo:{self._data_dir}:{name}",
            "PYTHONUNBUFFERED": "1",
        }


def _broker_plan(port: int, folder: Path) -> BrokerPlan:
    try:
        plan = broker_command(_find, port=port, data_dir=folder, user=getpass.getuser())
    except NoBrokerError as error:
        raise CommandFailed(str(error), "run `make demo`, which installs one") from error
    if plan.kind is not BrokerKind.MOSQUITTO:
        return plan
    answer = subprocess.run(  # noqa: S603 the program that was found
        [plan.argv[0], "-h"], capture_output=True, text=True, check=False
    )
    version = answer.stdout.partition("\n")[0]
    return broker_command(
        _find, port=port, data_dir=folder, user=getpass.getuser(), mosquitto_version=version
    )


def _find(program: str) -> str | None:
    """Find a program on PATH, or beside this Python: `make` may have put Node there."""
    return which(program) or which(program, path=str(Path(sys.executable).parent))


@contextmanager
def _alone(data_dir: Path) -> "Iterator[IO[str]]":
    """Hold the data folder's lock: two cities on the same data would spoil it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandFailed(
                f"another demo runs on {data_dir}",
                "stop it with Ctrl-C, or give this one its own CITYHUB_DATA_DIR",
            ) from None
        yield lock


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(PROBE_SECONDS)
        else:
            writer.close()
            return


async def _answers(url: str) -> None:
    while True:
        if await asyncio.to_thread(_asked, url):
            return
        await asyncio.sleep(PROBE_SECONDS)


def _asked(url: str) -> bool:
    try:
        with urlopen(url, timeout=PROBE_TIMEOUT) as answer:  # noqa: S310 our own http address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:  # not up yet: that is what is being waited for
        return False
