"""What all screens share: the city as it is shown, its incidents, and who watches."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from hub.log.vitals import Vitals
from hub.serve.channel import Channel, JsonChannel
from hub.serve.column_channel import ColumnChannel
from hub.serve.frames import Moment
from hub.serve.incidents import Incidents
from hub.serve.screen import Change, Row, Screen
from hub.serve.slots import Slots
from hub.serve.subscription import Subscription

if TYPE_CHECKING:
    from hub.serve.client import Client

GOING_AWAY = 1001


class Wall:
    """What all clients share: the screen, its incidents, and a channel for each distinct view."""

    def __init__(self, vitals: Vitals, moment: Callable[[], Moment]) -> None:
        self.screen = Screen()
        self.incidents = Incidents()
        self.epoch = "new"
        self.loaded = False
        self.dismissed = False
        self.generation = 0
        self.beats = 0
        self.ready = False
        self.parts = b"{}"
        self.vitals = vitals
        self.moment = moment
        self.dirty = asyncio.Event()
        self.clients: set[Client] = set()
        self.empty = asyncio.Event()
        self.empty.set()
        self._channels: dict[Subscription, Channel] = {}
        self._before: dict[str, Row | None] = {}
        self._slots = Slots()

    def join(self, subscription: Subscription) -> Channel:
        """Return the channel of a view, with one client more."""
        channel = self._channels.get(subscription)
        if channel is None:
            channel = self._channels[subscription] = (
                ColumnChannel(subscription, self._slots)
                if subscription.format == "columns"
                else JsonChannel(subscription)
            )
        channel.clients += 1
        return channel

    def leave(self, channel: Channel) -> None:
        """Take a client off a channel; one that nobody watches ends."""
        channel.clients -= 1
        if channel.clients == 0:
            self._channels.pop(channel.subscription, None)

    def add(self, client: "Client") -> None:
        """Let a client see what all see."""
        self.clients.add(client)
        self.empty.clear()

    def remove(self, client: "Client") -> None:
        """Forget a client that is gone."""
        self.clients.discard(client)
        self.leave(client.channel)
        if not self.clients:
            self.empty.set()

    def take(self, change: Change) -> None:
        """Note what a page changed: incidents go out at once, entities with the next flush."""
        for name, before in change.before.items():
            self._before.setdefault(name, before)
        if change.before:
            self.dirty.set()
        fresh = [self.incidents.add(ordinal, alert) for ordinal, alert in change.incidents]
        if any(fresh):
            for channel in self._channels.values():
                channel.forget()
            self._wake()

    def flush(self) -> None:
        """Make one delta for each channel, and wake its clients."""
        self.dirty.clear()
        before, self._before = self._before, {}
        now = self.moment()
        for channel in self._channels.values():
            channel.flush(before, self.screen, self.epoch, now)
        for name, old in before.items():
            if old is not None and name not in self.screen.rows:
                self._slots.release(name, old.layer)
        self._wake()

    def beat(self, parts: bytes, *, ready: bool) -> None:
        """Send everybody a sign of life."""
        self.parts, self.ready = parts, ready
        self.beats += 1
        self._wake()

    def reload(self, epoch: str, incidents: Incidents) -> None:
        """Begin anew after the screen was loaded: a snapshot for everybody."""
        self.epoch, self.incidents, self.loaded = epoch, incidents, True
        self._before = {}
        self.generation += 1
        self._slots.keep(self.screen.rows)
        for channel in self._channels.values():
            channel.restart()
        self._wake()

    def dismiss(self, reason: str) -> None:
        """Say bye to everybody."""
        self.dismissed = True
        for client in self.clients:
            client.close(GOING_AWAY, reason)
        self._wake()

    def _wake(self) -> None:
        for client in self.clients:
            client.wake.set()
