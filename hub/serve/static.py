"""The page: files of `dashboard/dist`, compressed, cached as their names allow."""

from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

DIST = Path(__file__).resolve().parents[2] / "dashboard" / "dist"
SMALLEST_GZIP = 1024

ABSENT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>CityHub</title>
<h1>The page is not built</h1><p>Run <code>npm --prefix dashboard run build</code>, or
<code>make demo</code>. The API is at <a href="/docs">/docs</a>.</p></html>"""


class Page(StaticFiles):
    """Static files whose cache rules follow from their names."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Answer with a file: hashed assets hold for ever, all else is asked for again."""
        response = await super().get_response(path, scope)
        hashed = path.startswith("assets/")
        response.headers["cache-control"] = (
            "public, max-age=31536000, immutable" if hashed else "no-store"
        )
        return response


def mount(app: FastAPI, dist: Path = DIST) -> None:
    """Serve the page at `/`, after every other route; tell how to build it when it is absent."""
    if (dist / "index.html").is_file():
        files = Page(directory=dist, html=True)
        app.mount("/", GZipMiddleware(files, minimum_size=SMALLEST_GZIP), name="page")
        return

    @app.get("/", include_in_schema=False)
    async def absent() -> HTMLResponse:
        return HTMLResponse(ABSENT, 503)
