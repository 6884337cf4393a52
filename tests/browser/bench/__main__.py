"""Measure the screen as issue 6 holds it to: `python -m tests.browser.bench` (`make bench-screen`).

A real headless Chromium without a GPU at 1920×1080, a real hub on loopback. Prints a line a figure
and ends with status 1 when one is beyond its limit.
"""

import argparse
import gzip
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion
from playwright.sync_api import Browser, Page

from hub.serve.static import DIST
from tests.browser.bench.crowd import crowd
from tests.browser.page import chromium, watched
from tests.servers import HOST
from tests.system.city import City
from tests.system.devices import card, reading, topic

PROBE = Path(__file__).with_name("probe.js").read_text("utf-8")
PAN_SECONDS = 6.0
SETTLE_MS = 3_000
SAMPLES = 60
"""Readings whose way to the screen is timed."""
PAUSE_SECONDS = 0.37
"""Between two of them: no multiple of the quarter second in which deltas go out."""
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Figure:
    """One measured value and its limit; `fits` compares them."""

    name: str
    value: float
    limit: float
    unit: str
    at_least: bool = False

    @property
    def fits(self) -> bool:
        """Whether the limit is kept."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        verdict = "ok" if self.fits else "BEYOND"
        return f"{self.name:<58}{self.value:>9.1f} {self.unit:<4}{sign}{self.limit:g}  {verdict}"


def percentile(values: list[float], share: float) -> float:
    """Return a percentile by rank."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def drawing(browser: Browser, count: int, rate: int, least: float) -> list[Figure]:
    """Pan over a crowd that changes; return frames a second and the slowest answer to input."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "redis").mkdir()
        with crowd(Path(folder), count, rate) as url, watched(browser, url, PROBE) as screen:
            page = screen.page
            page.wait_for_function(
                f"() => window.__cityhub.entities >= {count}", timeout=PATIENCE_MS
            )
            page.wait_for_timeout(SETTLE_MS)
            before = page.evaluate("() => window.__cityhub.frames")
            fps, worst = _pan(page)
            frames = page.evaluate("() => window.__cityhub.frames") - before
            _click_about(page)
            answers = _answers(page)
            name = f"{count:,} entities, {rate:,} changes/s"
            return [
                Figure(f"{name}: frames/s while panning", fps, least, "", at_least=True),
                Figure(f"{name}: longest frame while panning", worst, 250, "ms"),
                Figure(f"{name}: telemetry frames/s meanwhile", frames / PAN_SECONDS, 2, "", True),
                Figure(f"{name}: input to feedback, p99", percentile(answers, 0.99), 100, "ms"),
            ]


def _pan(page: Page) -> tuple[float, float]:
    """Drag the map about for a while; return frames a second and the longest frame in ms."""
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    begin = page.evaluate("() => { window.__probe.answers.length = 0; return performance.now(); }")
    over, step = time.monotonic() + PAN_SECONDS, 0
    while time.monotonic() < over:
        step += 1
        # There and back, so that the crowd stays in sight.
        page.mouse.move(x + 4 * (30 - abs(step % 60 - 30)), y + 2 * (30 - abs(step % 60 - 30)))
    frames = page.evaluate("(from) => window.__probe.frames.filter((at) => at >= from)", begin)
    page.mouse.up()
    gaps = [after - at for at, after in itertools.pairwise(frames)]
    return len(frames) / ((frames[-1] - frames[0]) / 1_000), max(gaps)


def _click_about(page: Page) -> None:
    """Use the page as an operator does: keys, buttons, points of the map."""
    box = page.get_by_test_id("map").bounding_box()
    assert box is not None
    for n in range(12):
        page.mouse.click(box["x"] + 300 + 17 * n, box["y"] + 300 + 11 * n)
        page.keyboard.press("Escape")
        page.get_by_test_id("layer-switch").first.press("Tab")


def _answers(page: Page) -> list[float]:
    """Return how long each input took to the frame that shows it; under 16 ms it is not told."""
    page.wait_for_timeout(500)
    found: list[dict[str, float]] = page.evaluate("() => window.__probe.answers")
    return [each["duration"] for each in found] or [16.0]


def latency(browser: Browser) -> list[Figure]:
    """Publish readings in the default city; return how long they take to stand on the screen."""
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder) / "data", scenarios="")
        try:
            city.start()
            client = mqtt.Client(CallbackAPIVersion.VERSION2)
            client.connect(HOST, city.mqtt_port)
            client.loop_start()
            client.publish(topic("probe", "$device"), card("计时停车场"), 1, retain=True)
            client.publish(topic("probe", "occupancy"), reading("probe", 9_000, 8_999), 1)
            with watched(browser, city.url, PROBE) as screen:
                times = _timed(screen.page, lambda free: _report(client, free))
            client.disconnect()
            client.loop_stop()
        finally:
            city.end()
    return [
        Figure("default city: publish to pixel, p50", percentile(times, 0.5), 300, "ms"),
        Figure("default city: publish to pixel, p99", percentile(times, 0.99), 1_000, "ms"),
        Figure("default city: publish to pixel, mean", statistics.mean(times), 300, "ms"),
    ]


def _report(client: mqtt.Client, free: int) -> None:
    client.publish(topic("probe", "occupancy"), reading("probe", 9_000, 9_000 - free), 1)


def _timed(page: Page, report: Callable[[int], None]) -> list[float]:
    """Open the probe's card, then report one number after the other; return ms until each stood."""
    page.get_by_test_id("layer-pick").and_(page.locator('[data-layer="parking.lot"]')).click()
    page.get_by_role("searchbox").first.fill("计时")
    page.locator('[data-entity-id="parking.lot/probe"]').first.click()
    page.evaluate("() => window.__probe.watch('[data-field=availableSpotNumber]')")
    page.wait_for_timeout(SETTLE_MS)
    sent: dict[int, float] = {}
    for free in range(101, 101 + SAMPLES):
        sent[free] = time.time() * 1_000
        report(free)
        time.sleep(PAUSE_SECONDS)
        page.evaluate("() => 0")
    page.wait_for_timeout(SETTLE_MS)
    seen: list[dict[str, str]] = page.evaluate("() => window.__probe.seen")
    at = {"".join(c for c in each["text"] if c.isdigit()): float(each["at"]) for each in seen}
    found = [at[str(free)] - began for free, began in sent.items() if str(free) in at]
    assert len(found) >= SAMPLES / 2, f"only {len(found)} of {SAMPLES} readings were seen"
    return found


