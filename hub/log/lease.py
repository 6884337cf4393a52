"""Leases: who ingests and who works a partition, each with a fencing token that only grows."""

from redis.asyncio import Redis

from hub.log.connection import script
from hub.log.errors import Fenced
from hub.log.keys import Keys

LEASE_MILLISECONDS = 5_000
"""How long a silent holder keeps its role: a paused worker is replaced within 10 s (R2, R5)."""


class Lease:
    """One role in one partition. ``token`` is 0 until it is held."""

    def __init__(self, redis: Redis, partition: str, role: str, holder: str) -> None:
        self.partition = partition
        self.role = role
        self.holder = holder
        self.token = 0
        keys = Keys(partition)
        self._keys = [keys.lease(role), keys.fence(role)]
        self._acquire = script(redis, "acquire")
        self._renew = script(redis, "renew")
        self._release = script(redis, "release")

    async def acquire(self) -> bool:
        """Try to take the role; the same holder takes it back at once with a new token."""
        answer = await self._acquire(keys=self._keys, args=[self.holder, LEASE_MILLISECONDS])
        if answer[0] != b"ok":
            return False
        self.token = int(answer[1])
        return True

    async def renew(self) -> None:
        """Keep the role, or raise Fenced when somebody has a newer token."""
        args: list[str | int] = [self.holder, LEASE_MILLISECONDS, self.token]
        if not await self._renew(keys=self._keys, args=args):
            raise Fenced(self.partition, self.role, self.token)

    async def release(self) -> None:
        """Give the role back."""
        if self.token:
            await self._release(keys=self._keys, args=[self.token])
            self.token = 0
