"""The composition root of `serve`: the application, its tasks, and how it stops."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence

import structlog
import uvicorn
from fastapi import FastAPI, Request
from redis.exceptions import RedisError
from starlette.responses import JSONResponse

from hub import __version__
from hub.core.declaration import Declaration
from hub.edge import pause, stop_event
from hub.log.connection import connect
from hub.log.errors import LogFull
from hub.log.vitals import PERIOD
from hub.serve import docs, metrics, static, stream
from hub.serve.api import (
    alerts,
    controls,
    deadletters,
    devices,
    districts,
    entities,
    health,
    scenarios,
    tickets,
    tiles,
)
from hub.serve.api import history as archives
from hub.serve.errors import NoCredentials, PortTaken
from hub.serve.guard import Guard, is_loopback
from hub.serve.history import stream as history
from hub.serve.limits import CLIENT_MESSAGE_BYTES
from hub.serve.serving import Serving, serving
from hub.serve.socket import HttpProtocol, ScreenProtocol
from hub.settings import Settings
from hub.work.loader import Loader

GOODBYE_SECONDS = 2.0
"""How long the clients have to read their `bye` at a stop."""
GRACE_SECONDS = 2
"""How long uvicorn waits for requests under way; with the above, a stop takes at most 5 s."""
LAST_ANSWER_SECONDS = 1.0
"""How long the last commands to Redis may take at a stop."""
BACKLOG = 2_048
NOUNS = (
    alerts,
    controls,
    archives,
    deadletters,
    devices,
    districts,
    entities,
    health,
    scenarios,
    tickets,
    tiles,
)

log = structlog.get_logger()


def build(parts: Serving) -> FastAPI:
    """Return the application over its parts; nothing runs and nothing is connected yet."""
    app = FastAPI(title="CityHub 城枢", version=__version__, docs_url=None, redoc_url=None)
    app.state.serving = parts
    app.state.metrics = metrics.registry(parts)
    for noun in NOUNS:
        app.include_router(noun.router, prefix="/api")
    for other in (metrics, stream, history, docs):
        app.include_router(other.router)
    static.mount(app)
    app.add_exception_handler(LogFull, _unavailable)
    app.add_exception_handler(RedisError, _unavailable)
    app.add_exception_handler(OSError, _unavailable)
    app.add_middleware(
        Guard,
        vitals=parts.status.vitals,
        token=parts.settings.access_token,
        loopback=parts.loopback,
    )
    return app


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    """Tell that the log is away: nobody knows whether it took the request, so it may come again."""
    log.warning("unavailable", path=request.url.path, error=repr(error)[:300])
    request.app.state.serving.status.vitals.count("errors|reason=unavailable")
    return JSONResponse({"error": "unavailable"}, 503, {"retry-after": "1"})


def listen(bind: str, port: int) -> socket.socket:
    """Return a listening socket, or raise PortTaken."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((bind, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise PortTaken(bind, port) from error
    return listener


def check(settings: Settings) -> None:
    """Raise NoCredentials when others can reach the server and need no token."""
    if not is_loopback(settings.bind) and not settings.access_token:
        raise NoCredentials(settings.bind)


async def run(
    settings: Settings,
    declarations: Sequence[Declaration] | None = None,
    stop: asyncio.Event | None = None,
    listener: socket.socket | None = None,
) -> None:
    """Serve until ``stop`` (default: SIGTERM or SIGINT); gone within 5 s of it.

    ``declarations`` are the scenarios, by default those of the settings. Raises NoCredentials or
    PortTaken before anything runs.
    """
    check(settings)
    if declarations is None:
        declarations = Loader(settings.scenarios).declarations
    stop = stop or stop_event()
    listener = listener or listen(settings.bind, settings.http_port)
    redis = connect(settings.redis)
    parts = serving(settings, declarations, redis)
    server = Server(_config(build(parts)))
    try:
        async with asyncio.TaskGroup() as group:
            reading = [
                group.create_task(parts.feed.run(stop), name="feed"),
                group.create_task(_poll(parts, stop), name="poll"),
            ]
            group.create_task(_pulse(parts, stop), name="pulse")
            flushing = group.create_task(_flush(parts), name="flush")
            group.create_task(server.serve(sockets=[listener]), name="http")
            await stop.wait()
            await _part(parts)
            server.should_exit = True
            flushing.cancel()
            await asyncio.wait(reading, timeout=LAST_ANSWER_SECONDS)
            # A Redis that hangs keeps nobody: these connections carry no command any more.
            for task in reading:
                task.cancel()
    finally:
        await redis.aclose()


class Server(uvicorn.Server):
    """uvicorn without signal handlers: the process has its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=HttpProtocol,
        ws=ScreenProtocol,
        ws_max_size=CLIENT_MESSAGE_BYTES,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )


async def _poll(parts: Serving, stop: asyncio.Event) -> None:
    """Ask how everybody is, once a second."""
    while not await pause(stop, PERIOD):
        gauges, clients = parts.status.vitals.gauges, parts.wall.clients
        gauges["clients"] = len(clients)
        gauges["waiting_bytes"] = max((each.socket.waiting for each in clients), default=0)
        await parts.status.poll()


async def _pulse(parts: Serving, stop: asyncio.Event) -> None:
    """Once a second, whatever Redis does: new figures on the tiles, and a beat for everybody."""
    while not await pause(stop, PERIOD):
        if parts.wall.loaded:
            change = parts.tiles.compute(parts.wall.screen, parts.status.city())
            parts.wall.take(change)
            parts.trends.note(parts.tiles.values, parts.status.city())
        ready, encoded = parts.status.encoded()
        parts.wall.beat(encoded, ready=ready)


async def _flush(parts: Serving) -> None:
    """Send deltas at most at the set rate; a lone change, after a quiet period, at once."""
    period = 1 / parts.settings.delta_rate
    loop = asyncio.get_running_loop()
    last = loop.time() - period
    while True:
        await parts.wall.dirty.wait()
        await asyncio.sleep(max(0.0, last + period - loop.time()))
        last = loop.time()
        parts.wall.flush()


async def _part(parts: Serving) -> None:
    """Say bye to all, and give them a moment to hear it."""
    parts.wall.dismiss("shutting-down")
    parts.history.dismiss("shutting-down")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await parts.wall.empty.wait()
    for client in tuple(parts.wall.clients):
        client.socket.abort()
