"""The simulated city: which message is due when, and what devices answer to commands.

Readings are a function of (seed, size, pace, faults, world, time) alone: `due` keeps nothing
between calls, so the city can be entered at any instant, in slices of any length, with the same
bytes. Only guidance signs and the world (stories, closed roads) have state; commands change it.
"""

import heapq
from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct

from hub.model import topic as topics
from hub.model.command import Ack
from hub.model.device import Card
from hub.model.instant import Instant, parse
from sensors.city.device import Member
from sensors.city.errors import BadCommand, BadPlan
from sensors.city.fault import Fault, Faults, Level
from sensors.city.fleet import Fleets
from sensors.city.gateway import build_gateways
from sensors.city.message import GATEWAY, PARKING, Line, Message, Shown, device_topic, encode
from sensors.city.series import Outages, Series
from sensors.city.sign import KEPT, Sign, build_signs
from sensors.city.size import Size
from sensors.city.story import Play, Story
from sensors.city.world import World

_Done = tuple[list[Message], str]
"""What to publish, and the problem where something could not be done."""


class Order(Struct, frozen=True):
    """A command as it comes over the wire."""

    id: str
    name: str
    expires: str
    data: Raw = Raw(b"null")


class Span(Struct, frozen=True):
    """Data of `resend`: the first and the last missing sequence."""

    first: str = msgspec.field(name="from")
    last: str = msgspec.field(name="to")


