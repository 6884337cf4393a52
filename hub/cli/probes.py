"""Knocks at the doors of the running city: one TCP, MQTT or HTTP answer each, with a short wait."""

import http.client
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

import msgspec
import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.mqtt.broker import Broker

ANSWER_SECONDS = 2.0
"""How long an answer may take: a server on this machine or in its room needs milliseconds."""

V5 = MQTTProtocolVersion.MQTTv5
V311 = MQTTProtocolVersion.MQTTv311


def mqtt_refusal(broker: Broker, version: MQTTProtocolVersion) -> str | None:
    """Connect to a broker once; return None when it accepts, else why not. OSError: not there."""
    answered = threading.Event()
    reasons: list[str] = []

    def on_connect(
        _client: mqtt.Client,
        _data: Any,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            reasons.append(str(reason))
        answered.set()

    def on_disconnect(*_: object) -> None:
        if not answered.is_set():
            reasons.append("it hangs up")
        answered.set()

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, "", protocol=version, reconnect_on_failure=False
    )
    client.on_connect, client.on_disconnect = on_connect, on_disconnect
    client.connect_timeout = ANSWER_SECONDS
    if broker.user is not None:
        client.username_pw_set(broker.user, broker.password)
    if broker.tls:
        client.tls_set_context(ssl.create_default_context())
    client.connect(broker.host, broker.port)
    client.loop_start()
    try:
        if not answered.wait(ANSWER_SECONDS):
            return "it does not answer"
    finally:
        client.disconnect()
        client.loop_stop()
    return reasons[0] if reasons else None


def ask(url: str, path: str, token: str = "") -> tuple[int, object]:
    """Ask the web server; return status and JSON (None where it is none). OSError: not there."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname or "127.0.0.1", parts.port or 80, timeout=ANSWER_SECONDS
    )
    headers = {"authorization": f"Bearer {token}"} if token else {}
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP: {error!r}") from error
    finally:
        connection.close()
    try:
        return answer.status, msgspec.json.decode(body)
    except msgspec.DecodeError:
        return answer.status, None
