"""R7 in small: slow and stuck screens harm nobody else, and are told."""

import asyncio
import base64
import os
import socket
import time

import pytest

from tests.hub.serve.city import alert, lot
from tests.hub.serve.conftest import Running
from tests.hub.serve.test_stream import bye, free

pytestmark = pytest.mark.contract

LOTS = 343
SLOW = STUCK = 5


async def deaf(port: int) -> socket.socket:
    """Return a websocket that has asked, and reads only when told: its receive buffer is small."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    raw.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(raw, ("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    request = (
        f"GET /ws/city HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
        f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    await loop.sock_sendall(raw, request.encode())
    return raw


async def sip(raw: socket.socket) -> None:
    """Read slowly, about 100 kB/s, until the end."""
    loop = asyncio.get_running_loop()
    while await loop.sock_recv(raw, 10_000):  # noqa: ASYNC110 the pace is the point
        await asyncio.sleep(0.1)


async def test_slow_and_stuck_screens_harm_nobody(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stuck are closed with a reason, the slow live on, a good one misses nothing."""
    monkeypatch.setattr("hub.serve.socket.STUCK_SECONDS", 1.0)
    stuck = [await deaf(serve.port) for _ in range(STUCK)]
    slow = [await deaf(serve.port) for _ in range(SLOW)]
    sipping = [asyncio.create_task(sip(raw)) for raw in slow]
    delays: list[float] = []
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        number = 0
        while not _harmed(await _metrics(serve)):
            number += 1
            begun = time.monotonic()
            await serve.d1.show(*(lot(n, number, number) for n in range(LOTS)))
            await screen.until(lambda _, n=number: free(screen, LOTS - 1) == n)  # type: ignore[misc]  # bound at once
            delays.append(time.monotonic() - begun)
        assert screen.gaps == 0
        assert all(not each.done() for each in sipping)
        # A slow screen is never a second behind what the others see: no queue of old frames.
        assert sorted(delays)[len(delays) // 2] < 1
    for each in sipping:
        each.cancel()
    for raw in (*stuck, *slow):
        raw.close()


async def _metrics(serve: Running) -> str:
    return (await serve.http.get("/metrics")).text


def _harmed(text: str) -> bool:
    """Whether all stuck ones are closed, and a slow one was brought up to date by a snapshot."""
    closed = _value(text, 'cityhub_closed_by_reason_total{process="serve",reason="stuck"}')
    return closed == STUCK and _value(text, 'cityhub_resyncs_total{process="serve"}') > 0


def _value(text: str, name: str) -> float:
    for line in text.splitlines():
        if line.startswith(name):
            return float(line.rpartition(" ")[2])
    return 0


async def test_a_screen_far_behind_in_incidents_is_told_to_come_again(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`too-slow`: the kept incidents do not reach back to it any more; it resumes from the log."""
    raw = await deaf(serve.port)
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        text = "x" * 400
        for version in range(1, 90):
            await serve.city.tell(*(alert(f"p{n}", version, text=text) for n in range(60)))
            await screen.until(lambda _, n=version: screen.incident_seq == n * 60)  # type: ignore[misc]  # bound at once
        assert screen.gaps == 0
    loop = asyncio.get_running_loop()
    received = b""
    async with asyncio.timeout(20):
        while chunk := await loop.sock_recv(raw, 1 << 20):
            received += chunk
    raw.close()
    assert b'"reason":"too-slow"' in received[-200:]


async def test_what_a_slow_screen_costs_is_bounded(serve: Running) -> None:
    """One fragment and the transport's mark in user space, whatever the city does."""
    raw = await deaf(serve.port)
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        for number in range(1, 12):
            await serve.d1.show(*(lot(n, number, number) for n in range(LOTS)))
            await screen.until(lambda _, n=number: free(screen, LOTS - 1) == n)  # type: ignore[misc]  # bound at once
        name = 'cityhub_waiting_bytes{process="serve"}'
        while (waiting := _value(await _metrics(serve), name)) == 0:
            await screen.kind("beat")
        assert waiting < 256 * 1024
    raw.close()


async def test_bye_is_the_last_word(serve: Running) -> None:
    """Also with frames on the way."""
    async with serve.screen() as screen:
        await screen.kind("snapshot")
        serve.stop.set()
        last, _ = await bye(screen)
    assert last["kind"] == "bye"
