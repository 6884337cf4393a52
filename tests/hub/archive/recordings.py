"""Small recordings of car parks that the tests of replay share."""

from pathlib import Path

import msgspec

from hub.archive.writer import RecordingWriter
from hub.model.device import Card, Reporting
from hub.model.event import CARD, Event, Logged, Position
from hub.model.instant import MINUTE, Instant, parse

START: Instant = parse("2026-11-23T08:00:00+08:00")
DISTRICT = "210103"
BAYS = 100


def card(lot: str, ordinal: int, time: Instant = START) -> Logged:
    """Return the card of a car park of 100 bays, which reports each minute."""
    said = Card(
        name=f"{lot} 停车场",
        kind="OffStreetParking",
        lng=123.45,
        lat=41.8,
        reporting=Reporting("periodic", 60),
        attributes={"area": "zhongjie", "areaName": "中街", "totalSpotNumber": BAYS},
    )
    data = msgspec.json.encode(said)
    event = Event(f"{lot}-card", f"/parking/{lot}", CARD, data, district=DISTRICT)
    return Logged(Position("d1", ordinal), time, event)


def reading(lot: str, number: int, used: int, ordinal: int, time: Instant) -> Logged:
    """Return a lot's ``number``-th reading: so many bays are used."""
    data = {
        "totalSpotNumber": BAYS,
        "occupiedSpotNumber": used,
        "availableSpotNumber": BAYS - used,
    }
    event = Event(
        id=f"{lot}-{number:010d}",
        source=f"/parking/{lot}",
        type="city.parking.occupancy",
        data=msgspec.json.encode(data),
        time=time,
        district=DISTRICT,
        sequence=f"{number:010d}",
    )
    return Logged(Position("d1", ordinal), time, event)


def morning(minutes: int = 60, lots: int = 2) -> tuple[list[Logged], list[Logged]]:
    """Return cards and readings of some lots that fill up within an hour: areas saturate."""
    names = [f"lot-{number}" for number in range(lots)]
    cards = [card(lot, number) for number, lot in enumerate(names, start=1)]
    readings = []
    ordinal = lots
    for minute in range(minutes):
        for lot in names:
            ordinal += 1
            used = min(BAYS, 40 + 2 * minute)
            readings.append(reading(lot, minute + 1, used, ordinal, START + minute * MINUTE))
    return cards, readings


def write(path: Path, cards: list[Logged], readings: list[Logged], **run: str) -> Path:
    """Write them as a recording; return its file."""
    facts = {"created_by": "cityhub import"} | run
    with path.open("wb") as stream, RecordingWriter(stream, facts, cards) as writer:
        for logged in readings:
            writer.write(logged)
    return path
