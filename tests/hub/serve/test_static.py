"""The page's files: headers, caching, and paths that must lead nowhere."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from hub.serve.static import mount
from tests.hub.serve.conftest import Running


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built page, and a secret beside it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>page")
    (folder / "assets" / "app-12ab.js").write_text("x = 1;" * 1_000)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    return folder


def page(dist: Path) -> httpx.AsyncClient:
    """Return a client of an application that serves ``dist``."""
    app = FastAPI()
    mount(app, dist)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_the_page_is_never_stale_and_its_assets_never_asked_again(dist: Path) -> None:
    """no-store for index.html, immutable for what has its hash in its name; gzip."""
    async with page(dist) as client:
        index = await client.get("/")
        assert index.headers["cache-control"] == "no-store"
        asset = await client.get("/assets/app-12ab.js")
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "//etc/passwd",
        "/%00",
        "/link.txt",
    ],
)
async def test_no_path_leads_out(dist: Path, path: str) -> None:
    """S6: traversal, absolute paths, NUL and links out of the folder are not found."""
    async with page(dist) as client:
        url = httpx.URL("http://127.0.0.1").copy_with(raw_path=path.encode())
        response = await client.get(url)
        assert response.status_code == 404
        assert "secret" not in response.text


async def test_a_page_that_is_not_built_says_so(tmp_path: Path) -> None:
    """503 and how to build it, not a bare 404."""
    async with page(tmp_path) as client:
        response = await client.get("/")
        assert response.status_code == 503
        assert "npm" in response.text


@pytest.mark.contract
async def test_every_answer_has_the_security_headers(serve: Running) -> None:
    """The policy without unsafe-inline, on the page and the API alike."""
    for path in ("/", "/api/health", "/docs", "/nothing"):
        headers = (await serve.http.get(path)).headers
        assert headers["content-security-policy"] == (
            "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "worker-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.contract
async def test_raw_traversal_over_the_wire(serve: Running) -> None:
    """The same without a client that tidies the path."""
    reader, writer = await asyncio.open_connection("127.0.0.1", serve.port)
    request = f"GET /../pyproject.toml HTTP/1.1\r\nHost: 127.0.0.1:{serve.port}\r\n"
    writer.write(f"{request}Connection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    assert b" 404 " in answer.splitlines()[0] + b" "


@pytest.mark.contract
async def test_a_half_open_connection_is_dropped(
    serve: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: a request must be whole within its time, however slowly its bytes come."""
    monkeypatch.setattr("hub.serve.socket.REQUEST_SECONDS", 0.2)
    with socket.create_connection(("127.0.0.1", serve.port)) as raw:
        raw.setblocking(False)
        raw.send(b"GET / HTTP/1.1\r\nX-Slow: ")
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(5):
            try:
                assert await loop.sock_recv(raw, 1) == b""
            except ConnectionResetError:
                return
