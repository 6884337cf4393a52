"""The broker's side of the wire, spoken by hand: a test sees and sends each packet."""

import asyncio
import struct
from typing import Self

CONNECT, CONNACK, PUBLISH, PUBACK = 1, 2, 3, 4
SUBSCRIBE, SUBACK, UNSUBSCRIBE, PINGREQ, DISCONNECT = 8, 9, 10, 12, 14


class Wire:
    """Serves one client at a time; ``seen`` are the packets it sent: (type, body)."""

    def __init__(self, *, only_311: bool = False, hang_up_on_5: bool = False) -> None:
        self.seen: list[tuple[int, bytes]] = []
        self.versions: list[int] = []
        self._only_311, self._hang_up_on_5 = only_311, hang_up_on_5
        self._writer: asyncio.StreamWriter | None = None
        self.subscribed = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"mqtt://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer is not None:
            self._writer.close()
        self._server.close()
        await self._server.wait_closed()

    def count(self, packet_type: int) -> int:
        """Return how many packets of a type have come."""
        return sum(kind == packet_type for kind, _ in self.seen)

    def acked(self) -> list[int]:
        """Return the packet ids of the PUBACKs that have come."""
        return [struct.unpack("!H", body[:2])[0] for kind, body in self.seen if kind == PUBACK]

    async def quiet(self, seconds: float = 0.5) -> None:
        """Wait until nothing has come for a while."""
        count = -1
        while count != len(self.seen):
            count = len(self.seen)
            await asyncio.sleep(seconds)

    async def publish(
        self, topic: bytes, payload: bytes, packet: int, properties: bytes = b""
    ) -> None:
        """Send a PUBLISH with QoS 1."""
        body = struct.pack("!H", len(topic)) + topic + struct.pack("!H", packet)
        if self.versions[-1] == 5:
            body += bytes([len(properties)]) + properties
        await self._send(PUBLISH << 4 | 0x02, body + payload)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        try:
            while True:
                header, body = await self._packet(reader)
                self.seen.append((header >> 4, body))
                if not await self._answer(header >> 4, body):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client went
        writer.close()

    async def _packet(self, reader: asyncio.StreamReader) -> tuple[int, bytes]:
        header = (await reader.readexactly(1))[0]
        size = shift = 0
        while True:
            byte = (await reader.readexactly(1))[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return header, await reader.readexactly(size)

    async def _answer(self, kind: int, body: bytes) -> bool:
        five = bool(self.versions) and self.versions[-1] == 5
        if kind == CONNECT:
            self.versions.append(body[6])
            five = body[6] == 5
            if five and self._hang_up_on_5:
                return False
            if five and self._only_311:
                await self._send(CONNACK << 4, b"\x00\x01")
                return False
            await self._send(CONNACK << 4, b"\x00\x00\x00" if five else b"\x00\x00")
        elif kind == SUBSCRIBE:
            await self._send(SUBACK << 4, body[:2] + (b"\x00\x01" if five else b"\x01"))
            self.subscribed.set()
        elif kind == PUBLISH:
            (length,) = struct.unpack_from("!H", body)
            await self._send(PUBACK << 4, body[2 + length : 4 + length])
        return kind != DISCONNECT

    async def _send(self, header: int, body: bytes) -> None:
        assert self._writer is not None
        size, length = len(body), b""
        while True:
            length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
            size >>= 7
            if not size:
                break
        self._writer.write(bytes([header]) + length + body)
        await self._writer.drain()
