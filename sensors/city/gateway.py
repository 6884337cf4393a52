"""Gateways (边缘网关): one per 商圈, one for the rest of each district; each has its connection."""

from collections.abc import Iterable

from hub.model.device import Card
from hub.model.district import DISTRICTS
from hub.model.instant import Instant
from sensors.city.lot import gateway_of
from sensors.city.message import GATEWAY, PARKING, Message, device_topic
from sensors.city.noise import mix
from sensors.city.place import Place, places

_DISTRICT_NAMES = {district.code: district.name for district in DISTRICTS}
_SALT = 0x14


class Gateway:
    """One gateway; car parks and devices name the one they stand behind.

    That of a 商圈 serves its car parks and signs; that of a district serves all else in it.
    """

    __slots__ = ("_domain", "card", "district", "id", "salt")

    def __init__(self, seed: int, place: Place, number: int) -> None:
        self.id = gateway_of(place)
        self.district = place.district
        self.salt = mix(seed, _SALT, number)
        self._domain = PARKING if place.area else "+"
        name = f"{place.name}停车" if place.area else f"{_DISTRICT_NAMES[place.district]}边缘"
        self.card = Card(
            name=f"{name}网关",
            kind="Gateway",
            lng=place.lng,
            lat=place.lat,
            attributes={"simulated": True},
        )

    @property
    def status_topic(self) -> str:
        """Where its status and its will go."""
        return device_topic(self.district, GATEWAY, self.id, "$status")

    @property
    def command_filter(self) -> str:
        """What it subscribes to; commands for devices of other gateways it must ignore.

        MQTT has no filter for "the devices of one gateway", and one filter each would be 100,000.
        """
        return device_topic(self.district, self._domain, "+", "$cmd/#")

    def status(self, at: Instant, *, online: bool) -> Message:
        """Return its retained status: bare `online` or `offline`."""
        return Message(
            self.status_topic, b"online" if online else b"offline", at, self.id, retain=True
        )


def build_gateways(seed: int, used: Iterable[str]) -> tuple[Gateway, ...]:
    """Return the gateways whose ids are used, in the order of the places."""
    wanted = set(used)
    gateways: dict[str, Gateway] = {}
    number = 0
    for place in places():
        name = gateway_of(place)
        if name in gateways:
            continue
        gateways[name] = Gateway(seed, place, number)
        number += 1
    return tuple(gateway for gateway in gateways.values() if gateway.id in wanted)
