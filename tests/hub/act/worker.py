"""The worker's side of the outbox: commits outputs to a partition, as `work` does."""

from collections.abc import Sequence

from redis.asyncio import Redis

from hub.core.changes import Changes
from hub.log.lease import Lease
from hub.log.log import WORK
from hub.log.tables import Tables
from hub.model.event import Event
from hub.model.output import Downlink, Forward, Incident, Output, Shown

FAR = 2**52
"""An instant that does not come in a test."""


class Worker:
    """Commits to one partition; ``out`` is the last output ordinal."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.out = self._offset = 0
        self._tables = Tables(redis, partition)
        self._lease = Lease(redis, partition, WORK, "test")

    async def commit(self, outputs: Sequence[Output]) -> None:
        """Commit some outputs."""
        if not self._lease.token:
            await self._lease.acquire()
        self.out += sum(not isinstance(output, Shown) for output in outputs)
        end = self._offset + 1
        changes = Changes(self._offset, end, self.out, end, {}, list(outputs))
        await self._tables.commit(changes, self._lease.token)
        self._offset = end


def forward(unique: str, to: str = "city") -> Forward:
    """Return a derived event for another partition."""
    return Forward(to, Event(unique, "/hub/core", "hub.alert", b"{}"))


def downlink(unique: str, expires: int = FAR) -> Downlink:
    """Return a command for a sign."""
    topic = "city/210103/parking/sign-03/$cmd/guide"
    return Downlink(unique, topic, expires, b'{"id":"%s"}' % unique.encode())


def incident(unique: str) -> Incident:
    """Return an output that act has nothing to do with."""
    return Incident(unique, b"{}")


def shown(unique: str) -> Shown:
    """Return a screen entity, which has no ordinal."""
    return Shown(unique, "parking.lot", "210103", None, b"{}")
