"""Make the pictures of docs/screens: `python -m tests.browser.screens [NAME …]`.

Each is a city of its own: a busy Friday evening at the wall, the desk and the phone, a calm night,
and the rainstorm at its height.
"""

import argparse
import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from sensors.control import STORY_TOPIC
from tests.browser.page import chromium
from tests.servers import ROOT
from tests.system.city import City
from tests.system.devices import publish

OUT = ROOT / "docs" / "screens"
EVENING = "2026-11-27T09:30:00.000Z"
"""A Friday, 17:30 in Shenyang."""
NIGHT = "2026-11-26T18:00:00.000Z"
"""02:00 in Shenyang."""
PATIENCE_MS = 120_000
SETTLE_MS = 4_000


@dataclass(frozen=True)
class Shot:
    """A picture: of which city, at which size, after how long, and what is done before."""

    origin: str
    width: int
    height: int
    after_ms: int = 20_000
    story: str = ""
    until: str = ""
    """What must hold in the page before the picture: no picture of a storm that is none."""
    act: Callable[[Page], None] | None = None


def _hospital(page: Page) -> None:
    """Look at a hospital and what is around it."""
    page.locator('[data-testid=layer-pick][data-layer="hospital.hospital"]').click()
    page.locator("[data-testid=entity-row]").first.click()
    page.locator("[data-testid=nearby-radius]").last.click()


RAIN = """() => /[1-9]/.test(
    document.querySelector('[data-tile="emergency.rain"] [data-testid=tile-value]')?.textContent)"""

SHOTS = {
    "wall": Shot(EVENING, 3840, 1080),
    "desk": Shot(EVENING, 1920, 1080, act=_hospital),
    "phone": Shot(EVENING, 390, 844),
    "night": Shot(NIGHT, 1920, 1080),
    "rainstorm": Shot(EVENING, 1920, 1080, after_ms=150_000, story="rainstorm", until=RAIN),
}


def take(browser: Browser, url: str, name: str, out: Path) -> Path:
    """Photograph the page of a running city."""
    shot = SHOTS[name]
    size = {"width": shot.width, "height": shot.height}
    context = browser.new_context(viewport=size, locale="zh-CN", timezone_id="Asia/Shanghai")  # type: ignore[arg-type]  # a TypedDict
    page = context.new_page()
    page.goto(url)
    page.wait_for_function("() => window.__cityhub?.entities > 300", timeout=PATIENCE_MS)
    page.wait_for_timeout(shot.after_ms)
    if shot.until:
        page.wait_for_function(shot.until, timeout=PATIENCE_MS)
    if shot.act is not None:
        shot.act(page)
        page.wait_for_timeout(SETTLE_MS)
    path = out / f"{name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    """Make those that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(SHOTS)}")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    wanted = options.names or list(SHOTS)
    options.out.mkdir(parents=True, exist_ok=True)
    groups: dict[tuple[str, str], list[str]] = {}
    for name in wanted:
        groups.setdefault((SHOTS[name].origin, SHOTS[name].story), []).append(name)
    for (origin, story), names in groups.items():
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:
            clock = {"clock_origin": origin, "clock_rate": "60"}
            town = City(Path(folder) / "data", scenarios="", **clock)
            try:
                town.start()
                if story:
                    publish(town.mqtt_port, STORY_TOPIC, json.dumps({"name": story}))
                for name in names:
                    print(take(browser, town.url, name, options.out))  # noqa: T201 what it made
            finally:
                town.end()


if __name__ == "__main__":
    main()
