"""Small logs and outputs for the tests of the archive."""

import msgspec

from hub.log.outputs import Emitted, Page
from hub.model.alert import Alert, Level
from hub.model.entity import Entity
from hub.model.event import CARD, Event, Logged, Position
from hub.model.instant import MILLISECOND, SECOND, Instant, text
from hub.model.output import Incident, Output, Shown

START: Instant = 1_700_000_000 * SECOND
"""2023-11-14T22:13:20Z."""


def card(ordinal: int, partition: str = "d1") -> Logged:
    """Return a device's card."""
    event = Event(f"c{ordinal}", f"/parking/{ordinal}", CARD, b'{"name":"x"}', district="210103")
    return Logged(Position(partition, ordinal), START + ordinal * MILLISECOND, event)


def reading(ordinal: int, kind: str = "city.parking.occupancy", partition: str = "d1") -> Logged:
    """Return a reading, a millisecond after the one before."""
    time = START + ordinal * MILLISECOND
    event = Event(f"e{ordinal}", "/parking/a", kind, b'{"n":%d}' % ordinal, time, "210103")
    return Logged(Position(partition, ordinal), time, event)


def shown(name: str, value: int, time: Instant) -> Shown:
    """Return an entity as it is shown."""
    entity = Entity(
        id=f"parking.lot/{name}",
        layer="parking.lot",
        v=value,
        at=(123.4, 41.8),
        district="210103",
        level=None,
        title=name,
        time=text(time),
        stale=False,
        quality=(),
        data=msgspec.Raw(msgspec.json.encode({"availableSpotNumber": value})),
    )
    raw = msgspec.json.encode(entity)
    return Shown(entity.id, entity.layer, "210103", entity.at, raw)


def incident(place: str, time: Instant, *, cleared: bool = False) -> Incident:
    """Return an alert as it was raised or cleared."""
    alert = Alert(
        id=f"parking/saturated/{place}#1",
        scenario="parking",
        kind="saturated",
        kind_title="商圈饱和",
        place=place,
        occurrence=1,
        previous=None,
        level=Level.ORANGE,
        title=place,
        text="",
        at=None,
        district="210103",
        entity=None,
        raised=text(time),
        updated=text(time),
        cleared=text(time) if cleared else None,
    )
    return Incident(alert.id, msgspec.json.encode(alert))


def page(offset: int, out: int, *outputs: Output, time: Instant | None = None) -> Page:
    """Return a commit: ``out`` is the ordinal of its last lossless output."""
    lossless = sum(not isinstance(output, Shown) for output in outputs)
    ordinal = out - lossless
    emitted = []
    for output in outputs:
        ordinal += not isinstance(output, Shown)
        emitted.append(Emitted(0 if isinstance(output, Shown) else ordinal, output))
    when = START + offset * MILLISECOND if time is None else time
    return Page(f"{out}-{offset}", offset, when, emitted)
