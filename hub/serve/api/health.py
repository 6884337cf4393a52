"""`health`: the process lives. `ready`: every part does its work, or which does not."""

from fastapi import APIRouter, Response

from hub.serve.api.page import reply
from hub.serve.api.parts import Parts

router = APIRouter(tags=["health"])


@router.get("/health")
async def health() -> dict[str, str]:
    """Tell that this process answers."""
    return {"status": "alive"}


@router.get("/ready", responses={503: {"description": "a part does not do its work"}})
async def ready(parts: Parts) -> Response:
    """Tell whether readings reach the screen, and name each part."""
    well, named = parts.status.parts()
    return reply({"ready": well, "parts": named}, 200 if well else 503)
