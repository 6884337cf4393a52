"""The page in a real headless Chromium, and what it must not do: errors, foreign requests."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-quic",
    "--no-first-run",
    "--disable-component-update",
    "--disable-sync",
]
"""Chromium stays on this machine, and runs where it may not nest a sandbox."""
CITY = {"width": 1920, "height": 1080}
FIRST_FRAME_MS = 15_000


@dataclass
class Watched:
    """A page with what it asked of whom, and what it complained of."""

    page: Page
    origin: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def asked(self, request: Request) -> None:
        """Note a request that leaves the hub."""
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != self.origin:
            self.foreign.append(request.url)

    def open(self, url: str) -> None:
        """Load the page and wait until its first frame has come."""
        self.page.goto(url)
        self.page.wait_for_function(
            "() => window.__cityhub && window.__cityhub.firstFrameAt !== null",
            timeout=FIRST_FRAME_MS,
        )


def executable() -> str:
    """Return the path of Chromium, or fail: nothing is skipped silently."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.fail("chromium is not installed: `make test` installs it, or names what is missing")
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run one Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def watched(browser: Browser, url: str, script: str = "") -> Iterator[Watched]:
    """Open the page of a city at the size of a city's screen, in Chinese, and watch it.

    ``script`` runs before the page's own.
    """
    context = browser.new_context(viewport=CITY, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    if script:
        page.add_init_script(script)
    found = Watched(page, urlsplit(url).netloc)
    page.on("request", found.asked)
    page.on("websocket", lambda socket: found.foreign.extend(_foreign(socket.url, found.origin)))
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on(
        "console",
        lambda said: found.errors.append(said.text) if said.type == "error" else None,
    )
    found.open(url)
    yield found
    context.close()


def _foreign(url: str, origin: str) -> list[str]:
    return [] if urlsplit(url).netloc == origin else [url]
