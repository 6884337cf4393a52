"""`tiles`: the city's figures and how they went over the last hours."""

from fastapi import APIRouter, Response

from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts

router = APIRouter(tags=["tiles"])


@router.get("/tiles")
async def tiles(parts: Parts, paging: Paged) -> Response:
    """List the tiles by name with `points`: (milliseconds since 1970, value), each 2 city minutes.

    At most the last 6 hours; they begin when this process began.
    """
    found = sorted(parts.tiles.values)
    part, following = after(found, paging)
    rows = [
        {"name": name, "value": parts.tiles.values[name].value, "points": parts.trends.of(name)}
        for name in found[part]
    ]
    return answer(rows, following, paging, ("name", "value", "points"))
