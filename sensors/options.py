"""What a run of the sensors is told."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from hub.model.instant import Instant
from sensors.city.fault import Level
from sensors.errors import BadOption

PLAIN_PORT = 1883
TLS_PORT = 8883


@dataclass(frozen=True, kw_only=True)
class Options:
    """A run of the sensors; ``devices`` 0 is the standard city.

    ``rate`` in readings per real second sets the pace of all periods; 0 keeps the usual ones.
    ``start`` holds only where no hub gives the city's time; where one does, ``speed`` is what it is
    asked for. ``stories`` begin ``story_at`` city minutes after the first reading. ``count``
    (readings) and ``seconds`` (real) end the run; 0 means never. ``client_id`` begins the client
    ids: two runs on one broker need two of them.
    """

    mqtt_url: str = "mqtt://127.0.0.1:1883"
    seed: int = 1
    devices: int = 0
    rate: float = 0.0
    faults: Level = Level.DEFAULT
    start: Instant | None = None
    speed: float = 1.0
    ledger: Path | None = None
    count: int = 0
    seconds: float = 0.0
    json: bool = False
    protocol: Literal["3.1.1", "5"] = "3.1.1"
    client_id: str = "sensors"
    stories: tuple[str, ...] = ()
    story_at: float = 2.0


@dataclass(frozen=True)
class Broker:
    """Where the broker is and how to greet it."""

    host: str
    port: int
    tls: bool
    user: str | None
    password: str | None


def broker(url: str) -> Broker:
    """Return the broker of an `mqtt://` or `mqtts://` URL; raise BadOption when it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadOption("--mqtt-url", str(error)) from error
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
        raise BadOption("--mqtt-url", "expected mqtt://[user:password@]host[:port] or mqtts://…")
    tls = parts.scheme == "mqtts"
    return Broker(
        parts.hostname,
        port or (TLS_PORT if tls else PLAIN_PORT),
        tls,
        unquote(parts.username) if parts.username else None,
        unquote(parts.password) if parts.password else None,
    )
