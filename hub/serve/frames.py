"""The frames of `/ws/city` (docs/protocol.md), encoded once for all clients alike. Pure.

A frame is a list of websocket fragments, ready for the wire: a server does not mask, so the same
bytes go to every client, and a fragment at a time keeps a slow client's buffer small.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Struct
from websockets.frames import Frame as Wire
from websockets.frames import Opcode

from hub.model.instant import Instant, text
from hub.serve.limits import FRAGMENT_BYTES

PROTOCOL = 1

Fragments = list[bytes]

_json = msgspec.json.encode


class Played(Struct, frozen=True):
    """What a player of `/ws/history` does, and within which archive."""

    state: str
    speed: float
    start: Instant
    end: Instant


class Moment(Struct, frozen=True):
    """When a frame was made: the server's time, the city's, its rate, and how old the data is.

    ``played`` is None but in history.
    """

    server: Instant
    city: Instant
    rate: float = 1.0
    delay_ms: int = 0
    played: Played | None = None


def hello(epoch: str, now: Moment) -> Fragments:
    """The first frame of a connection."""
    return pack(
        _json(
            {
                "kind": "hello",
                "protocol": PROTOCOL,
                "epoch": epoch,
                "seq": 0,
                "server_time": text(now.server),
                "city_time": text(now.city),
                "rate": now.rate,
                "delay_ms": now.delay_ms,
                **_history(now.played),
            }
        )
    )


def snapshot(
    epoch: str, seq: int, incident_seq: int, now: Moment, body: Fragments, *, resumed: bool
) -> Fragments:
    """All that a view shows: a head of its own before a ``snapshot_body`` that is shared."""
    head = _json(
        {
            "kind": "snapshot",
            "epoch": epoch,
            "seq": seq,
            "incident_seq": incident_seq,
            "resumed": resumed,
            "city_time": text(now.city),
        }
    )
    return [Wire(Opcode.TEXT, head[:-1], fin=False).serialize(mask=False), *body]


def snapshot_body(entities: Iterable[bytes] | None, alerts: Iterable[bytes]) -> Fragments:
    """The shared end of a snapshot frame; without ``alerts`` for a client that resumes.

    ``entities`` is None where they come in columns.
    """
    body = b',"alerts":[' + b",".join(alerts) + b"]"
    if entities is not None:
        body += b',"entities":[' + b",".join(entities) + b"]"
    return pack(body + b"}", Opcode.CONT)


def delta(
    epoch: str, seq: int, now: Moment, upsert: Iterable[bytes], remove: list[str]
) -> Fragments:
    """What changed in a view since the frame before."""
    head = _json(
        {
            "kind": "delta",
            "epoch": epoch,
            "seq": seq,
            "prev": seq - 1,
            "city_time": text(now.city),
            "delay_ms": now.delay_ms,
            "remove": remove,
        }
    )
    return pack(head[:-1] + b',"upsert":[' + b",".join(upsert) + b"]}")


def incident(epoch: str, seq: int, prev: int, alert: bytes) -> Fragments:
    """One alert as it stands now; ``prev`` is the incident this client had before."""
    head = _json({"kind": "incident", "epoch": epoch, "seq": seq, "prev": prev})
    return pack(head[:-1] + b',"alert":' + alert + b"}")


def beat(epoch: str, seq: int, now: Moment, *, ready: bool, parts: bytes) -> Fragments:
    """A sign of life each second; ``parts`` is their JSON."""
    head = _json(
        {
            "kind": "beat",
            "epoch": epoch,
            "seq": seq,
            "server_time": text(now.server),
            "city_time": text(now.city),
            "delay_ms": now.delay_ms,
            "ready": ready,
            **_history(now.played),
        }
    )
    return pack(head[:-1] + b',"parts":' + parts + b"}")


def _history(played: Played | None) -> dict[str, object]:
    if played is None:
        return {}
    start, end = text(played.start), text(played.end)
    return {"history": {"state": played.state, "speed": played.speed, "from": start, "to": end}}


def bye(epoch: str, seq: int, reason: str) -> Fragments:
    """The last frame before the hub closes."""
    return pack(_json({"kind": "bye", "epoch": epoch, "seq": seq, "reason": reason}))


def binary(payload: bytes) -> Fragments:
    """A frame of columns (columns.py)."""
    return pack(payload, Opcode.BINARY)


def pack(payload: bytes, opcode: Opcode = Opcode.TEXT) -> Fragments:
    """Return the payload as websocket fragments, the last of them final."""
    starts = range(0, len(payload), FRAGMENT_BYTES)
    return [
        Wire(
            opcode if start == 0 else Opcode.CONT,
            payload[start : start + FRAGMENT_BYTES],
            fin=start + FRAGMENT_BYTES >= len(payload),
        ).serialize(mask=False)
        for start in starts
    ]
