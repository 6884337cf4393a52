"""`entities`: what the screen shows, as it shows it."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Response
from msgspec import Raw

from hub.model.entity import Entity
from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts
from hub.serve.errors import BadSubscription
from hub.serve.subscription import from_query

router = APIRouter(tags=["entities"])


@router.get("/entities")
async def entities(
    parts: Parts,
    paging: Paged,
    layer: Annotated[str, Query(description="layers, comma separated")] = "",
    district: Annotated[str, Query(description="district codes, comma separated")] = "",
    window: Annotated[str, Query(description="west,south,east,north in degrees")] = "",
) -> Response:
    """List entities by id; the filters are those of the websocket."""
    try:
        view = from_query({"layers": layer, "districts": district, "window": window})
    except BadSubscription as error:
        raise HTTPException(400, str(error)) from error
    rows = parts.wall.screen.rows
    names = sorted(name for name, row in rows.items() if view.wants(row))
    part, following = after(names, paging)
    found = [Raw(rows[name].json) for name in names[part]]
    return answer(found, following, paging, Entity.__struct_fields__)
