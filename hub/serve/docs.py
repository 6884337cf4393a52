"""`/docs`: the API as a plain page.

FastAPI's own page loads scripts from another origin, which the content security policy and a
machine without a network both forbid.
"""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

Operation = dict[str, Any]
"""An OpenAPI operation: as FastAPI makes it, a tree of JSON."""

router = APIRouter(include_in_schema=False)

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>CityHub API</title>
<h1>CityHub API</h1>
<p>The whole description, for any OpenAPI tool: <a href="/openapi.json">/openapi.json</a>
(OpenAPI 3.1).</p>
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
