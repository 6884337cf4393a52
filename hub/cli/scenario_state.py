"""How the scenarios of the running city fare: failing, quarantined, what they missed."""

from typing import Literal

import msgspec
from msgspec import Struct

from hub.cli.errors import CommandFailed
from hub.cli.running import Opened, open_log, run
from hub.core.quarantine import TABLE, WITHIN, Standing
from hub.log.tables import Tables
from hub.model.instant import Instant, text
from hub.settings import Settings

State = Literal["", "runs", "failing", "quarantined", "does not load"]
"""Empty where no city runs, or where its log was never worked."""

_decode = msgspec.msgpack.Decoder(Standing).decode


class Fare(Struct, frozen=True):
    """How one scenario fares, over all partitions: the worst counts.

    ``handler``, ``reason``, ``detail`` and ``position`` are those of its last failure, ``failures``
    all since the log began, ``missed`` the events that wait for `cityhub deadletters redrive`.
    """

    state: State = "runs"
    failures: int = 0
    missed: int = 0
    since: str = ""
    handler: str = ""
    reason: str = ""
    detail: str = ""
    position: str = ""


_RANK: dict[State, int] = {"": 0, "runs": 1, "failing": 2, "quarantined": 3, "does not load": 4}


def fares(settings: Settings) -> dict[str, Fare] | None:
    """Return how each scenario that ever failed fares; None when no city is there to ask."""
    try:
        return run(_ask(settings))
    except CommandFailed:
        return None


async def _ask(settings: Settings) -> dict[str, Fare]:
    async with open_log(settings) as opened:
        return await read(opened)


async def read(opened: Opened) -> dict[str, Fare]:
    """Return how the scenarios fare, from the tables of all partitions."""
    found: dict[str, Fare] = {}
    for partition in opened.partitioning.names:
        tables = Tables(opened.redis, partition)
        now = (await tables.committed()).time
        async for name, raw in tables.scan(TABLE):
            fare = _fare(_decode(raw), now)
            found[name] = _together(found.get(name), fare)
    return found


def _fare(standing: Standing, now: Instant) -> Fare:
    state: State = "runs"
    if standing.away:
        state = "does not load"
    elif standing.since is not None:
        state = "quarantined"
    elif standing.failed and now - standing.failed[-1] <= WITHIN:
        state = "failing"
    return Fare(
        state=state,
        failures=standing.failures,
        missed=standing.events,
        since="" if standing.since is None else text(standing.since),
        handler=standing.handler,
        reason=standing.reason,
        detail=standing.detail,
        position=standing.position,
    )


def _together(one: Fare | None, other: Fare) -> Fare:
    if one is None:
        return other
    worse = max(one, other, key=lambda fare: _RANK[fare.state])
    failures, missed = one.failures + other.failures, one.missed + other.missed
    return msgspec.structs.replace(worse, failures=failures, missed=missed)
