"""`scenarios`: what runs, and how it looks on the screen."""

from fastapi import APIRouter, Response

from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts

router = APIRouter(tags=["scenarios"])

COLUMNS = ("name", "title", "title_en", "description", "handlers", "layers", "tiles")


@router.get("/scenarios")
async def scenarios(parts: Parts, paging: Paged) -> Response:
    """List the scenarios with their handlers, layers and tiles, by name."""
    found = sorted(parts.declarations, key=lambda each: each.name)
    part, following = after([each.name for each in found], paging)
    return answer([each.describe() for each in found[part]], following, paging, COLUMNS)
