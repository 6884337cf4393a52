"""An evening of a small town, the same each time: the feed of the golden output.

Cold comes, a hospital fills past 101, 141 and 180 and empties again, its car park is full, a road
on an ambulance's way is closed and opened, turnouts are late for a while.

`python -m tests.scenarios.hospital.evening` writes the golden output anew: read the difference.
"""

from tests.scenarios.hospital.test_arrivals import SECTIONS, close, drive, flow, ring
from tests.scenarios.hospital.town import GOLDEN, Town, scored

FILE = GOLDEN / "evening.jsonl"
MINUTES = 120
_HOSPITALS = {"h-2": (123.44, 41.79), "h-3": (123.42, 41.81), "h-4": (123.40, 41.77)}
_PARKS = {"本院停车场": 0.001, "东侧停车场": 0.003, "南侧停车场": -0.004}


def evening(*, restarts: bool = False) -> Town:
    """Play two hours and return the town; with ``restarts`` every machine dies every 7 minutes."""
    town = ring()
    for name, at in _HOSPITALS.items():
        town.card(name, "Hospital", at, name=f"第{name[-1]}医院")
    lng, lat = 123.46, 41.80
    for name, north in _PARKS.items():
        serves = {"serves": "hospital" if name == "本院停车场" else "shopping"}
        town.card(name, "OffStreetParking", (lng, lat + north), name=name, attributes=serves)
    town.card("centre-120", "DispatchCentre", (123.43, 41.80), name="急救中心")
    for station in ("wx-1", "wx-2"):
        town.card(station, "WeatherStation", (lng, lat), name=station)
    for minute in range(MINUTES):
        if restarts and minute % 7 == 6:
            town.restart()
        _minute(town, minute, minute * 60.0 + 1)
    town.advance(MINUTES * 60)
    return town


def _minute(town: Town, minute: int, at: float) -> None:
    """Play one minute."""
    peak = 195 - 2.5 * abs(minute - 50)
    town.say("city.hospital.ed", "h-1", scored(max(20, round(peak, 1))), at)
    for index, name in enumerate(_HOSPITALS):
        score = 40 + 30 * index + (80 if index == 1 and minute > 60 else 0)
        town.say("city.hospital.ed", name, scored(score), at)
    if minute % 5 == 0:
        occupied = 820 + 4 * min(minute, 60) - 6 * max(0, minute - 60)
        icu = 92 if 20 <= minute < 40 else 80
        beds = {"beds": 1000, "occupied": occupied, "icuBeds": 100, "icuOccupied": icu}
        town.say("city.hospital.beds", "h-1", beds, at + 1)
        for index, station in enumerate(("wx-1", "wx-2")):
            data = {"temperature": 4 - minute / 8 + index, "relativeHumidity": 0.6}
            town.say("city.weather.observation", station, data, at + 2)
    for index, name in enumerate(_PARKS):
        full = 100 - abs(minute - 70) // 2 if index == 0 else 60 + index
        data = {"totalSpotNumber": 100, "occupiedSpotNumber": full}
        town.say("city.parking.occupancy", name, data, at + 3)
    _roads(town, minute, at + 4)
    _centre(town, minute, at + 5)


def _roads(town: Town, minute: int, at: float) -> None:
    for road in SECTIONS:
        flooded = road == "r-bd" and 30 <= minute < 50
        flow(town, road, 0 if flooded else 60, at, closed=flooded)
    if minute in (30, 50):
        close(town, "r-bd", at, closed=minute == 30)
    if 25 <= minute < 45:
        for step in range(6):
            drive(town, "a" if minute < 35 else "c", at + step * 9, hospital="h-1")
    elif minute == 45:
        drive(town, "d", at, status="at-hospital")


def _centre(town: Town, minute: int, at: float) -> None:
    call = {"call": f"c-{minute}", "answeredSeconds": 4.0, "lng": 123.4, "lat": 41.8, "level": 3}
    town.say("city.ems.call", "centre-120", call, at)
    seconds = 240 if 20 <= minute < 30 else 100
    rolled = {"call": f"c-{minute}", "ambulance": "amb-001", "seconds": seconds}
    town.say("city.ems.turnout", "centre-120", rolled, at)


if __name__ == "__main__":
    FILE.write_text("\n".join(evening().lines) + "\n", "utf-8")
