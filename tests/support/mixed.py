"""A mixed feed: air, car parks, hospitals, rain, water, gas, fire, manholes at once, by seed."""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from hub.sdk.testing.feed import Line

HERE = (123.4300, 41.8000)
DISTRICTS = ("210102", "210103")
LONGEST_GAP = 40.0
"""Seconds between two lines, at most; now and then all is silent for longer."""
SILENCE = 1_200.0
AIR = 0.2
"""So many of the lines are of the air."""

Device = tuple[str, str, str, float | None, dict[str, Any]]
"""Domain, name, kind, period in seconds or None, attributes."""

_LOTS: list[Device] = [
    ("parking", f"lot-{n}", "OffStreetParking", 900.0, {"area": "zhongjie", "areaName": "中街"})
    for n in range(4)
]
_DEVICES: list[Device] = [
    ("air", "air-1", "AirQualityStation", 900.0, {}),
    *_LOTS,
    ("parking", "sign-1", "ParkingGuidanceSign", None, {}),
    *(("hospital", f"h-{n}", "Hospital", 600.0, {"level": "三级"}) for n in range(3)),
    ("weather", "gauge-1", "RainGauge", 60.0, {}),
    ("weather", "station-1", "WeatherStation", 300.0, {}),
    ("traffic", "road-1", "RoadSection", 60.0, {"name": "青年大街"}),
    ("flood", "pond-1", "PondingPoint", 60.0, {"road": "road-1"}),
    *(("gas", f"gas-{n}", "GasDetector", 30.0, {"space": "s"}) for n in range(2)),
    ("fire", "smoke-1", "SmokeDetector", None, {"zone": "z", "building": "b"}),
    ("fire", "heat-1", "HeatDetector", None, {"zone": "z", "building": "b"}),
    ("manhole", "m-1", "ManholeCover", None, {}),
    ("place", "school-1", "School", None, {}),
]


def mixed(lines: int, seed: int) -> Iterator[Line]:
    """Yield so many lines; the same seed gives the same ones."""
    chance = Random(seed)  # noqa: S311 a seed, not a secret
    time = 0.0
    cards = [_card(device, index) for index, device in enumerate(_DEVICES)]
    yield from cards[:lines]
    for _ in range(lines - len(cards)):
        time += SILENCE if chance.random() < 0.01 else chance.uniform(0, LONGEST_GAP)
        yield _reading(chance, round(time, 3))


def _card(device: Device, index: int) -> Line:
    domain, name, kind, period, attributes = device
    reporting: dict[str, Any] = {"mode": "on-change"}
    if period is not None:
        reporting = {"mode": "periodic", "period": period}
    card = {
        "name": f"{name}（模拟）", "kind": kind, "lng": HERE[0] + index * 0.0005, "lat": HERE[1],
        "reporting": reporting, "attributes": attributes,
    }  # fmt: skip
    district = DISTRICTS[index % len(DISTRICTS)]
    return Line(f"city/{district}/{domain}/{name}/$device", card, 0)


def _reading(chance: Random, time: float) -> Line:
    # An hour's mean of the air needs most of the hour. A school says nothing.
    index = 0 if chance.random() < AIR else chance.randrange(len(_DEVICES) - 1)
    domain, name, kind, _, _ = _DEVICES[index]
    event, data = _SAYS[kind](chance, time)
    topic = f"city/{DISTRICTS[index % len(DISTRICTS)]}/{domain}/{name}"
    if chance.random() < 0.01:
        return Line(f"{topic}/$status", chance.choice(["online", "offline"]), time)
    if chance.random() < 0.01:
        data = {"rubbish": True}
    said = time - chance.choice([0, 0, 0, 1, 90])  # some are late
    return Line(f"{topic}/{event}", data, time, said=max(0.0, said))


def _busy(time: float) -> bool:
    """Whether it is an hour in which everything goes wrong: each second one."""
    return int(time // 3_600) % 2 == 0


def _lot(chance: Random, time: float) -> tuple[str, object]:
    occupied = 97 if _busy(time) else chance.randint(40, 80)
    free = 100 - occupied
    data = {"totalSpotNumber": 100, "occupiedSpotNumber": occupied, "availableSpotNumber": free}
    return "occupancy", data


def _hospital(chance: Random, time: float) -> tuple[str, object]:
    return "ed", {
        "patients": chance.randint(60, 90) if _busy(time) else chance.randint(5, 20),
        "beds": 40, "boarding": 8 if _busy(time) else 0, "hospitalBeds": 1000, "ventilated": 0,
        "longestAdmitHours": 6 if _busy(time) else 0, "lastBedHours": 0,
        "waiting": {"3": {"count": 4, "longestMinutes": chance.randint(5, 60)}},
    }  # fmt: skip


_SAYS: dict[str, Callable[[Random, float], tuple[str, object]]] = {
    "AirQualityStation": lambda _, time: ("quality", {"pm25": 300.0 if _busy(time) else 20.0}),
    "OffStreetParking": _lot,
    "ParkingGuidanceSign": lambda _, __: ("sign", {"lines": []}),
    "Hospital": _hospital,
    "RainGauge": lambda _, time: ("rainfall", {"precipitation": 2.0 if _busy(time) else 0.0}),
    "WeatherStation": lambda chance, _: ("observed", {"temperature": chance.randint(-20, 5)}),
    "RoadSection": lambda chance, _: ("flow", {"averageVehicleSpeed": chance.randint(5, 60)}),
    "PondingPoint": lambda _, time: ("level", {"waterLevel": 30.0 if _busy(time) else 0.0}),
    "GasDetector": lambda _, time: ("concentration", {"lel": 60 if _busy(time) else 1}),
    "SmokeDetector": lambda _, time: ("smoke", {"alarm": _busy(time)}),
    "HeatDetector": lambda _, time: ("heat", {"alarm": _busy(time), "temperature": 70}),
    "ManholeCover": lambda _, time: (
        "cover", {"missing": _busy(time), "tilt": 0.0, "water": False},
    ),
}  # fmt: skip
