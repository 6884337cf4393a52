"""`tickets`: what a client shows at the websocket, where it cannot send a header."""

from fastapi import APIRouter

from hub.serve.api.parts import Parts
from hub.serve.limits import TICKET_SECONDS

router = APIRouter(tags=["tickets"])


@router.post("/tickets", status_code=201)
async def tickets(parts: Parts) -> dict[str, str | float]:
    """Give out a ticket for one websocket; beyond loopback this needs the access token."""
    return {"ticket": parts.tickets.issue(), "seconds": TICKET_SECONDS}
