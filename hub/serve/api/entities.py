"""`entities`: what the screen shows, as it shows it."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response
from msgspec import Raw

from hub.core.charts import TABLE, Trace, width_of
from hub.core.declaration import Chart
from hub.log.tables import Tables
from hub.model.entity import Entity
from hub.model.instant import SECOND
from hub.serve.api.page import Paged, after, answer, reply
from hub.serve.api.parts import Parts
from hub.serve.errors import BadSubscription
from hub.serve.serving import Serving
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


@router.get("/entities/{id_:path}/charts")
async def charts(id_: str, parts: Parts) -> Response:
    """Return the charts of an entity: lines of [seconds since the epoch, mean], oldest first."""
    layers = {layer.name: layer for each in parts.declarations for layer in each.layers}
    layer = layers.get(id_.partition("/")[0])
    if layer is None:
        raise HTTPException(404, f"no layer of {id_!r}")
    trace = await _trace(parts, id_)
    return reply({"items": [_drawn(chart, trace) for chart in layer.charts]})


async def _trace(parts: Serving, id_: str) -> Trace:
    for partition in parts.partitions:
        raw = await Tables(parts.redis, partition).get(TABLE, id_)
        if raw is not None:
            return msgspec.msgpack.decode(raw, type=Trace)
    return Trace()


def _drawn(chart: Chart, trace: Trace) -> dict[str, object]:
    """Return a chart with its lines; ``step`` is how many seconds a point lasts."""
    lines = {
        field: [(p.start // SECOND, p.mean) for p in trace.lines.get(f"{chart.name}.{field}", ())]
        for field in chart.fields
    }
    return {**chart.describe(), "step": width_of(chart.span) // SECOND, "lines": lines}
