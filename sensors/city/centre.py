"""The dispatch centre (120): each call, and each turnout, when it happens.

Runs bring their own calls; the calls that need no ambulance come from slots of ten seconds, at
most one in each. Nothing about a patient is said.
"""

from collections.abc import Iterator

from msgspec import Struct

from hub.model.instant import DAY, HOUR, SECOND, Duration, Instant
from sensors.city.ambulance import RUNS_A_DAY, Fleet, Run, calls_by_hour
from sensors.city.device import Device
from sensors.city.geo import within
from sensors.city.message import Message, device_topic, reading
from sensors.city.noise import mix, unit
from sensors.city.plan import urban_places
from sensors.city.series import Outages
from sensors.city.story import Quantity
from sensors.city.world import World

DOMAIN = "ems"
CALLS_A_DAY = 1_600
_SLOT: Duration = 10 * SECOND
_BLOCK: Duration = HOUR
_MOST_BLOCKS = 4
_PER_SLOT = (CALLS_A_DAY - RUNS_A_DAY) * _SLOT / DAY
_AROUND = 1_500.0
_SALT = 0x27


class Call(Struct, frozen=True, gc=False):
    """Data of `city.ems.call`: no person, only the place and the triage level 1–4."""

    call: str
    answeredSeconds: float  # noqa: N815 the contract's name
    lng: float
    lat: float
    level: int


class Turnout(Struct, frozen=True, gc=False):
    """Data of `city.ems.turnout`: ``seconds`` from dispatch to rolling wheels."""

    call: str
    ambulance: str
    seconds: float


def centre(seed: int) -> Device:
    """Return the one dispatch centre."""
    return Device(
        id="centre-120", domain=DOMAIN, kind="DispatchCentre", name="120急救指挥中心（模拟）",
        at=(123.4255, 41.8045), salt=mix(seed, _SALT), changes=True, district="210103",
    )  # fmt: skip


class Calls:
    """What the centre says in one world."""

    def __init__(self, device: Device, fleet: Fleet, count: int, world: World) -> None:
        """``count`` is the number of ambulances."""
        self._device = device
        self._fleet = fleet
        self._count = count
        self._world = world
        self._blocks: dict[int, tuple[Message, ...]] = {}

    def due(self, since: Instant, until: Instant, outages: Outages) -> Iterator[Message]:
        """Yield the calls and turnouts of [since, until) in order of time."""
        out = outages[self._device.gateway]
        for block in range(since // _BLOCK, (until - 1) // _BLOCK + 1):
            for message in self._block(block):
                at = message.at
                if since <= at < until and not any(o.since <= at < o.until for o in out):
                    yield message

    def _block(self, block: int) -> tuple[Message, ...]:
        known = self._blocks.get(block)
        if known is None:
            if len(self._blocks) >= _MOST_BLOCKS:
                self._blocks.clear()
            known = self._blocks[block] = tuple(self._said(block))
        return known

    def _said(self, block: int) -> list[Message]:
        since, until = block * _BLOCK, (block + 1) * _BLOCK
        found = [*self._others(since, until)]
        for index in range(self._count):
            for shift in range(
                self._fleet.shift(index, since), self._fleet.shift(index, until) + 1
            ):
                run = self._fleet.run(index, shift)
                if run is not None:
                    found += self._of_run(index, run)
        inside = (message for message in found if since <= message.at < until)
        return sorted(inside, key=lambda message: (message.at, message.id))

    def _of_run(self, index: int, run: Run) -> Iterator[Message]:
        call = Call(run.call, run.answered, *run.scene, run.level)
        yield self._reading("call", run.called + round(run.answered * SECOND), call)
        turnout = Turnout(run.call, f"amb-{index + 1:03d}", run.turnout)
        yield self._reading("turnout", run.rolled, turnout)

    def _others(self, since: Instant, until: Instant) -> Iterator[Message]:
        """Yield the calls that need no ambulance: advice, repeats, calls taken back."""
        places = urban_places()
        for slot in range(since // _SLOT, until // _SLOT):
            bits = mix(self._device.salt, slot)
            place = places[mix(bits, 1) % len(places)]
            point = (place.lng, place.lat)
            at = slot * _SLOT + round(unit(bits, 2) * (_SLOT - 1))
            more = self._world.strength(Quantity.CALLS, at, point)
            if unit(bits, 3) >= _PER_SLOT * calls_by_hour(at) * (1 + more):
                continue
            lng, lat = within(point, _AROUND, bits)
            answered = round(2 + 7 * unit(bits, 4) + (9 if unit(bits, 5) < 0.03 else 0), 1)  # noqa: PLR2004
            name = f"call-{at // SECOND}-000"
            level = 3 if unit(bits, 6) < 0.3 else 4  # noqa: PLR2004 share of level 3 among them
            yield self._reading("call", at, Call(name, answered, lng, lat, level))

    def _reading(self, event: str, at: Instant, data: Call | Turnout) -> Message:
        device = self._device
        return reading(
            topic=device_topic(device.district, DOMAIN, device.id, event),
            domain=DOMAIN,
            device=device.id,
            event=event,
            gateway=device.gateway,
            boot=None,
            ordinal=None,
            at=at,
            said=at,
            data=data,
        )
