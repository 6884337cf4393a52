"""Hand-made messages that the tests of ingest share."""

import json
from typing import Any

TOPIC = "city/210103/parking/lot-0012/occupancy"
CARD_TOPIC = "city/210103/parking/lot-0012/$device"
STATUS_TOPIC = "city/210103/gateway/gw-zhongjie/$status"
ACK_TOPIC = "city/210103/parking/sign-03/$ack/d1:42:0"
DATA = {"totalSpotNumber": 420, "occupiedSpotNumber": 400, "availableSpotNumber": 20}
CARD = {
    "name": "中街大悦城停车场",
    "kind": "OffStreetParking",
    "lng": 123.458,
    "lat": 41.802,
    "reporting": {"mode": "periodic", "period": 60},
    "via": "gw-zhongjie",
    "attributes": {"area": "zhongjie", "totalSpotNumber": 420},
}


def envelope(**changes: Any) -> dict[str, Any]:  # JSON of any shape is the point
    """Return a good CloudEvent with some attributes changed; `...` leaves one out."""
    event = {
        "specversion": "1.0",
        "id": "lot-0012-0000000042",
        "source": "/parking/lot-0012",
        "type": "city.parking.occupancy",
        "time": "2026-11-23T08:00:00.000Z",
        "sequence": "0000000042",
        "data": DATA,
    } | changes
    return {name: value for name, value in event.items() if value is not ...}


def reading(**changes: Any) -> bytes:
    """Return a reading as it goes over the wire; `...` leaves an attribute out."""
    return json.dumps(envelope(**changes), ensure_ascii=False).encode()
