"""A small client of `/ws/city`: docs/protocol.md in code, for a third party to read."""

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, Self
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 10.0
"""Seconds without a frame after which the hub counts as gone: it beats each second."""

Frame = dict[str, Any]


class ScreenClient:
    """Keeps what a screen shows: entities and alerts, true to the hub after every frame.

    ``frames`` holds all that came. Give ``epoch`` and ``incident_seq`` of an earlier one to resume.
    """

    path = "/ws/city"

    def __init__(self, port: int, origin: str | None = None, **query: str | int) -> None:
        address = f"ws://127.0.0.1:{port}{self.path}"
        self._connecting: AbstractAsyncContextManager[ClientConnection] = connect(
            f"{address}?{urlencode(query)}" if query else address,
            origin=origin,  # type: ignore[arg-type]  # the library's NewType of str
            max_size=None,
            compression=None,
        )
        self.frames: list[Frame] = []
        self.entities: dict[str, Frame] = {}
        self.alerts: dict[str, Frame] = {}
        self.epoch = ""
        self.seq = -1
        self.incident_seq = -1
        self.gaps = 0
        self.socket: ClientConnection

    async def __aenter__(self) -> Self:
        self.socket = await self._connecting.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._connecting.__aexit__(None, None, None)

    async def say(self, **request: object) -> None:
        """Send a request."""
        await self.socket.send(json.dumps(request))

    async def next(self) -> Frame:
        """Take the next frame in, and return it."""
        async with asyncio.timeout(PATIENCE):
            frame = self.read(await self.socket.recv())
        self.frames.append(frame)
        await self.take(frame)
        return frame

    def read(self, received: str | bytes) -> Frame:
        """Return a frame as it came."""
        frame: Frame = json.loads(received)
        return frame

    async def take(self, frame: Frame) -> None:
        """Take a frame in."""
        if frame["kind"] == "snapshot":
            self._snapshot(frame)
        elif frame["kind"] == "delta":
            await self._delta(frame)
        elif frame["kind"] == "incident":
            await self._incident(frame)

    async def until(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Take frames in until one is as wanted; return it."""
        while not wanted(frame := await self.next()):
            pass
        return frame

    async def kind(self, kind: str) -> Frame:
        """Take frames in until one of a kind; return it."""
        return await self.until(lambda frame: frame["kind"] == kind)

    def _snapshot(self, frame: Frame) -> None:
        self.epoch, self.seq = frame["epoch"], frame["seq"]
        self.entities = {entity["id"]: entity for entity in frame["entities"]}
        # A resumed one has no alerts: what was missed follows as incidents.
        if not frame["resumed"]:
            self.alerts = {alert["id"]: alert for alert in frame["alerts"]}
        self.incident_seq = frame["incident_seq"]

    async def _delta(self, frame: Frame) -> None:
        if frame["prev"] != self.seq:
            self.gaps += 1
            await self.say(kind="snapshot")
            return
        self.seq = frame["seq"]
        self.entities.update((entity["id"], entity) for entity in frame["upsert"])
        for name in frame["remove"]:
            self.entities.pop(name, None)

    async def _incident(self, frame: Frame) -> None:
        if frame["prev"] != self.incident_seq:
            self.gaps += 1
            await self.say(kind="snapshot")
            return
        self.incident_seq = frame["seq"]
        self.alerts[frame["alert"]["id"]] = frame["alert"]
