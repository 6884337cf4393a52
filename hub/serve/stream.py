"""`/ws/city`: lets a screen in, reads what it asks for; its writer is in client.py."""

import asyncio
import time
from collections.abc import Callable
from typing import Literal

import msgspec
from fastapi import APIRouter, WebSocket
from msgspec import Struct
from starlette.responses import JSONResponse
from starlette.websockets import WebSocketDisconnect

from hub.serve.client import Client
from hub.serve.errors import BadSubscription
from hub.serve.guard import same_origin
from hub.serve.limits import CLIENT_MESSAGES, CLIENTS
from hub.serve.serving import Serving
from hub.serve.socket import EXTENSION, Socket
from hub.serve.subscription import Subscription, from_query, subscription

UNSUPPORTED = 1003
POLICY = 1008
TOO_LARGE = 1009

router = APIRouter()


class Request(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may say."""

    kind: Literal["subscribe", "snapshot", "ack"]
    seq: int = -1
    scenarios: list[str] | None = None
    layers: list[str] | None = None
    districts: list[str] | None = None
    window: list[float] | None = None


_decode = msgspec.json.Decoder(Request).decode


@router.websocket("/ws/city")
async def city(websocket: WebSocket) -> None:
    """Serve one screen until it or the hub ends."""
    serving: Serving = websocket.app.state.serving
    refused = refusal(websocket, serving)
    if refused is not None:
        await refuse(websocket, serving, *refused)
        return
    try:
        wanted = from_query(websocket.query_params)
    except BadSubscription as error:
        await refuse(websocket, serving, 400, str(error), "subscription")
        return
    await websocket.accept()
    await _converse(websocket, serving, wanted)


async def refuse(
    websocket: WebSocket, serving: Serving, status: int, error: str, reason: str = ""
) -> None:
    """Refuse the handshake; counted under ``reason``, which is the error unless that varies."""
    serving.status.vitals.count(f"refused|reason={reason or error}")
    await websocket.send_denial_response(JSONResponse({"error": error}, status))


def refusal(websocket: WebSocket, serving: Serving) -> tuple[int, str] | None:
    """Return status and reason when a client may not come in: before accept, so nothing leaks."""
    origin = websocket.headers.get("origin")
    if origin is not None and not same_origin(origin, websocket.headers.get("host", "")):
        return 403, "origin"
    # An Origin can be forged outside a browser: beyond loopback everybody shows a ticket.
    ticket = websocket.query_params.get("ticket", "")
    if not serving.loopback and not serving.tickets.redeem(ticket):
        return 403, "ticket"
    if len(serving.wall.clients) >= CLIENTS or serving.wall.dismissed:
        return 503, "full"
    return None


async def _converse(websocket: WebSocket, serving: Serving, wanted: Subscription) -> None:
    resume = await _resume_point(websocket, serving)
    socket: Socket = websocket.scope["extensions"][EXTENSION]["socket"]
    socket.bound()
    client = Client(serving.wall, socket, wanted, resume)
    serving.wall.add(client)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(client.write())
            group.create_task(read(websocket, client, lambda text: obey(client, text)))
    finally:
        serving.wall.remove(client)


async def _resume_point(websocket: WebSocket, serving: Serving) -> int | None:
    epoch = websocket.query_params.get("epoch", "")
    place = websocket.query_params.get("incident_seq", "")
    if not (place.isascii() and place.isdigit() and len(place) < 17):  # noqa: PLR2004 exact in JSON
        return None
    if await serving.feed.resume(epoch, int(place)):
        return int(place)
    serving.status.vitals.count("not-resumed")
    return None


async def read(websocket: WebSocket, client: Client, obey: Callable[[str], None]) -> None:
    """Have each message obeyed until the client is gone; too many end the connection."""
    second, count = 0, 0
    try:
        while True:
            text = await websocket.receive_text()
            now = int(time.monotonic())
            second, count = now, count + 1 if now == second else 1
            if count > CLIENT_MESSAGES:
                client.close(POLICY, "too-many-messages")
            else:
                obey(text)
    except WebSocketDisconnect as gone:
        if gone.code == TOO_LARGE:
            client.wall.vitals.count("refused|reason=message-too-large")
        client.close(gone.code, "gone")
    except KeyError:  # Starlette's word for a binary message
        client.close(UNSUPPORTED, "not-text")


def obey(client: Client, text: str) -> None:
    """Do as a client asks; a wrong message ends the connection."""
    try:
        request = _decode(text)
        if request.kind == "snapshot":
            client.ask()
        elif request.kind == "ack":
            client.took(request.seq)
        else:
            client.subscribe(
                subscription(
                    request.layers,
                    request.districts,
                    request.window,
                    request.scenarios,
                    client.channel.subscription.format,
                )
            )
    except (msgspec.DecodeError, BadSubscription):
        client.close(UNSUPPORTED, "not-understood")
