"""`/ws/history`: lets a player in, and hands on what it asks for."""

import asyncio
from typing import Literal

import msgspec
from fastapi import APIRouter, WebSocket
from msgspec import Struct

from hub.archive.spans import Span, chosen
from hub.model.instant import SECOND, Instant, parse
from hub.serve import stream
from hub.serve.client import Client
from hub.serve.errors import BadSubscription
from hub.serve.history.player import FASTEST, LONGEST_STEP, SLOWEST, Order, Player
from hub.serve.history.sessions import Sessions
from hub.serve.serving import Serving
from hub.serve.socket import EXTENSION, Socket
from hub.serve.subscription import Subscription, from_query

router = APIRouter()


class Control(Struct, frozen=True, forbid_unknown_fields=True):
    """What a client may say beside what is said on `/ws/city`."""

    kind: Literal["play", "pause", "seek", "step"]
    speed: float | None = None
    at: str = ""
    seconds: float | None = None
    to: Literal["incident"] | None = None


class Ticket(Struct, frozen=True):
    """What the address asks for."""

    view: Subscription
    archive: str = ""
    at: Instant | None = None
    speed: float | None = None


_decode = msgspec.json.Decoder(Control).decode
_CONTROLS = frozenset({"play", "pause", "seek", "step"})


class _Kind(Struct):
    kind: str


_kind = msgspec.json.Decoder(_Kind).decode


@router.websocket("/ws/history")
async def history(websocket: WebSocket) -> None:
    """Serve one player until it or the hub ends."""
    serving: Serving = websocket.app.state.serving
    sessions = serving.history
    refusal = stream.refusal(websocket, serving) or ((503, "full") if sessions.full else None)
    if refusal is not None:
        await stream.refuse(websocket, serving, *refusal)
        return
    try:
        wanted = _ticket(websocket)
    except (BadSubscription, ValueError) as error:
        await stream.refuse(websocket, serving, 400, str(error), "query")
        return
    sessions.waiting += 1
    try:
        found = await asyncio.to_thread(chosen, sessions.archive, wanted.archive, wanted.at)
        if found is None:
            await stream.refuse(websocket, serving, 404, "no-archive")
            return
        await websocket.accept()
    finally:
        sessions.waiting -= 1
    await _play(websocket, serving, sessions, wanted, found)


def _ticket(websocket: WebSocket) -> Ticket:
    """Return what the address asks for; BadSubscription or ValueError."""
    query = websocket.query_params
    at, speed = query.get("at", ""), query.get("speed", "")
    return Ticket(
        from_query(query),
        query.get("archive", ""),
        parse(at) if at else None,
        _speed(float(speed)) if speed else None,
    )


def _speed(speed: float) -> float:
    if not SLOWEST <= speed <= FASTEST:
        raise ValueError(f"speed is from {SLOWEST} to {FASTEST:g}")
    return speed


async def _play(
    websocket: WebSocket, serving: Serving, sessions: Sessions, wanted: Ticket, found: Span
) -> None:
    socket: Socket = websocket.scope["extensions"][EXTENSION]["socket"]
    socket.bound()
    period = 1 / serving.settings.delta_rate
    vitals = serving.status.vitals
    player = Player(sessions, found, vitals, period)
    wall = player.wall
    client = Client(wall, socket, wanted.view, None)
    wall.add(client)
    sessions.clients.add(client)
    at = found.end if wanted.at is None else wanted.at
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(player.run(client, at, wanted.speed))
            group.create_task(
                stream.read(websocket, client, lambda text: _obey(player, client, text))
            )
            await client.write()
            player.stop()
    finally:
        sessions.clients.discard(client)
        wall.remove(client)


def _obey(player: Player, client: Client, text: str) -> None:
    try:
        if _kind(text).kind in _CONTROLS:
            player.order(_order(_decode(text)))
            return
    except (msgspec.DecodeError, ValueError):
        client.close(stream.UNSUPPORTED, "not-understood")
        return
    stream.obey(client, text)


def _order(control: Control) -> Order:
    """Return the order; ValueError when it is none."""
    speed = None if control.speed is None else _speed(control.speed)
    if control.kind != "step":
        return Order(control.kind, speed, parse(control.at) if control.kind == "seek" else 0)
    if (control.seconds is None) == (control.to is None):
        raise ValueError("a step is of so many seconds, or to the next incident")
    if control.seconds is None:
        return Order("step")
    by = round(control.seconds * SECOND)
    if abs(by) > LONGEST_STEP:
        raise ValueError("a step is at most a day")
    return Order("step", by=by)