def cold(browser: Browser) -> list[Figure]:
    """Open the page of a city of 5,000 with an empty cache; return how soon the map is there."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "redis").mkdir()
        with crowd(Path(folder), 5_000, 400) as url:
            took = []
            for _ in range(5):
                context = browser.new_context(viewport={"width": 1920, "height": 1080})
                page = context.new_page()
                page.goto(url)
                page.wait_for_function("() => window.__cityhub?.drawnAt", timeout=PATIENCE_MS)
                took.append(page.evaluate("() => window.__cityhub.drawnAt"))
                context.close()
    soon = percentile(took, 0.5)
    return [Figure("cold load to the first map with its points", soon, 2_000, "ms")]


def weight(_: Browser) -> list[Figure]:
    """Return the size of the JavaScript that the first view needs."""
    page = (DIST / "index.html").read_text("utf-8")
    first = [each for each in (DIST / "assets").glob("*.js") if each.name in page]
    first += (DIST / "assets").glob("worker-*.js")
    size = sum(len(gzip.compress(each.read_bytes())) for each in first)
    return [Figure("first JavaScript, gzip", size / 1_000, 200, "kB")]


MEASURES: dict[str, Callable[[Browser], list[Figure]]] = {
    "weight": weight,
    "cold": cold,
    "latency": latency,
    "5000": lambda browser: drawing(browser, 5_000, 1_000, 50),
    "50000": lambda browser: drawing(browser, 50_000, 10_000, 20),
}


def main() -> int:
    """Measure, print, and tell whether all limits were kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measures", nargs="*", help=f"default: all of {', '.join(MEASURES)}")
    parser.add_argument("--json", type=Path, help="write the figures there as well")
    options = parser.parse_args()
    figures: list[Figure] = []
    with chromium() as browser:
        for name in options.measures or MEASURES:
            found = MEASURES[name](browser)
            print(*found, sep="\n", flush=True)  # noqa: T201 what it is for
            figures += found
    if options.json:
        rows = [{"name": each.name, "value": each.value, "limit": each.limit} for each in figures]
        options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), "utf-8")
    return 0 if all(each.fits for each in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
