"""uvicorn's protocols with what ASGI does not offer: shared frames, backpressure, and an end.

What is relied on of uvicorn's inside is held by tests/hub/serve/test_socket.py: `run_asgi` finds
`scope` built, `writable` is the event that the transport's watermarks move, `close_sent` and
`close_timer` end a connection, `handshake_complete` tells that the request was answered.
"""

import asyncio
import contextlib
import fcntl
import socket
import sys
import termios

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from hub.serve.errors import Gone, Stuck
from hub.serve.frames import Fragments
from hub.serve.limits import (
    FAREWELL_SECONDS,
    REQUEST_SECONDS,
    SEND_BUFFER_BYTES,
    STUCK_SECONDS,
)

EXTENSION = "cityhub.socket"
"""Where the ASGI scope holds the Socket of a websocket."""
_LOOK = 0.5


class HttpProtocol(H11Protocol):
    """HTTP/1.1 whose connections must send a request soon: half-open ones are dropped."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Start the clock of the first request."""
        super().connection_made(transport)
        self.loop.call_later(REQUEST_SECONDS, self._impatient)

    def _impatient(self) -> None:
        if not bool(self.scope) and not self.transport.is_closing():
            self.transport.abort()


class ScreenProtocol(WebSocketsSansIOProtocol):
    """A websocket that hands its Socket to the application."""

    async def run_asgi(self) -> None:
        """Run the application with the Socket in its scope."""
        self.scope["extensions"][EXTENSION] = {"socket": Socket(self)}
        await super().run_asgi()

    async def send(self, message: ASGISendEvent) -> None:
        """Send; a refusal with a body is an answer too, not a handshake left open."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True


class Socket:
    """The sending side of one accepted websocket."""

    def __init__(self, protocol: WebSocketsSansIOProtocol) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self._within = False
        self.sent = 0

    def bound(self) -> None:
        """Keep the kernel from holding megabytes for a client that does not read."""
        raw = self._transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    @property
    def waiting(self) -> int:
        """Bytes that the client has not taken yet, beyond the kernel's buffer."""
        return self._transport.get_write_buffer_size()

    @property
    def over(self) -> bool:
        """Whether nothing can be sent any more."""
        protocol = self._protocol
        return protocol.disconnected or protocol.close_sent or self._transport.is_closing()

    def abort(self) -> None:
        """Cut the line, whatever is still on its way."""
        self._transport.abort()

    async def send(self, fragments: Fragments) -> None:
        """Send one frame, a fragment at a time; raise Gone, or Stuck when nothing moves."""
        self._within = True
        for fragment in fragments:
            if self.over:
                raise Gone
            self._transport.write(fragment)
            self.sent += len(fragment)
            if not self._protocol.writable.is_set():
                await self._drained()
        self._within = False

    async def _drained(self) -> None:
        left, idle = self._left(), 0.0
        while not self._protocol.writable.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await self._protocol.writable.wait()
            before, left = left, self._left()
            idle = 0.0 if left < before else idle + _LOOK
            if idle >= STUCK_SECONDS and not self._protocol.writable.is_set():
                raise Stuck(STUCK_SECONDS)

    def _left(self) -> int:
        """Return the bytes that the client's machine has not acknowledged.

        The transport alone sees a slow client as still: the kernel asks for more only when a third
        of its buffer is free.
        """
        raw = self._transport.get_extra_info("socket")
        if raw is None or raw.fileno() < 0:
            return self.waiting
        queued = fcntl.ioctl(raw.fileno(), termios.TIOCOUTQ, b"\0\0\0\0")
        return self.waiting + int.from_bytes(queued, sys.byteorder)

    def farewell(self, fragments: Fragments, code: int, reason: str) -> None:
        """Say bye, close, and cut the line when the client does not answer in time."""
        if self.over:
            self._transport.abort()
            return
        # Between the fragments of a frame only a control frame may stand.
        said = [] if self._within else fragments
        self._protocol.conn.send_close(code, reason)
        self._transport.write(b"".join([*said, *self._protocol.conn.data_to_send()]))
        # As uvicorn's own close: the client's answer ends the connection and stops the timer.
        self._protocol.close_sent = True
        self._protocol.close_timer = asyncio.get_running_loop().call_later(
            FAREWELL_SECONDS, self._transport.abort
        )
