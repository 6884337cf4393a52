"""`/api/history`: what the archive holds, and the alerts of a span of it."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from msgspec import Raw, Struct

from hub.archive.spans import Span, alerts_between, chosen, spans
from hub.model.instant import Instant, parse, text
from hub.model.partition import CITY
from hub.serve.history.player import FASTEST, SLOWEST
from hub.serve.history.sessions import MOST
from hub.serve.serving import Serving

ITEMS = 2_000
"""Most alerts of one answer: more marks than a timeline has pixels."""

router = APIRouter(prefix="/history", tags=["history"])


class _When(Struct):
    raised: str
    updated: str


_when = msgspec.json.Decoder(_When).decode


@router.get("")
async def archives(request: Request) -> dict[str, Any]:
    """Return every epoch of the archive, the newest last, and how many travel in it."""
    serving: Serving = request.app.state.serving
    found = await asyncio.to_thread(spans, serving.history.archive)
    return {
        "archives": [
            {
                "archive": each.epoch,
                "from": text(each.start),
                "to": text(each.end),
                "bytes": each.bytes,
                "live": each.epoch == serving.status.epoch,
            }
            for each in found
        ],
        "sessions": len(serving.history.clients),
        "most_sessions": MOST,
        "slowest": SLOWEST,
        "fastest": FASTEST,
    }


@router.get("/alerts")
async def alerts(
    request: Request,
    from_: Annotated[str, Query(alias="from", description="RFC 3339")],
    to: Annotated[str, Query(description="RFC 3339")],
    archive: str = "",
) -> Response:
    """Return the alerts that changed in a span, each as it stood last in it."""
    serving: Serving = request.app.state.serving
    try:
        start, end = parse(from_), parse(to)
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    folder = serving.history.archive
    within = await asyncio.to_thread(chosen, folder, archive, start)
    if within is None:
        raise HTTPException(404, "no-archive")
    found = await asyncio.to_thread(_found, folder, within, start, end)
    items = [Raw(alert) for alert in found[:ITEMS]]
    body = {"items": items, "truncated": len(found) > ITEMS}
    return Response(msgspec.json.encode(body), media_type="application/json")


def _found(archive: Path, within: Span, start: Instant, end: Instant) -> list[bytes]:
    """Return the alerts in order of when they were raised; whole files are looked at."""
    changed = alerts_between(archive, within, start, end, CITY).values()
    kept = [each for each in changed if _raised(each) <= end and _updated(each) >= start]
    return sorted(kept, key=_raised)


def _raised(alert: bytes) -> Instant:
    return parse(_when(alert).raised)


def _updated(alert: bytes) -> Instant:
    return parse(_when(alert).updated)
