"""The screen as a whole: accessibility, layouts, its policy, and what an operator does with it."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.page import Watched, chromium, watched
from tests.servers import ROOT
from tests.system.city import City, wait_for
from tests.system.devices import full_area

pytestmark = pytest.mark.browser

AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE_MS = 20_000
SATURATED = 0.02
"""Share of saturated pixels that a calm hour may have."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Yield a living city at sixty times its speed, with one saturated area."""
    found = City(tmp_path_factory.mktemp("screen") / "data", clock_rate="60")
    try:
        found.start()
        full_area(found.mqtt_port, "zhongshan")
        wait_for(lambda: found.items("alerts") or None, "an alert is raised", 40)
        yield found
    finally:
        found.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield one Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def screen(city: City, browser: Browser) -> Iterator[Watched]:
    """Yield the page, live, with its map drawn."""
    with watched(browser, city.url) as found:
        found.page.wait_for_function("() => window.__cityhub.drawnAt", timeout=PATIENCE_MS)
        yield found


def _violations(page: Page) -> list[str]:
    """Return what axe finds against WCAG 2.2 A and AA, each with where it is."""
    # Through the debugger: the page's own policy lets no script in.
    page.evaluate(AXE.read_text("utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
    found = page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", rules
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("panel", ["list", "trend", "districts", "devices"])
def test_the_page_is_accessible(screen: Watched, panel: str) -> None:
    """No violation that axe can find: contrast, names, roles, focus, in every panel."""
    page = screen.page
    page.locator(f'[data-testid="panel-tab"][data-panel="{panel}"]').click()
    page.locator('[data-testid="alert-row"]').first.click()
    expect(page.get_by_test_id("alert-detail")).to_be_visible()
    assert _violations(page) == []


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 1080), (1280, 800), (390, 844)])
def test_every_layout_fits(screen: Watched, width: int, height: int) -> None:
    """Wall, desk and phone: nothing sticks out sideways, map and queue are there."""
    page = screen.page
    page.set_viewport_size({"width": width, "height": height})
    expect(page.get_by_test_id("map")).to_be_visible()
    expect(page.get_by_role("listbox")).to_be_visible()
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= width


def test_zoom_to_twice_the_size_loses_nothing(screen: Watched) -> None:
    """At 200 % a desk of 1280 pixels is one of 640: no sideways scrolling (WCAG 1.4.10)."""
    page = screen.page
    page.set_viewport_size({"width": 640, "height": 400})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 640
    expect(page.get_by_role("listbox")).to_be_visible()


def test_no_inline_code_is_allowed(screen: Watched, city: City) -> None:
    """The policy has no unsafe word, and the page needs none."""
    answer = screen.page.request.get(city.url)
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'self'" in policy
    assert screen.errors == []
    assert screen.foreign == []


def test_an_alert_is_shelved_and_stands_aside(screen: Watched, city: City) -> None:
    """S, a time, a reason: the alert leaves the queue for the shelf; the hub keeps who and why."""
    page = screen.page
    row = page.locator('[data-testid="alert-row"]:not([data-level="red"])').first
    name = row.get_attribute("data-alert-id")
    row.click()
    page.get_by_test_id("shelve-open").click()
    page.get_by_test_id("shelve-opinion").fill("设备检修")
    page.get_by_test_id("shelve-submit").click()
    expect(page.locator('[data-fold="shelf"]')).to_be_visible(timeout=PATIENCE_MS)
    kept = next(each for each in city.items("alerts") if each["id"] == name)
    assert kept["shelved"]["opinion"] == "设备检修"
    assert screen.errors == []


def test_the_past_is_shown_and_cannot_be_acted_upon(screen: Watched) -> None:
    """历史回放: a banner, a moment, no actions, the living counter; then back to live."""
    page = screen.page
    page.get_by_test_id("history-open").click()
    expect(page.get_by_test_id("past")).to_contain_text("历史回放")
    scrubber = page.get_by_test_id("history-scrubber")
    expect(scrubber).to_be_enabled(timeout=PATIENCE_MS)
    expect(page.get_by_test_id("live-waiting")).to_contain_text("实时待受理")
    page.wait_for_function("() => window.__cityhub.entities > 0", timeout=PATIENCE_MS)
    rows = page.locator('[data-testid="alert-row"]')
    if rows.count() > 0:
        rows.first.click()
        expect(page.get_by_test_id("ack-open")).to_have_count(0)
    page.get_by_test_id("history-step").click()
    page.get_by_test_id("history-end").click()
    expect(page.get_by_test_id("past")).to_have_count(0)
    page.wait_for_function("() => window.__cityhub.entities > 300", timeout=PATIENCE_MS)


def test_a_calm_screen_is_quiet(screen: Watched, browser: Browser) -> None:
    """Saturated pixels are under 2 % of the picture: colour is only for what is abnormal."""
    assert _saturated(browser, screen.page.screenshot()) < SATURATED


COUNT = """async (url) => {
  const image = await createImageBitmap(await (await fetch(url)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  let loud = 0;
  for (let at = 0; at < data.length; at += 4) {
    const most = Math.max(data[at], data[at + 1], data[at + 2]);
    const least = Math.min(data[at], data[at + 1], data[at + 2]);
    if (most > 127 && (most - least) / most > 0.5) loud += 1;
  }
  return loud / (data.length / 4);
}"""


def _saturated(browser: Browser, png: bytes) -> float:
    """Return the share of pixels whose HSV saturation and value are both above a half."""
    page = browser.new_page()
    share: float = page.evaluate(COUNT, f"data:image/png;base64,{b64encode(png).decode()}")
    page.close()
    return share