class City:
    """A seeded Shenyang of a ``size``."""

    def __init__(
        self, seed: int = 1, size: Size | None = None, *, faults: Level = Level.DEFAULT
    ) -> None:
        """Without a size it is the standard city; raises BadPlan when the size cannot be."""
        self.size = size or Size()
        self._faults = Faults(seed, faults)
        self._fleets = Fleets(seed, self.size, self._faults)
        self.lots = self._fleets.lots
        used = {member.gateway for members, _ in self._fleets.members() for member in members}
        self.gateways = {gateway.id: gateway for gateway in build_gateways(seed, used)}
        self._signs = {sign.id: sign for sign in build_signs(seed, self.lots)}

    def begin(self, at: Instant, pace: float) -> None:
        """Boot all devices at an instant, to report ``pace`` times their usual period apart.

        Their sequences begin at 1: counted since 1970, another period would look like a huge gap.
        """
        if pace <= 0:
            raise BadPlan(f"the pace must be above 0, not {pace}")
        for series in self._fleets.series:
            series.begin(at, pace)

    @property
    def world(self) -> World:
        """The stories and closures as they are now."""
        return self._fleets.world

    @property
    def fleets(self) -> Fleets:
        """The devices by kind, and what they measure."""
        return self._fleets

    @property
    def signs(self) -> tuple[Sign, ...]:
        """The guidance signs as they are now."""
        return tuple(self._signs.values())

    @property
    def per_second(self) -> float:
        """Periodic readings per second of city time, at the present pace."""
        return self._fleets.per_second

    @property
    def usual(self) -> float:
        """Periodic readings per second of city time, at the usual pace."""
        return self._fleets.usual

    def play(self, story: Story, at: Instant) -> Play:
        """Let a story begin at an instant, which must not be before what was already asked for."""
        self._fleets.enter(self.world.played(story, at))
        return self.world.plays[-1]

    def call_off(self, name: str, at: Instant) -> None:
        """Let the effects of a story die away from an instant."""
        self._fleets.enter(self.world.called_off(name, at))

    def cards(self, gateway: str, at: Instant) -> Iterator[Message]:
        """Yield the retained cards of a gateway and of what reports through it."""
        own = self.gateways[gateway]
        topic = device_topic(own.district, GATEWAY, gateway, "$device")
        yield _introduced(topic, own.card, gateway, at)
        for members, period in self._fleets.members():
            for member in members:
                if member.gateway == gateway:
                    topic = device_topic(member.district, member.domain, member.id, "$device")
                    yield _introduced(topic, member.card(period), gateway, at)
        for sign in self._signs.values():
            if sign.gateway == gateway:
                topic = device_topic(sign.district, PARKING, sign.id, "$device")
                yield _introduced(topic, sign.card, gateway, at)

    def status(self, gateway: str, at: Instant) -> Message:
        """Return the retained status of a gateway at an instant."""
        own = self.gateways[gateway]
        return own.status(at, online=self._faults.outage(own.salt, at) is None)

    def fault(self, device: str, at: Instant) -> Fault | None:
        """Return the fault a device has at an instant: what goes wrong is data, too."""
        found = self._found(device)
        return None if found is None else found[0].fault(found[1], at)

    def due(self, since: Instant, until: Instant) -> Iterator[Message]:
        """Yield all messages of [since, until) in order of time; at one instant, by kind."""
        outages = {
            gateway.id: tuple(self._faults.outages(gateway.salt, since, until))
            for gateway in self.gateways.values()
        }
        streams = self._fleets.due(since, until, outages)
        return heapq.merge(*streams, self._edges(since, until, outages), key=lambda m: m.at)

    def obey(
        self, topic: str, payload: bytes, now: Instant, *, heard_by: str = ""
    ) -> list[Message]:
        """Return what a device publishes when a command reaches it at city time ``now``.

        ``heard_by`` is the gateway that heard it: where the device is not behind that one, its own
        hears it too, and this copy is ignored. Nothing comes from behind a gateway that is out.
        Raises BadCommand where there is no one to answer or nothing to answer to.
        """
        parsed, order = self._understood(topic, payload)
        sign, found = self._signs.get(parsed.device), self._found(parsed.device)
        target: Sign | Member | None = sign
        if found is not None:
            target = found[0].members[found[1]]
        if target is None or (parsed.district, parsed.domain) != (target.district, target.domain):
            raise BadCommand(topic, "no such device in this city")
        if heard_by not in ("", target.gateway):
            return []
        gateway = self.gateways[target.gateway]
        if self._faults.outage(gateway.salt, now):
            return []
        answers, problem = self._done(sign, found, order, now)
        where = device_topic(target.district, target.domain, parsed.device, f"$ack/{order.id}")
        ack = Ack(order.id, not problem, problem)
        return [Message(where, encode(ack), now, gateway.id), *answers]

    def _edges(self, since: Instant, until: Instant, outages: Outages) -> list[Message]:
        """Return the status changes of gateways within [since, until), in order."""
        edges = [
            self.gateways[name].status(at, online=online)
            for name, faults in outages.items()
            for fault in faults
            for at, online in ((fault.since, False), (fault.until, True))
            if since <= at < until
        ]
        return sorted(edges, key=lambda message: (message.at, message.topic))

    def _understood(self, topic: str, payload: bytes) -> tuple[topics.Topic, Order]:
        try:
            parsed = topics.parse(topic)
            order = msgspec.json.decode(payload, type=Order)
            parse(order.expires)
        except ValueError as error:  # BadTopic, DecodeError, ValidationError, a time that is none
            raise BadCommand(topic, str(error)) from error
        if parsed.kind is not topics.Kind.COMMAND or not topics.COMMAND_ID.fullmatch(order.id):
            raise BadCommand(topic, "not a command, or its id cannot be answered")
        return parsed, order

    def _done(
        self, sign: Sign | None, found: tuple[Series, int] | None, order: Order,
        now: Instant,
    ) -> _Done:  # fmt: skip
        """Do as told; return what to publish and, where it could not be done, why."""
        if now > parse(order.expires):
            return [], "expired"
        try:
            if order.name == "resend":
                span = msgspec.json.decode(order.data, type=Span)
                return self._again(sign, found, int(span.first), int(span.last), now)
            if order.name == "guide" and sign is not None:
                lines = msgspec.json.decode(order.data, type=Shown).lines
                return self._guide(sign, lines, now), ""
            if order.name in ("close", "open") and self._bar(found, order.name, now):
                return [], ""
        except ValueError as error:
            return [], f"bad data: {error}"
        return [], f"unknown command {order.name[:40]!r}"

    def _bar(self, found: tuple[Series, int] | None, name: str, now: Instant) -> bool:
        """Close or open a road section, if it is one."""
        if found is None or found[0] is not self._fleets.roads:
            return False
        self._fleets.enter(self.world.barred(found[1], now, closed=name == "close"))
        return True

    def _guide(self, sign: Sign, lines: tuple[Line, ...], now: Instant) -> list[Message]:
        changed = sign.guided(lines, now)
        self._signs[sign.id] = changed
        return [] if changed is sign else [changed.kept[-1]]

    def _again(
        self, sign: Sign | None, found: tuple[Series, int] | None, first: int, last: int,
        now: Instant,
    ) -> _Done:  # fmt: skip
        kept = sign.again(first, last) if sign else []
        if found is not None:
            series, index = found
            taken = series.kept(index, now, KEPT)
            kept = [said for said in taken if first <= int(said.sequence) <= last]
        missing = last - first + 1 - len(kept)
        return kept, f"{missing} of them are no longer kept" if missing > 0 else ""

    def _found(self, device: str) -> tuple[Series, int] | None:
        for series in self._fleets.series:
            index = series.find(device)
            if index is not None:
                return series, index
        return None


def _introduced(topic: str, card: Card, gateway: str, at: Instant) -> Message:
    return Message(topic, encode(card), at, gateway, retain=True)
