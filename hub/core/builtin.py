"""The hub's own types of events: cards, statuses, answers, actions, alerts, rejected messages."""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from hub.core.controls import Controls
from hub.core.counters import Counters
from hub.core.desk import Desk
from hub.core.devices import HUB, Devices, Heard
from hub.core.letters import Letters
from hub.core.outlet import Outlet
from hub.core.quarantine import Quarantine
from hub.core.screen import Screen
from hub.model.action import Action
from hub.model.alert import Signal
from hub.model.command import Ack, Command
from hub.model.control import Configured, Release, Reload
from hub.model.device import Card, Device
from hub.model.event import (
    ACK,
    ACTION,
    ALERT,
    CARD,
    CONFIGURED,
    EXERCISE,
    FRESH,
    GONE,
    REJECTED,
    RELEASE,
    RELOAD,
    STALE,
    STATUS,
    Event,
    Gone,
    Position,
    Silence,
)
from hub.model.instant import MINUTE, Instant
from hub.model.letter import Rejection
from hub.model.limits import RESEND_SPAN
from hub.model.output import Answer
from hub.model.topic import Kind, Topic

RESEND_EXPIRES = 5 * MINUTE
"""How long a request to send readings again is worth keeping (our default)."""


class Taken(Struct, frozen=True):
    """What an event told about its device, if it is a reading; whether handlers run on it."""

    heard: Heard | None = None
    run: bool = True


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
        quarantine: Quarantine,
        controls: Controls,
    ) -> None:
        self._devices = devices
        self._screen = screen
        self._counters = counters
        self._desk = desk
        self._letters = letters
        self._quarantine = quarantine
        self._controls = controls
        self._outlet = outlet
        self._types: dict[str, Callable[[Event, Instant, Position], bool]] = {
            CARD: self._card,
            STATUS: self._status,
            ACK: self._answer,
            ACTION: self._act,
            ALERT: self._alert,
            REJECTED: self._message,
            RELEASE: self._release,
            RELOAD: self._reload,
            CONFIGURED: self._configured,
        }

    def take_in(self, event: Event, now: Instant, position: Position) -> Taken:
        """Take in an event; return what it told, and whether it is any scenario's business."""
        if event.type.startswith("city."):
            heard = self._reading(event, now, position)
            return Taken(heard, run=not heard.duplicate)
        take = self._types.get(event.type)
        return Taken(run=take is None or take(event, now, position))

    def look(self, source: str, now: Instant) -> None:
        """Look at a device whose silence timer fired."""
        device = self._devices.look(source, now)
        if device is not None:
            self._turned(device, "silent", now)

    def _reading(self, event: Event, now: Instant, position: Position) -> Heard:
        heard = self._devices.hear(event, now)
        self._counters.count("duplicates" if heard.duplicate else "readings")
        if heard.late:
            self._counters.count("late")
        if heard.clock_off:
            self._counters.count("clock-off")
        if heard.fresh:
            self._turned(heard.device, "reports", now)
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
                data=msgspec.json.encode(data),
                expires=now + RESEND_EXPIRES,
                exercise=event.exercise,
            )
        )

    def _card(self, event: Event, now: Instant, _: Position) -> bool:
        """Take in a card; one that says nothing new, retained and sent again, runs nothing."""
        card = msgspec.json.decode(event.data, type=Card | None)
        known = self._devices.get(event.source)
        before = None if known is None else known.card
        news = self._devices.describe(event, card, now)
        self._counters.count("cards", by=news)
        if card is None and known is not None and before is not None:
            self._withdraw(known, before.kind)
        return news

    def _withdraw(self, device: Device, kind: str) -> None:
        """Take a device that is no longer there off the screen, and tell the scenarios."""
        for id_ in list(device.entities):
            self._screen.hide(id_)
        self._derive(device, GONE, Gone(device.source, kind), f"gone.{device.accepted}")

    def _alert(self, event: Event, now: Instant, _: Position) -> bool:
        self._desk.signal(msgspec.json.decode(event.data, type=Signal), now)
        return True

    def _message(self, event: Event, now: Instant, position: Position) -> bool:
        what = msgspec.json.decode(event.data, type=Rejection)
        self._letters.message(position, now, what)
        return False

    def _release(self, event: Event, now: Instant, _: Position) -> bool:
        what = msgspec.json.decode(event.data, type=Release)
        self._quarantine.release(what.scenario, now, forget=what.forget)
        return False

    def _reload(self, event: Event, now: Instant, position: Position) -> bool:
        what = msgspec.json.decode(event.data, type=Reload)
        why = self._controls.reload(what, now)
        if why:
            self._letters.event(position, now, event, reason="reload", detail=why)
        return False

    def _configured(self, event: Event, now: Instant, position: Position) -> bool:
        why = self._controls.configure(msgspec.json.decode(event.data, type=Configured))
        if why:
            self._letters.event(position, now, event, reason="config", detail=why)
        return False

    def _status(self, event: Event, now: Instant, _: Position) -> bool:
        online = msgspec.json.decode(event.data) == "online"
        for device in self._devices.connected(event, online=online, now=now):
            self._turned(device, "online" if online else "offline", now)
        return True

    def _turned(self, device: Device, reason: str, now: Instant) -> None:
        """Show that a device went stale or fresh, and tell the scenarios."""
        self._screen.follow(device, now)
        type_ = STALE if device.stale else FRESH
        self._counters.count("stale" if device.stale else "fresh")
        silence = Silence(device.source, device.heard, reason)
        self._derive(device, type_, silence, f"{device.heard}.{reason}")

    def _derive(self, device: Device, type_: str, data: Struct, mark: str) -> None:
        self._outlet.derive(
            Event(
                id=f"{device.source}.{mark}",
                source=device.source,
                type=type_,
                data=msgspec.json.encode(data),
                district=device.district,
                flags=(EXERCISE,) if device.exercise else (),
            )
        )

    def _answer(self, event: Event, _now: Instant, _: Position) -> bool:
        """Pass a device's answer on to the partition whose command it answers."""
        ack = msgspec.json.decode(event.data, type=Ack)
        issuer = ack.id.partition(".")[0]
        known = issuer in self._outlet.partitions
        if self._outlet.partition == self._outlet.home(event.district):  # not a forwarded one
            name = "acks" if ack.ok else "acks-refused"
            self._counters.count(name if known else "acks-of-nothing")
        if known and issuer != self._outlet.partition:
            self._outlet.forward(issuer, event)
        return issuer == self._outlet.partition

    def _act(self, event: Event, now: Instant, _: Position) -> bool:
        action = msgspec.json.decode(event.data, type=Action)
        outcome = self._desk.act(action, now, self._controls.decide)
        self._counters.count("actions", "outcome", outcome.outcome)
        self._outlet.put(Answer(action.key, msgspec.json.encode(outcome)))
        return True
