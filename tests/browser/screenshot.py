"""Take the README's picture: `python -m tests.browser.screenshot OUT.png [--url URL]`.

With `--url` of the running city that is to be seen; without, a city of its own is started, on a
Friday evening at 60 times real speed, and ended.
"""

import argparse
import tempfile
from pathlib import Path

from tests.browser.page import Watched, chromium, watched
from tests.system.city import City

LOTS = 300
"""Entities on the page before the picture is taken: the city lives."""
PATIENCE_MS = 60_000
EVENING = "2026-11-27T09:30:00.000Z"
"""A Friday, 17:30 in Shenyang: the city is busy."""
TILES = """() => [...document.querySelectorAll("[data-testid=tile-value]")]
    .some((tile) => /[1-9]/.test(tile.textContent))"""


def take(url: str, out: Path) -> None:
    """Photograph the page of a city once its lots, its map and its figures are there."""
    with chromium() as browser, watched(browser, url) as screen:
        _settle(screen)
        screen.page.screenshot(path=out)


def _settle(screen: Watched) -> None:
    page = screen.page
    page.wait_for_function(f"() => window.__cityhub.entities > {LOTS}", timeout=PATIENCE_MS)
    page.wait_for_function(TILES, timeout=PATIENCE_MS)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => document.fonts.ready")
    page.wait_for_timeout(2_000)  # the list is put in order once a second


def main() -> None:
    """Take it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--url", default="")
    options = parser.parse_args()
    if options.url:
        take(options.url, options.out)
        return
    with tempfile.TemporaryDirectory() as folder:
        evening = {"clock_origin": EVENING, "clock_rate": "60"}
        city = City(Path(folder) / "data", scenarios="", **evening)
        try:
            city.start()
            take(city.url, options.out)
        finally:
            city.end()


if __name__ == "__main__":
    main()
