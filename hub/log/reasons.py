"""Reads why an alert changed: the reasons of its identity, from the partitions that raised it."""

from collections.abc import Sequence

import msgspec
from redis.asyncio import Redis

from hub.core.reasons import TABLE
from hub.log.tables import Tables
from hub.model.alert import Alert
from hub.model.partition import CITY
from hub.model.reason import Reason

_decode = msgspec.json.Decoder(list[Reason]).decode


async def explain(
    redis: Redis, partitions: Sequence[str], alert_id: str
) -> tuple[Alert, list[Reason]] | None:
    """Return an alert and its newest reasons, oldest first; None when there is no such alert.

    Those of earlier occurrences of the same identity may be among them.
    """
    raw = await Tables(redis, CITY).get("alerts", alert_id)
    if raw is None:
        return None
    alert = msgspec.json.decode(raw, type=Alert)
    identity = alert_id.rpartition("#")[0]
    found: list[Reason] = []
    for partition in partitions:
        stored = await Tables(redis, partition).get(TABLE, identity)
        found += [] if stored is None else _decode(stored)
    return alert, sorted(found, key=lambda each: (each.time, each.position))
