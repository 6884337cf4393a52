"""`devices`: the ledger of devices (设备台账)."""

from dataclasses import dataclass
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from msgspec import Struct

from hub.log.tables import Tables
from hub.model.device import Card, Device
from hub.model.instant import Instant, text
from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts

router = APIRouter(tags=["devices"])

_decode = msgspec.msgpack.Decoder(Device).decode


class DeviceRow(Struct, frozen=True):
    """One device: its card, whether it is heard, and what its sequence numbers tell."""

    source: str
    district: str
    registered: bool
    online: bool | None
    stale: bool
    heard: str | None
    said: str | None
    accepted: int
    duplicates: int
    late: int
    gaps: int
    missing: int
    resets: int
    card: Card | None


@dataclass(frozen=True)
class Filter:
    """Which devices: an empty or absent one lets all through."""

    district: Annotated[str, Query(max_length=6)] = ""
    registered: bool | None = None
    online: bool | None = None
    stale: bool | None = None

    def fits(self, device: Device) -> bool:
        """Return whether a device is asked for."""
        if self.district not in ("", device.district):
            return False
        pairs = (
            (self.registered, device.registered),
            (self.online, device.online),
            (self.stale, device.stale),
        )
        return all(wanted is None or wanted is value for wanted, value in pairs)


@router.get("/devices")
async def devices(parts: Parts, paging: Paged, wanted: Annotated[Filter, Depends()]) -> Response:
    """List devices by source."""
    found: dict[str, Device] = {}
    for name in parts.partitions:
        async for source, value in Tables(parts.redis, name).scan("devices"):
            device = _decode(value)
            if wanted.fits(device):
                found[source] = device
    sources = sorted(found)
    part, following = after(sources, paging)
    rows = [_row(found[source]) for source in sources[part]]
    return answer(rows, following, paging, DeviceRow.__struct_fields__)


def _row(device: Device) -> DeviceRow:
    return DeviceRow(
        source=device.source,
        district=device.district,
        registered=device.registered,
        online=device.online,
        stale=device.stale,
        heard=_time(device.heard),
        said=_time(device.said),
        accepted=device.accepted,
        duplicates=device.duplicates,
        late=device.late,
        gaps=device.gaps,
        missing=device.missing,
        resets=device.resets,
        card=device.card,
    )


def _time(instant: Instant) -> str | None:
    return text(instant) if instant else None
