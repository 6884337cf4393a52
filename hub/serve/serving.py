"""What the handlers of one `serve` process share; built once, by the composition root."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from prometheus_client import Histogram
from redis.asyncio import Redis

from hub.core.declaration import Declaration
from hub.log.log import ARCHIVE
from hub.serve.actions import Actions
from hub.serve.catalogue import Catalogue
from hub.serve.feed import Feed
from hub.serve.guard import is_loopback
from hub.serve.history.sessions import Sessions
from hub.serve.status import Status
from hub.serve.tickets import Tickets
from hub.serve.tiles import Tiles
from hub.serve.trends import Trends
from hub.serve.wall import Wall
from hub.settings import Settings

BUCKETS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
"""Seconds; the screen's promise (p50 0.3 s, p99 1 s) falls on edges that show it."""


@dataclass(frozen=True)
class Serving:
    """One process's parts."""

    settings: Settings
    catalogue: Catalogue
    redis: Redis
    status: Status
    wall: Wall
    tiles: Tiles
    actions: Actions
    feed: Feed
    tickets: Tickets
    delay: Histogram
    history: Sessions
    trends: Trends = field(default_factory=Trends)

    @property
    def declarations(self) -> tuple[Declaration, ...]:
        """What the scenarios declare now."""
        return self.catalogue.declarations

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.settings.bind)

    @property
    def partitions(self) -> tuple[str, ...]:
        """All partitions of the log, `city` first."""
        return self.settings.partitioning.names


def serving(settings: Settings, declarations: Sequence[Declaration], redis: Redis) -> Serving:
    """Return the parts, put together; nothing runs yet."""
    partitions = settings.partitioning.names
    status = Status(redis, partitions, () if settings.no_archive else (ARCHIVE,))
    wall = Wall(status.vitals, status.moment)
    declared = [tile for declaration in declarations for tile in declaration.tiles]
    tiles = Tiles(declared)
    actions = Actions(redis, status)
    delay = Histogram(
        "cityhub_screen_delay_seconds",
        "From the log time of a commit to its application to the screen",
        buckets=BUCKETS,
        registry=None,
    )
    catalogue = Catalogue(settings.scenarios, declarations, tiles)
    feed = Feed(
        redis,
        wall,
        status,
        tiles,
        catalogue,
        partitions=partitions,
        answered=actions.answered,
        observed=delay.observe,
    )
    return Serving(
        settings,
        catalogue,
        redis,
        status,
        wall,
        tiles,
        actions,
        feed,
        Tickets(),
        delay,
        Sessions(settings.archive, declared),
    )
