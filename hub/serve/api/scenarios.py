"""`scenarios`: what runs, and how it looks on the screen."""

import msgspec
from fastapi import APIRouter, Response

from hub.core.declaration import Declaration
from hub.core.notice import OWN
from hub.core.quarantine import TABLE, WITHIN, Standing
from hub.log.tables import Tables
from hub.model.instant import Instant, text
from hub.model.partition import CITY
from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts
from hub.serve.asyncapi import summary
from hub.serve.serving import Serving

router = APIRouter(tags=["scenarios"])

COLUMNS = (
    "name",
    "title",
    "title_en",
    "description",
    "handlers",
    "layers",
    "tiles",
    "state",
    "failing",
)


@router.get("/scenarios")
async def scenarios(parts: Parts, paging: Paged) -> Response:
    """List the scenarios with their handlers, layers, tiles and what they read, by name."""
    standings = await _standings(parts)
    known = {each.name for each in parts.declarations}
    absent = [_absent(name) for name in standings if name not in known and _away(standings[name])]
    found = sorted([*parts.declarations, *absent, OWN], key=lambda each: each.name)
    part, following = after([each.name for each in found], paging)
    now = parts.status.city()
    rows = [
        {
            **each.describe(),
            "reads": summary(each),
            "config": await _config(parts, each),
            **state(standings.get(each.name, {}), now),
        }
        for each in found[part]
    ]
    return answer(rows, following, paging, COLUMNS)


def _away(standings: dict[str, Standing]) -> bool:
    return any(each.away for each in standings.values())


def _absent(name: str) -> Declaration:
    """Return what there is to say of a scenario whose code could not be loaded."""
    return Declaration(name, name, name, "")


async def _config(parts: Serving, declaration: Declaration) -> dict[str, object] | None:
    """Return the fields of a scenario's configuration: what each is now and by default."""
    if declaration.config is None:
        return None
    raw = await Tables(parts.redis, CITY).get("configs", declaration.name)
    changed = {} if raw is None else msgspec.json.decode(raw, type=dict[str, object])
    defaults = msgspec.to_builtins(declaration.config())
    return {
        name: {"value": changed.get(name, default), "default": default}
        for name, default in defaults.items()
    }


async def _standings(parts: Serving) -> dict[str, dict[str, Standing]]:
    """Return how each scenario that ever failed fares, by scenario and partition."""
    found: dict[str, dict[str, Standing]] = {}
    for partition in parts.partitions:
        async for name, raw in Tables(parts.redis, partition).scan(TABLE):
            standing = msgspec.msgpack.decode(raw, type=Standing)
            found.setdefault(name, {})[partition] = standing
    return found


def state(standings: dict[str, Standing], now: Instant) -> dict[str, object]:
    """Return `state` (loaded, failing, quarantined), and in `failing` who failed, where and how.

    A scenario is failing for a minute after its last failure, and while it cannot be loaded (its
    reason is `load` then, and the detail says file, line and error).
    """
    quarantined = any(each.since is not None and not each.away for each in standings.values())
    failing = _away(standings) or any(
        each.failed and now - each.failed[-1] <= WITHIN for each in standings.values()
    )
    return {
        "state": "quarantined" if quarantined else "failing" if failing else "loaded",
        "failing": [
            {
                "partition": partition,
                "handler": each.handler,
                "reason": each.reason,
                "detail": each.detail,
                "position": each.position,
                "failures": each.failures,
                "quarantined": None if each.since is None else text(each.since),
                "missed": each.events,
                "forgotten": each.forgotten,
            }
            for partition, each in sorted(standings.items())
            if each.reason
        ],
    }
