"""A paho client driven by the event loop, for MQTT 3.1.1 or 5, with a session that lasts.

One thread for all gateways: with a thread each, they would fight over the interpreter's lock.
"""

import asyncio
import socket
from typing import Any

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from sensors.options import Broker

KEEPALIVE = 10
"""Seconds; a broker that hangs is noticed within twice that."""
CONNECT_TIMEOUT = 1.0
"""Seconds; below the 2 s in which a stop must be over."""
SESSION_SECONDS = 3_600
"""MQTT 5: how long the broker keeps commands for a gateway that is away (our default)."""


def make_client(broker: Broker, protocol: str, client_id: str, *, lasting: bool = True) -> Client:
    """Return a client on the running event loop; call its `reconnect`, in a thread, to connect.

    A ``lasting`` session is kept by the broker while the client is away.
    """
    five = protocol == "5"
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if five else not lasting,
        protocol=MQTTProtocolVersion.MQTTv5 if five else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_TIMEOUT
    client.max_queued_messages_set(0)  # no bound of paho's own: the link has one
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set()
    _drive(client)
    if five:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = SESSION_SECONDS if lasting else 0
        client.connect_async(
            broker.host, broker.port, KEEPALIVE, clean_start=not lasting, properties=properties
        )
    else:
        client.connect_async(broker.host, broker.port, KEEPALIVE)
    return client


def _drive(client: Client) -> None:
    """Let the event loop watch the client's socket; calls may come from the connecting thread."""
    loop = asyncio.get_running_loop()

    # paho's type of a socket is a union with what websockets need, hence Any.
    def opened(_client: Client, _data: object, sock: Any) -> None:
        loop.call_soon_threadsafe(read, sock)

    def closed(_client: Client, _data: object, sock: Any) -> None:
        loop.remove_reader(sock)
        loop.remove_writer(sock)

    def writing(_client: Client, _data: object, sock: Any) -> None:
        loop.call_soon_threadsafe(write, sock)

    # By the time these run the socket may be gone.
    def read(sock: socket.socket) -> None:
        if sock.fileno() >= 0:
            loop.add_reader(sock, client.loop_read)

    def write(sock: socket.socket) -> None:
        if sock.fileno() < 0:
            return
        if client.want_write():
            loop.add_writer(sock, client.loop_write)
        else:
            loop.remove_writer(sock)

    client.on_socket_open = opened
    client.on_socket_close = closed
    client.on_socket_register_write = writing
    client.on_socket_unregister_write = writing
