"""`districts`: the 13 districts and counties (区县)."""

from fastapi import APIRouter, Response
from msgspec import Struct

from hub.model.district import DISTRICTS
from hub.serve.api.page import Paged, after, answer

router = APIRouter(tags=["districts"])

CENTERS = {
    "210102": (123.40086, 41.78555),
    "210103": (123.43988, 41.79358),
    "210104": (123.46394, 41.80663),
    "210105": (123.39985, 41.81955),
    "210106": (123.34496, 41.78561),
    "210111": (123.33601, 41.66365),
    "210112": (123.45291, 41.73961),
    "210113": (123.51508, 42.04979),
    "210114": (123.30508, 41.79369),
    "210115": (122.72564, 41.51082),
    "210123": (123.34682, 42.73959),
    "210124": (123.41075, 42.50458),
    "210181": (122.82361, 41.99485),
}
"""Seat of each district's government, (lng, lat) WGS-84; the page's map has the same."""


class DistrictRow(Struct, frozen=True):
    """A district's 6-digit code (GB/T 2260), its names, and where its centre is."""

    code: str
    name: str
    name_en: str
    center: tuple[float, float]


@router.get("/districts")
async def districts(paging: Paged) -> Response:
    """List the districts by code."""
    rows = [DistrictRow(d.code, d.name, d.name_en, CENTERS[d.code]) for d in DISTRICTS]
    part, following = after([row.code for row in rows], paging)
    return answer(rows[part], following, paging, DistrictRow.__struct_fields__)
