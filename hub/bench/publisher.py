"""Publishes: one MQTT connection, QoS 1, at a given rate or as fast as it is acknowledged."""

import ssl
import threading
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from hub.bench.errors import BenchFailed
from hub.bench.ledger import Ledger
from hub.bench.plan import MOST_READINGS, Plan, reading, topic
from hub.log.clock import real_now
from hub.model.instant import CityClock, text
from hub.mqtt.broker import Broker

IN_FLIGHT = 1_000
"""Most readings not yet acknowledged: a second's worth at 1,000/s, so that a short stall of the
broker is measured and not made up for by waiting."""
CONNECT_SECONDS = 5.0
STALLED_SECONDS = 20.0
"""How long no acknowledgement may come, reconnecting included, before the run counts as failed."""


class Publisher:
    """One connection; paho's own thread answers it, and connects again when it is lost."""

    def __init__(self, broker: Broker, client_id: str) -> None:
        self._broker = broker
        self._ledger: Ledger | None = None
        self._connected = threading.Event()
        self._refused = ""
        self._free = threading.BoundedSemaphore(IN_FLIGHT)
        # MQTT 3.1.1: every broker speaks it, the embedded one nothing else.
        self._client = mqtt.Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv311
        )
        self._client.suppress_exceptions = True  # one that raises would end paho's thread
        # 0: no limit. With one paho looks through all messages in flight at each answer.
        self._client.max_inflight_messages_set(0)
        self._client.connect_timeout = CONNECT_SECONDS
        self._client.reconnect_delay_set(1, 2)
        self._client.on_connect = self._on_connect
        self._client.on_publish = self._on_publish
        if broker.user is not None:
            self._client.username_pw_set(broker.user, broker.password)
        if broker.tls:
            self._client.tls_set_context(ssl.create_default_context())

    def __enter__(self) -> Self:
        where = f"{self._broker.host}:{self._broker.port}"
        try:
            self._client.connect(self._broker.host, self._broker.port)
        except OSError as error:
            raise BenchFailed(f"no broker at {where}: {error}", "see `cityhub doctor`") from error
        self._client.loop_start()
        if not self._connected.wait(CONNECT_SECONDS) or self._refused:
            self._client.loop_stop()
            problem = f"the broker at {where} refuses: {self._refused or 'no answer'}"
            raise BenchFailed(problem, "see `cityhub doctor`")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def retain(self, messages: Iterable[tuple[str, bytes]]) -> None:
        """Publish retained messages and wait until all are acknowledged."""
        self._ledger = None
        for where, payload in messages:
            self._take()
            self._client.publish(where, payload, qos=1, retain=True)
        self._drain()

    def run(self, plan: Plan, ledger: Ledger, clock: CityClock, stop: threading.Event) -> float:
        """Publish readings for the plan's time; return the seconds until the last one went.

        It ends early with as many readings as can be kept. All are acknowledged when it returns,
        unless it was stopped.
        """
        self._ledger = ledger
        started = time.perf_counter()
        over, n = started + plan.seconds, 0
        while not stop.is_set() and n < MOST_READINGS:
            due = started + n / plan.rate if plan.rate else time.perf_counter()
            if due >= over:
                break
            self._until(due)
            self._take()
            self._publish(plan, ledger, n, clock)
            n += 1
        seconds = time.perf_counter() - started
        if not stop.is_set():
            self._drain()
        return seconds

    def _publish(self, plan: Plan, ledger: Ledger, n: int, clock: CityClock) -> None:
        device, sequence = ledger.place(n)
        now = clock.at(real_now())
        payload = reading(plan, device, sequence, now)
        at = time.perf_counter()
        info = self._client.publish(topic(device), payload, qos=1)
        ledger.published(device, text(now), info.mid, at)

    @staticmethod
    def _until(due: float) -> None:
        wait = due - time.perf_counter()
        if wait > 0:
            time.sleep(wait)

    def _take(self) -> None:
        if not self._free.acquire(timeout=STALLED_SECONDS):
            problem = f"no acknowledgement for {STALLED_SECONDS:g} s"
            raise BenchFailed(problem, "see `cityhub doctor`: does the broker answer?")

    def _drain(self) -> None:
        for _ in range(IN_FLIGHT):
            self._take()
        self._free.release(IN_FLIGHT)

    def _on_connect(
        self,
        _client: mqtt.Client,
        _data: Any,
        _flags: mqtt.ConnectFlags,
        reason: ReasonCode,
        _properties: Properties | None,
    ) -> None:
        if reason.is_failure:
            self._refused = str(reason)
        self._connected.set()

    def _on_publish(
        self,
        _client: mqtt.Client,
        _data: Any,
        mid: int,
        _reason: ReasonCode,
        _properties: Properties,
    ) -> None:
        if self._ledger is not None:
            self._ledger.answered(mid, time.perf_counter())
        self._free.release()
