"""Keeps one MQTT connection up: connects, subscribes, and does so again when it is lost."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from hub.edge import pause
from hub.mqtt.broker import Broker
from hub.mqtt.client import V5, V311, Connection
from hub.mqtt.errors import Lost, MqttError, Refused, Unreachable
from hub.mqtt.paho import Received

log = structlog.get_logger()

FIRST_WAIT, LONGEST_WAIT = 0.05, 2.0
"""Seconds before connecting again: doubled from the first to the longest."""
BEAT_SECONDS = 1.0
"""How often the keepalive is looked after."""


def _nothing(*_: object) -> None:
    """Stand in for a callback that is not wanted."""


class Link:
    """A lasting link of one client id to the broker.

    ``receive`` gets each message with its connection, ``up`` is called when subscribed, ``down``
    with the reason when an established connection is lost. All run in the event loop and must not
    block. ``trouble`` says why there is no connection, empty while there is one.
    """

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        filters: Sequence[str] = (),
        *,
        receive: Callable[[Connection, Received], None] = _nothing,
        up: Callable[[], None] = _nothing,
        down: Callable[[str], None] = _nothing,
    ) -> None:
        self.connection: Connection | None = None
        self.connected = asyncio.Event()
        self.trouble = "not connected yet"
        self._broker = broker
        self._client_id = client_id
        self._filters = filters
        self._receive, self._up, self._down = receive, up, down
        self._closing = asyncio.Event()
        self._version = V5
        self._log = log.bind(client=client_id, host=broker.host, port=broker.port)

    async def run(self) -> None:
        """Connect and keep connected until `close`."""
        wait = FIRST_WAIT
        while not self._closing.is_set():
            started = asyncio.get_running_loop().time()
            try:
                connection = await self._connect()
            except MqttError as error:
                self._failed(error)
            else:
                await self._serve(connection)
            # A broker that accepts and hangs up at once is not asked 20 times a second either.
            if asyncio.get_running_loop().time() - started > LONGEST_WAIT:
                wait = FIRST_WAIT
            await pause(self._closing, wait)
            wait = min(2 * wait, LONGEST_WAIT)

    async def close(self) -> None:
        """Send what is queued, disconnect and end `run`; the session stays with the broker."""
        self._closing.set()
        if self.connection is not None:
            await self.connection.close()

    def drop(self) -> None:
        """End `run` without a word to the broker."""
        self._closing.set()
        if self.connection is not None:
            self.connection.drop("dropped")

    async def _connect(self) -> Connection:
        connection = Connection(self._broker, self._client_id, self._version, self._receive)
        try:
            await connection.open()
            if self._closing.is_set():  # `close` and `drop` came while it was not there yet
                raise Lost("closing")
            self.connection = connection
            if self._filters:
                await connection.subscribe(self._filters)
        except MqttError:
            connection.drop("not established")
            self.connection = None
            raise
        return connection

    async def _serve(self, connection: Connection) -> None:
        self.trouble = ""
        self._log.info("mqtt.connected", version=connection.version.name)
        self.connected.set()
        self._up()
        while not connection.lost.done():
            connection.beat()
            await asyncio.wait({connection.lost}, timeout=BEAT_SECONDS)
        self.connected.clear()
        self.connection = None
        self.trouble = f"MQTT connection lost: {connection.lost.result()}"
        if not self._closing.is_set():
            self._log.warning("mqtt.lost", reason=connection.lost.result())
            self._down(connection.lost.result())

    def _failed(self, error: MqttError) -> None:
        if str(error) != self.trouble:  # said once, not twice a second
            self._log.warning("mqtt.unreachable", error=str(error))
        self.trouble = str(error)
        # Brokers of MQTT 3.1.1 alone refuse version 5 or hang up on it. One that merely went away
        # in that moment is asked for version 5 again.
        old = isinstance(error, Refused) and error.version
        early = isinstance(error, Unreachable) and error.early
        self._version = V311 if self._version == V5 and (old or early) else V5
