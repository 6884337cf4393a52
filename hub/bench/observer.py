"""Looks what arrives: in the log, on a screen's websocket, and how far the worker is behind."""

import asyncio
import http.client
import time
from contextlib import suppress
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from hub.bench.errors import BenchFailed
from hub.bench.ledger import Ledger
from hub.bench.plan import DISTRICT, LAYER, PREFIX, entity, source
from hub.log.log import Log
from hub.log.tables import Tables
from hub.model.event import Logged

ENTRIES, BLOCK = 64, 200
"""Stream entries at a time, and milliseconds to wait for one."""
RETRY_SECONDS = 0.2
LOOK_SECONDS = 0.25
"""How often the worker's lag is looked at."""
ANSWER_SECONDS = 5.0
"""How long the web server may take to let a screen in."""


class _Shown(Struct, gc=False):
    id: str
    time: str


class _Frame(Struct):
    kind: str
    upsert: list[_Shown] = []
    entities: list[_Shown] = []


_frame = msgspec.json.Decoder(_Frame).decode


class LogReader:
    """Reads one partition's log from its end on; ``newest`` is the last reading of the bench."""

    def __init__(self, redis: Redis, partition: str, ledger: Ledger, devices: int) -> None:
        self.newest = 0
        self._log = Log(redis, partition)
        self._ledger = ledger
        self._index = {source(index): index for index in range(devices)}
        self._after = 0

    async def start(self) -> None:
        """Note where the log ends."""
        self._after = (await self._log.head()).ordinal

    async def run(self) -> None:
        """Read until cancelled."""
        while not cancelled():
            try:
                events = await self._log.read(self._after, ENTRIES, BLOCK)
            except RedisError:  # it may be what is being killed: read on from here
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._note(events, time.perf_counter())

    def _note(self, events: list[Logged], at: float) -> None:
        for logged in events:
            self._after = logged.position.ordinal
            index = self._index.get(logged.event.source)
            if index is not None and logged.event.sequence:
                self._ledger.logged(index, int(logged.event.sequence), at)
                self.newest = self._after


class Screen:
    """A screen that shows the bench's devices. ``reconnects``: how often it was cut."""

    def __init__(self, url: str, token: str, ledger: Ledger, devices: int) -> None:
        self.up = asyncio.Event()
        self.reconnects = 0
        self._url, self._token = url, token
        self._ledger = ledger
        self._index = {entity(index): index for index in range(devices)}

    async def open(self) -> ClientConnection:
        """Connect, or raise BenchFailed."""
        try:
            return await self._connect()
        except (OSError, WebSocketException, http.client.HTTPException) as error:
            raise BenchFailed(
                f"no websocket at {self._url}: {error}", "start the city: `cityhub demo`"
            ) from error

    async def run(self, connection: ClientConnection) -> None:
        """Note what is shown until cancelled; connect again when cut."""
        while True:
            try:
                async with connection:
                    await self._watch(connection)
            except (OSError, WebSocketException):
                self.reconnects += 1
            connection = await self._again()

    async def _again(self) -> ClientConnection:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                return await self._connect()
            except (OSError, WebSocketException, http.client.HTTPException):
                continue  # it is not up again yet; the reconnect was counted

    async def _connect(self) -> ClientConnection:
        parts = urlsplit(self._url)
        query = f"layers={LAYER}&districts={DISTRICT}"
        if self._token:
            query += f"&ticket={await asyncio.to_thread(_ticket, self._url, self._token)}"
        return await connect(
            f"ws://{parts.netloc}/ws/city?{query}",
            compression=None,
            max_size=None,  # a snapshot of a whole city is one frame
            proxy=None,
            open_timeout=ANSWER_SECONDS,
        )

    async def _watch(self, connection: ClientConnection) -> None:
        async for message in connection:
            at = time.perf_counter()
            frame = _frame(message)
            for shown in (*frame.upsert, *frame.entities):
                index = self._index.get(shown.id)
                if index is not None:
                    self._ledger.shown(index, shown.time, at)
            if frame.kind == "snapshot":
                self.up.set()


class Backlog:
    """How far the worker of a partition is behind its log; ``most`` in events."""

    def __init__(self, redis: Redis, partition: str) -> None:
        self.most = 0
        self._log = Log(redis, partition)
        self._tables = Tables(redis, partition)

    async def run(self) -> None:
        """Look until cancelled."""
        while not cancelled():
            with suppress(RedisError):  # looked at again
                done = (await self._tables.committed()).offset
                self.most = max(self.most, (await self._log.head()).ordinal - done)
            await asyncio.sleep(LOOK_SECONDS)

    async def worked(self) -> int:
        """Return the ordinal of the last event that was worked."""
        return (await self._tables.committed()).offset


def cancelled() -> bool:
    """Return whether the task was told to end.

    A command of redis-py that is cancelled as its time runs out ends with an error of its own:
    who goes on after errors has to ask, or goes on for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def is_ours(name: str) -> bool:
    """Return whether a device's source is one of the bench's."""
    return name.startswith(PREFIX)


def _ticket(url: str, token: str) -> str:
    """Return a ticket for one websocket: beyond loopback everybody shows one."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "127.0.0.1", parts.port or 80, timeout=ANSWER_SECONDS
    )
    try:
        headers = {"authorization": f"Bearer {token}"}
        connection.request("POST", "/api/tickets", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    created = 201
    if answer.status != created:
        remedy = "set CITYHUB_ACCESS_TOKEN as the city has it"
        raise BenchFailed(f"no ticket: status {answer.status}", remedy)
    return str(msgspec.json.decode(body)["ticket"])
