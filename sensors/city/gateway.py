"""Gateways (边缘网关): one per 商圈, one for the rest of each district; each has its connection."""

from array import array
from collections.abc import Iterable

from hub.model.device import Card
from hub.model.district import DISTRICTS
from hub.model.instant import Instant
from sensors.city.lot import Lot, gateway_of
from sensors.city.message import GATEWAY, Message, device_topic
from sensors.city.noise import mix
from sensors.city.place import Place

_DISTRICT_NAMES = {district.code: district.name for district in DISTRICTS}
_SALT = 0x14


class Gateway:
    """One gateway and the car parks (their indexes) behind it."""

    __slots__ = ("card", "district", "id", "lots", "salt")

    def __init__(self, seed: int, place: Place, number: int) -> None:
        self.id = gateway_of(place)
        self.district = place.district
        self.salt = mix(seed, _SALT, number)
        name = place.name if place.area else _DISTRICT_NAMES[place.district]
        self.card = Card(
            name=f"{name}停车网关",
            kind="Gateway",
            lng=place.lng,
            lat=place.lat,
            attributes={"simulated": True},
        )
        self.lots = array("I")

    @property
    def status_topic(self) -> str:
        """Where its status and its will go."""
        return device_topic(self.district, GATEWAY, self.id, "$status")

    @property
    def command_filter(self) -> str:
        """What it subscribes to; commands for devices of other gateways it ignores.

        MQTT has no filter for "the devices of one gateway", and one filter each would be 100,000.
        """
        return device_topic(self.district, "parking", "+", "$cmd/#")

    def status(self, at: Instant, *, online: bool) -> Message:
        """Return its retained status: bare `online` or `offline`."""
        return Message(
            self.status_topic, b"online" if online else b"offline", at, self.id, retain=True
        )


def build_gateways(seed: int, lots: Iterable[Lot]) -> tuple[Gateway, ...]:
    """Return the gateways of some car parks, in the order of their first car park."""
    gateways: dict[str, Gateway] = {}
    for lot in lots:
        gateway = gateways.get(lot.gateway)
        if gateway is None:
            gateway = Gateway(seed, lot.place, len(gateways))
            gateways[gateway.id] = gateway
        gateway.lots.append(lot.index)
    return tuple(gateways.values())
