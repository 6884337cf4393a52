"""`scenarios`: what runs, and how it looks on the screen."""

from fastapi import APIRouter, Response

from hub.serve.api.page import Paged, after, answer
from hub.serve.api.parts import Parts
from hub.serve.asyncapi import summary

router = APIRouter(tags=["scenarios"])

COLUMNS = ("name", "title", "title_en", "description", "handlers", "layers", "tiles")


@router.get("/scenarios")
async def scenarios(parts: Parts, paging: Paged) -> Response:
    """List the scenarios with their handlers, layers, tiles and what they read, by name."""
    found = sorted(parts.declarations, key=lambda each: each.name)
    part, following = after([each.name for each in found], paging)
    rows = [{**each.describe(), "reads": summary(each)} for each in found[part]]
    return answer(rows, following, paging, COLUMNS)
