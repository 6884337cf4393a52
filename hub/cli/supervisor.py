"""Starts the children in order, keeps them running, stops them in reverse order."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from hub.cli.child import Child, Spec


class Supervisor:
    """All processes of `demo`, in stages: a stage starts when the one before is up."""

    def __init__(
        self, stages: Sequence[Sequence[Spec]], log_dir: Path, tell: Callable[[str], None]
    ) -> None:
        self._stages = [[Child(spec, log_dir, tell) for spec in stage] for stage in stages]

    @property
    def children(self) -> list[Child]:
        """All children in the order of their start."""
        return [child for stage in self._stages for child in stage]

    async def run(self, stop: asyncio.Event, ready: Callable[[], None]) -> None:
        """Run everything until ``stop``; call ``ready`` when all are up."""
        async with asyncio.TaskGroup() as tasks:
            starting = tasks.create_task(self._start(tasks, ready))
            await stop.wait()
            starting.cancel()
            for stage in reversed(self._stages):
                await asyncio.gather(*(child.stop() for child in stage))

    async def _start(self, tasks: asyncio.TaskGroup, ready: Callable[[], None]) -> None:
        for stage in self._stages:
            for child in stage:
                tasks.create_task(child.run())
            await asyncio.gather(*(child.first_up.wait() for child in stage))
        ready()
