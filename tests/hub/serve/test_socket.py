"""What hub/serve/socket.py relies on of uvicorn's inside; a new version must keep it."""

import logging

import pytest
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidStatus

from hub.serve.errors import Gone
from hub.serve.frames import pack
from hub.serve.socket import Socket
from tests.hub.serve.conftest import Running
from tests.servers import until

pytestmark = pytest.mark.contract


def test_the_names_are_there() -> None:
    """Attributes and methods that are overridden or read."""
    for name in ("run_asgi", "send", "pause_writing", "resume_writing"):
        assert callable(getattr(WebSocketsSansIOProtocol, name))


async def test_a_refusal_is_no_error_in_the_log(
    serve: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """Uvicorn takes a denial with a body for an open handshake; ours does not."""
    with caplog.at_level(logging.ERROR), pytest.raises(InvalidStatus) as refused:
        async with serve.screen("http://evil.example"):
            pass
    assert refused.value.response.body == b'{"error":"origin"}'
    await serve.http.get("/api/health")
    assert caplog.records == []


async def test_a_socket_that_is_over_raises_gone(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The writer must end, not write into nothing."""
    seen: list[Socket] = []
    bound = Socket.bound

    def spy(self: Socket) -> None:
        seen.append(self)
        bound(self)

    monkeypatch.setattr(Socket, "bound", spy)
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        assert not seen[0].over
        assert seen[0].waiting == 0
    await until(lambda: seen[0].over, "the server sees the close")
    with pytest.raises(Gone):
        await seen[0].send(pack(b"{}"))
