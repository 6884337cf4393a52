"""Guidance signs (停车诱导屏): they show what they are told, and report when that changes."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hub.model.device import Card, Reporting
from hub.model.instant import SECOND, Instant
from sensors.city.geo import spot
from sensors.city.lot import Lot, area_of, gateway_of
from sensors.city.message import PARKING, Line, Message, Shown, device_topic, reading
from sensors.city.noise import mix

KEPT = 64
"""Readings a device can send again (our default for a small device)."""
_FEWEST_LOTS = 3
_LOTS_PER_SIGN = 2
_SALT = 0x13


class Sign(Struct, frozen=True):
    """A sign's place and state: a new value for every change, never changed in place.

    ``boot`` is the second of its first report, ``count`` the sequence, ``kept`` the last readings.
    """

    id: str
    district: str
    gateway: str
    card: Card
    boot: int = 0
    count: int = 0
    lines: tuple[Line, ...] = ()
    kept: tuple[Message, ...] = ()

    @property
    def domain(self) -> str:
        """Its domain in the topic."""
        return PARKING

    def guided(self, lines: tuple[Line, ...], now: Instant) -> "Sign":
        """Return the sign showing ``lines``; itself when it shows them already."""
        if self.count and lines == self.lines:
            return self
        boot = self.boot or now // SECOND
        said = reading(
            topic=device_topic(self.district, PARKING, self.id, "sign"),
            domain=PARKING,
            device=self.id,
            event="sign",
            gateway=self.gateway,
            boot=boot,
            ordinal=self.count + 1,
            at=now,
            said=now,
            data=Shown(lines),
        )
        return Sign(
            self.id, self.district, self.gateway, self.card, boot, self.count + 1, lines,
            (*self.kept, said)[-KEPT:],
        )  # fmt: skip

    def again(self, first: int, last: int) -> list[Message]:
        """Return the kept readings with sequences from ``first`` to ``last``, unchanged."""
        return [said for said in self.kept if first <= int(said.sequence) <= last]


def _card(name: str, lng: float, lat: float, via: str, area: tuple[str, str]) -> Card:
    """Return the card of a sign in an ``area`` (id and name)."""
    return Card(
        name=name,
        kind="ParkingGuidanceSign",
        lng=lng,
        lat=lat,
        reporting=Reporting("on-change"),
        via=via,
        attributes={"area": area[0], "areaName": area[1], "simulated": True},
    )


def build_signs(seed: int, lots: Iterable[Lot]) -> Iterator[Sign]:
    """Yield the signs of each 商圈 with more than two car parks: one for every two of them."""
    members: dict[tuple[str, int], list[Lot]] = {}
    for lot in lots:
        if lot.place.area:
            members.setdefault((lot.place.id, lot.copy), []).append(lot)
    number = 0
    for (_, copy), near in members.items():
        place = near[0].place
        if len(near) < _FEWEST_LOTS:
            continue
        area = area_of(place, copy)
        for local in range(len(near) // _LOTS_PER_SIGN):
            number += 1
            lng, lat = spot(place, seed, copy, mix(seed, _SALT, number))
            gateway = gateway_of(place)
            card = _card(f"{area[1]}诱导屏{local + 1}", lng, lat, gateway, area)
            yield Sign(f"sign-{number:04d}", place.district, gateway, card)
