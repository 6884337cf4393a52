"""Who travels in time, and through which archive: bounded."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from hub.core.declaration import Tile
from hub.serve.client import Client
from hub.serve.tiles import Tiles
from hub.serve.wall import GOING_AWAY

MOST = 4
"""Players at once: each reads and keeps a city of its own, some 20 MB and a few % of a core."""


class Sessions:
    """The players of this process; ``archive`` is where they read."""

    def __init__(self, archive: Path, tiles: Iterable[Tile]) -> None:
        self.archive = archive
        self.clients: set[Client] = set()
        self.waiting = 0
        self.turn = asyncio.Semaphore(1)
        """Whoever reads: one thread at a time competes with the loop for the interpreter."""
        self._tiles = tuple(tiles)
        self._dismissed = False

    @property
    def full(self) -> bool:
        """Whether nobody more may come."""
        return self._dismissed or len(self.clients) + self.waiting >= MOST

    def tiles(self) -> Tiles:
        """Return new tiles, for one player."""
        return Tiles(self._tiles)

    def dismiss(self, reason: str) -> None:
        """Say bye to all."""
        self._dismissed = True
        for client in self.clients:
            client.close(GOING_AWAY, reason)
