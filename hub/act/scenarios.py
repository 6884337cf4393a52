"""The scenarios' actions: found by name, run on a thread of their own, each within its deadline."""

import asyncio
import threading

import msgspec
import structlog

from hub.core.declaration import ActionSpec
from hub.core.errors import BadScenario
from hub.core.notice import SCENARIOS
from hub.model.control import Reload
from hub.model.instant import SECOND
from hub.model.output import Job, Shown
from hub.work.loader import Loader

log = structlog.get_logger()

ROW = f"{SCENARIOS.name}/"
GRACE_SECONDS = 1.0
"""How much longer than its deadline an action may take to end when it is cancelled."""


class UnknownAction(LookupError):
    """The scenario has no such action (any more)."""


class Actions:
    """Runs actions. They have an event loop of their own: one that blocks holds up no command."""

    def __init__(self, setting: str) -> None:
        self._loader: Loader | None = None
        self._setting = setting
        self._specs: dict[tuple[str, str], ActionSpec] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="actions", daemon=True)

    def start(self) -> None:
        """Load the scenarios and start the thread."""
        self._loader = Loader(self._setting)
        self._read()
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(GRACE_SECONDS)

    def note(self, shown: Shown) -> None:
        """Follow the worker when it has reloaded a scenario."""
        if not shown.id.startswith(ROW) or shown.json is None or self._loader is None:
            return
        try:
            self._loader.reload(Reload(shown.id.removeprefix(ROW), shown.json.hex()))
            self._read()
        except BadScenario as error:
            log.warning("actions.stale", error=str(error))

    async def run(self, job: Job) -> Exception | None:
        """Run one try of a job; return what went wrong."""
        spec = self._specs.get((job.scenario, job.action))
        if spec is None:
            return UnknownAction(f"{job.scenario} has no action {job.action!r}")
        seconds = job.deadline / SECOND
        try:
            running = asyncio.run_coroutine_threadsafe(_tried(spec, job, seconds), self._loop)
            await asyncio.wait_for(asyncio.wrap_future(running), seconds + GRACE_SECONDS)
        except Exception as error:  # noqa: BLE001 a stranger's code: told, and tried again
            return error
        return None

    def _read(self) -> None:
        if self._loader is not None:
            self._specs = {
                (each.name, name): spec
                for each in self._loader.declarations
                for name, spec in each.actions.items()
            }


async def _tried(spec: ActionSpec, job: Job, seconds: float) -> None:
    data = msgspec.json.decode(job.json, type=spec.payload)
    async with asyncio.timeout(seconds):
        await (spec.function(job, data) if spec.takes_job else spec.function(data))
