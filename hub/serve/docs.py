"""`/docs`: the API as a plain page; `/asyncapi.json`: what goes over MQTT and the log.

FastAPI's own page loads scripts from another origin, which the content security policy and a
machine without a network both forbid.
"""

from html import escape
from typing import Any
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse

from hub.serve import asyncapi
from hub.serve.api.parts import Parts

MQTT_PORT = 1883
"""Of the registry (IANA), where an address names none."""

Operation = dict[str, Any]
"""An OpenAPI operation: as FastAPI makes it, a tree of JSON."""

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>CityHub API</title>
<h1>CityHub API</h1>
<p>The whole description, for any OpenAPI tool: <a href="/openapi.json">/openapi.json</a>
(OpenAPI 3.1).</p>
<p>What devices publish and what scenarios read: <a href="/asyncapi.json">/asyncapi.json</a>
(AsyncAPI 3.0).</p>
<p>The websocket <code>/ws/city</code> is described in <code>docs/protocol.md</code>.</p>
{operations}</html>"""


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """List each operation with its parameters and answers."""
    paths: dict[str, dict[str, Operation]] = request.app.openapi()["paths"]
    sections = [
        _operation(method, path, operation)
        for path, methods in sorted(paths.items())
        for method, operation in methods.items()
    ]
    return HTMLResponse(_PAGE.format(operations="\n".join(sections)))


@router.get("/asyncapi.json")
async def asyncapi_document(parts: Parts) -> Response:
    """Describe the messages of this hub, as AsyncAPI 3.0."""
    address = urlsplit(parts.settings.mqtt)
    broker = f"{address.hostname}:{address.port or MQTT_PORT}"  # never its credentials
    found = asyncapi.document(parts.declarations, broker)
    return Response(msgspec.json.encode(found), media_type="application/json")


def _operation(method: str, path: str, operation: Operation) -> str:
    rows = [_parameter(each) for each in operation.get("parameters", [])]
    codes = [
        f"<li><code>{escape(code)}</code> {escape(str(each.get('description', '')))}</li>"
        for code, each in operation["responses"].items()
    ]
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        f"<p>{escape(str(operation.get('description', '')))}</p>"
        f"<ul>{''.join(rows)}</ul><ul>{''.join(codes)}</ul>"
    )


def _parameter(parameter: dict[str, Any]) -> str:
    name, where = str(parameter.get("name", "")), str(parameter.get("in", ""))
    told = escape(str(parameter.get("description", "")))
    return f"<li><code>{escape(name)}</code> ({escape(where)}) {told}</li>"
