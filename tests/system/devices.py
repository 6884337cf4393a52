"""Devices of one's own, by the commands that a stranger would use: mosquitto_pub and JSON."""

import itertools
import json
import subprocess
from collections.abc import Mapping

from tests.servers import HOST, program

DISTRICT = "210102"
_number = itertools.count(1)


def publish(port: int, topic: str, payload: bytes | str, *, retain: bool = False) -> None:
    """Publish one message with `mosquitto_pub`, QoS 1; it returns when it is acknowledged."""
    raw = payload.encode() if isinstance(payload, str) else payload
    argv = [program("mosquitto_pub"), "-h", HOST, "-p", str(port), "-q", "1", "-t", topic, "-s"]
    subprocess.run([*argv, *(["-r"] if retain else [])], input=raw, check=True, timeout=30)


def topic(device: str, event: str, district: str = DISTRICT) -> str:
    """Return the topic of a car park's event or `$` level."""
    return f"city/{district}/parking/{device}/{event}"


def reading(device: str, total: int, occupied: int, **more: object) -> str:
    """Return a hand-made occupancy reading; ``more`` are attributes of its envelope."""
    envelope: Mapping[str, object] = {
        "specversion": "1.0",
        "id": f"{device}-{next(_number):06d}",
        "source": f"/parking/{device}",
        "type": "city.parking.occupancy",
        "data": {"totalSpotNumber": total, "occupiedSpotNumber": occupied},
    }
    return json.dumps({**envelope, **more}, ensure_ascii=False)


def card(
    name: str, *, area: str = "", place: tuple[float, float] = (123.44, 41.79), period: float = 0
) -> str:
    """Return the card of a car park: on-change, or periodic with a period in seconds."""
    reporting = {"mode": "periodic", "period": period} if period else {"mode": "on-change"}
    attributes = {"area": area, "areaName": area} if area else {}
    described = {
        "name": name,
        "kind": "OffStreetParking",
        "lng": place[0],
        "lat": place[1],
        "reporting": reporting,
        "attributes": attributes,
    }
    return json.dumps(described, ensure_ascii=False)


def lot(port: int, device: str, name: str, total: int, occupied: int, **card_facts: object) -> None:
    """Register a car park and report its occupancy."""
    publish(port, topic(device, "$device"), card(name, **card_facts), retain=True)  # type: ignore[arg-type]  # passed on
    publish(port, topic(device, "occupancy"), reading(device, total, occupied))


def full_area(port: int, area: str, places: list[tuple[float, float]] | None = None) -> None:
    """Fill three car parks of an area to 96 %: ten minutes later it is saturated."""
    for index, place in enumerate(
        places or [(123.441, 41.791), (123.443, 41.792), (123.445, 41.79)]
    ):
        lot(port, f"{area}-{index}", f"{area}{index}号停车场", 100, 96, area=area, place=place)
