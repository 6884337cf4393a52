"""The hub's own types of events: cards, statuses, answers, actions, alerts, rejected messages."""

from collections.abc import Callable
from typing import Protocol

import msgspec
from msgspec import Raw

from hub.core.counters import Counters
from hub.core.desk import Desk
from hub.core.devices import HUB, Devices, Heard
from hub.core.letters import Letters
from hub.core.screen import Screen
from hub.model.action import Action
from hub.model.alert import Signal
from hub.model.command import Ack, Command
from hub.model.device import Card, Device
from hub.model.event import (
    ACK,
    ACTION,
    ALERT,
    CARD,
    FRESH,
    REJECTED,
    STALE,
    STATUS,
    Event,
    Position,
    Silence,
)
from hub.model.instant import MINUTE, Instant
from hub.model.letter import Rejection
from hub.model.limits import RESEND_SPAN
from hub.model.output import Answer, Output
from hub.model.topic import Kind, Topic

RESEND_EXPIRES = 5 * MINUTE
"""How long a request to send readings again is worth keeping (our default)."""


class Outlet(Protocol):
    """Where the hub's own outputs go: the machine."""

    partition: str
    partitions: tuple[str, ...]

    def derive(self, event: Event) -> None:
        """Run an event of the hub itself within this cause."""

    def forward(self, partition: str, event: Event) -> None:
        """Put out an event for a partition."""

    def command(self, command: Command) -> None:
        """Put out a command for a device."""

    def put(self, output: Output) -> None:
        """Put out something of the hub's own."""


class Builtin:
    """Takes in what the hub itself understands, before any scenario sees it."""

    def __init__(
        self,
        *,
        outlet: Outlet,
        devices: Devices,
        screen: Screen,
        counters: Counters,
        desk: Desk,
        letters: Letters,
    ) -> None:
        self._devices = devices
        self._screen = screen
        self._counters = counters
        self._desk = desk
        self._letters = letters
        self._outlet = outlet
        self._types: dict[str, Callable[[Event, Instant, Position], None]] = {
            CARD: self._card,
            STATUS: self._status,
            ACK: self._answer,
            ACTION: self._act,
            ALERT: self._alert,
            REJECTED: self._message,
        }

    def take_in(self, event: Event, now: Instant, position: Position) -> Heard | None:
        """Take in an event; return what a reading told about its device, None for all else."""
        if event.type.startswith("city."):
            return self._reading(event, now, position)
        take = self._types.get(event.type)
        if take is not None:
            take(event, now, position)
        return None

    def look(self, source: str, now: Instant) -> None:
        """Look at a device whose silence timer fired."""
        device = self._devices.look(source, now)
        if device is not None:
            self._turned(device, "silent")

    def _reading(self, event: Event, now: Instant, position: Position) -> Heard:
        heard = self._devices.hear(event, now)
        self._counters.count("duplicates" if heard.duplicate else "readings")
        if heard.late:
            self._counters.count("late")
        if heard.clock_off:
            self._counters.count("clock-off")
        if heard.fresh:
            self._turned(heard.device, "reports")
        if heard.gap is not None:
            self._missing(event, heard.gap, now, position)
        return heard

    def _missing(self, event: Event, gap: tuple[int, int], now: Instant, at: Position) -> None:
        """Count a gap in a device's sequence and ask for the readings again."""
        first, last = gap
        self._counters.count("gaps")
        self._counters.count("missing", by=last - first + 1)
        if last - first >= RESEND_SPAN:
            return
        width = len(event.sequence)
        data = {"from": f"{first:0{width}d}", "to": f"{last:0{width}d}"}
        domain, _, device = event.source[1:].partition("/")
        topic = Topic(event.district, domain, device, Kind.COMMAND, "resend")
        self._outlet.command(
            Command(
                id=f"{at.partition}.{HUB}.{at.ordinal}",
                scenario=HUB,
                topic=str(topic),
                name="resend",
                data=Raw(msgspec.json.encode(data)),
                expires=now + RESEND_EXPIRES,
            )
        )

    def _card(self, event: Event, now: Instant, _: Position) -> None:
        card = msgspec.json.decode(event.data, type=Card | None)
        self._counters.count("cards", by=self._devices.describe(event, card, now))

    def _alert(self, event: Event, now: Instant, _: Position) -> None:
        self._desk.signal(msgspec.json.decode(event.data, type=Signal), now)

    def _message(self, event: Event, now: Instant, position: Position) -> None:
        what = msgspec.json.decode(event.data, type=Rejection)
        self._letters.message(position, now, what)

    def _status(self, event: Event, now: Instant, _: Position) -> None:
        online = msgspec.json.decode(event.data) == "online"
        for device in self._devices.connected(event, online=online, now=now):
            self._turned(device, "online" if online else "offline")

    def _turned(self, device: Device, reason: str) -> None:
        """Show that a device went stale or fresh, and tell the scenarios."""
        self._screen.follow(device)
        type_ = STALE if device.stale else FRESH
        self._counters.count("stale" if device.stale else "fresh")
        self._outlet.derive(
            Event(
                id=f"{device.source}.{device.heard}.{reason}",
                source=device.source,
                type=type_,
                data=msgspec.json.encode(Silence(device.source, device.heard, reason)),
                district=device.district,
            )
        )

    def _answer(self, event: Event, _now: Instant, _: Position) -> None:
        """Pass a device's answer on to the partition whose command it answers."""
        ack = msgspec.json.decode(event.data, type=Ack)
        self._counters.count("acks" if ack.ok else "acks-refused")
        issuer = ack.id.partition(".")[0]
        if issuer not in self._outlet.partitions:
            self._counters.count("acks-of-nothing")
        elif issuer != self._outlet.partition:
            self._outlet.forward(issuer, event)

    def _act(self, event: Event, now: Instant, _: Position) -> None:
        action = msgspec.json.decode(event.data, type=Action)
        outcome = self._desk.act(action, now)
        self._counters.count("actions", "outcome", outcome.outcome)
        self._outlet.put(Answer(action.key, msgspec.json.encode(outcome)))
