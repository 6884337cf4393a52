"""The page of a running city, as an operator sees and uses it."""

import re
import signal
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Dialog, Locator, Page, expect

from tests.browser.page import Watched, chromium, watched
from tests.system.city import City, Json, wait_for
from tests.system.devices import full_area, lot, publish, reading, topic

pytestmark = pytest.mark.browser

RATE = "60"
"""City seconds per real second: ten minutes pass in ten seconds, every lot reports each second."""
XSS = "<img src=x onerror=alert(1)>"
PATIENCE_MS = 15_000
SILENT_MS = 10_000
"""How soon the page must say that nothing comes any more."""


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Yield a living city: simulated car parks, and lots of the test's own."""
    found = City(tmp_path_factory.mktemp("browser") / "data", clock_rate=RATE)
    try:
        found.start()
        full_area(found.mqtt_port, "zhongshan")
        lot(found.mqtt_port, "own-over", "爆满停车场", 100, 130)
        lot(found.mqtt_port, "own-xss", XSS, 100, 50)
        lot(found.mqtt_port, "own-stale", "沉默停车场", 100, 23, period=60)
        yield found
        found.stop()
    finally:
        found.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Yield one Chromium."""
    with chromium() as found:
        yield found


@pytest.fixture
def screen(city: City, browser: Browser) -> Iterator[Watched]:
    """Yield the page, live."""
    with watched(browser, city.url) as found:
        expect(found.page.get_by_test_id("connection")).to_have_attribute(
            "data-state", "live", timeout=PATIENCE_MS
        )
        yield found


def _row(page: Page, name: str, id_: str) -> Locator:
    """Return the row of a car park: its tile leads to the list, typing its name to the row."""
    page.locator('[data-testid="tile"][data-tile="parking.free"]').click()
    page.get_by_role("searchbox").fill(name)
    return page.locator(f'[data-testid="entity-row"][data-entity-id="parking.lot/{id_}"]')


def test_page_lives_and_keeps_to_itself(screen: Watched) -> None:
    """Lots are on the map, frames come, no other origin is asked, the console has no error."""
    page = screen.page
    page.wait_for_function("() => window.__cityhub.entities > 300", timeout=PATIENCE_MS)
    frames = page.evaluate("() => window.__cityhub.frames")
    page.wait_for_function(f"() => window.__cityhub.frames > {frames} + 5", timeout=PATIENCE_MS)
    expect(page.get_by_test_id("map").locator("canvas").first).to_be_visible()
    expect(page.locator('[data-testid="layer-switch"][data-layer="parking.lot"]')).to_be_checked()
    expect(page.get_by_test_id("data-delay")).to_contain_text(re.compile(r"\d"))
    assert screen.foreign == []
    assert screen.errors == []


def test_tile_shows_the_number_of_the_api(screen: Watched, city: City) -> None:
    """A tile's figure is the one of the API, at one moment."""
    tile = screen.page.locator('[data-testid="tile"][data-tile="parking.free"]')
    value = tile.get_by_test_id("tile-value")

    def same() -> bool:
        before = _tile(city)
        shown = value.inner_text()
        return before is not None and before == _tile(city) and _spoken(shown, before)

    wait_for(same, "the tile shows what the API says")


def _tile(city: City) -> float | None:
    found = [e for e in city.items("entities", layer="tile") if e["id"] == "tile/parking.free"]
    return found[0]["data"]["value"] if found else None


def _spoken(shown: str, value: float) -> bool:
    """Return whether a text such as `3.46万个` or `9,120个` says a value, as far as it goes."""
    found = re.search(r"([\d,.]+)(万)?", shown)
    if found is None:
        return False
    digits = found[1].replace(",", "")
    scale = 10_000 if found[2] else 1
    decimals = len(digits.partition(".")[2])
    shown_to: float = scale * 0.5 * 10.0**-decimals
    return abs(float(digits) * scale - value) <= shown_to + 1e-6


def test_alert_is_acknowledged_by_keyboard(screen: Watched, city: City) -> None:
    """An alert appears; chosen, A, the 意见, submit, all by keyboard; the API agrees."""
    alert = wait_for(lambda: _alert(city, "zhongshan"), "the area is saturated", 30)
    page = screen.page
    row = page.locator(f'[data-testid="alert-row"][data-alert-id="{alert["id"]}"]')
    expect(row).to_have_attribute("data-acknowledged", "false", timeout=PATIENCE_MS)
    _walk_to(page, row)
    page.keyboard.press("a")
    opinion = page.get_by_test_id("ack-opinion")
    expect(opinion).to_be_focused()
    page.keyboard.type("已派人到场疏导")
    page.keyboard.press("Tab")
    expect(page.get_by_test_id("ack-submit")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("data-acknowledged", "true", timeout=PATIENCE_MS)
    kept = _alert(city, "zhongshan")
    assert kept is not None
    assert kept["acknowledged"]["opinion"] == "已派人到场疏导"
    assert screen.errors == []


def _alert(city: City, place: str) -> Json | None:
    return next((a for a in city.items("alerts") if a["place"] == place), None)


def _walk_to(page: Page, row: Locator) -> None:
    """Go down the queue by keyboard until the row is the current one."""
    page.get_by_role("listbox").focus()
    page.keyboard.press("Home")
    for _ in range(200):
        if "current" in (row.get_attribute("class") or ""):
            return
        page.keyboard.press("ArrowDown")
    pytest.fail("the row was not reached by keyboard")


def test_name_with_markup_is_text(screen: Watched) -> None:
    """A device called `<img onerror>` is shown as written, in the list and on its card (S7)."""
    dialogs: list[str] = []

    def refuse(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    screen.page.on("dialog", refuse)
    row = _row(screen.page, "<img", "own-xss")
    expect(row).to_contain_text(XSS, timeout=PATIENCE_MS)
    row.click()
    expect(screen.page.get_by_test_id("detail-card")).to_contain_text(XSS)
    assert screen.page.locator("img[src='x']").count() == 0
    assert dialogs == []
    assert screen.errors == []


def test_more_cars_than_bays_is_said(screen: Watched) -> None:
    """130 cars on 100 bays is a reading with the quality 超容量, not an error."""
    row = _row(screen.page, "爆满", "own-over")
    expect(row).to_contain_text("超容量", timeout=PATIENCE_MS)
    row.click()
    card = screen.page.get_by_test_id("detail-card")
    expect(card.get_by_test_id("quality")).to_have_text("超容量")
    expect(card).to_contain_text("130")


def test_silent_lot_shows_no_number(screen: Watched, city: City) -> None:
    """Three periods without a reading: 数据延迟 stands where the number was, until it reports."""
    row = _row(screen.page, "沉默", "own-stale")
    expect(row).to_contain_text("数据延迟", timeout=PATIENCE_MS)
    expect(row).not_to_contain_text("77")
    row.click()
    card = screen.page.get_by_test_id("detail-card")
    expect(card).to_contain_text("数据延迟")
    expect(card).not_to_contain_text("77")
    publish(city.mqtt_port, topic("own-stale", "occupancy"), reading("own-stale", 100, 41))
    expect(row).to_contain_text("59", timeout=PATIENCE_MS)


def test_page_comes_back_by_itself(screen: Watched, city: City) -> None:
    """While serve is away the page says 数据中断; back, it ends equal to the hub (R22)."""
    connection = screen.page.get_by_test_id("connection")
    city.send("serve", signal.SIGSTOP)  # silent for as long as the page needs to see it, then dead
    expect(connection).to_have_attribute("data-state", "down", timeout=SILENT_MS)
    expect(connection).to_contain_text("数据中断")
    city.send("serve", signal.SIGKILL)
    expect(connection).to_have_attribute("data-state", "live", timeout=PATIENCE_MS)
    entities = wait_for(lambda: len(city.items("entities")), "the API answers")
    screen.page.wait_for_function(
        f"() => window.__cityhub.entities === {entities}", timeout=PATIENCE_MS
    )
    row = _row(screen.page, "爆满", "own-over")
    lot(city.mqtt_port, "own-over", "爆满停车场", 100, 117)
    row.click()
    expect(screen.page.get_by_test_id("detail-card")).to_contain_text("117", timeout=PATIENCE_MS)
    assert screen.foreign == []


def test_alert_id_survives_the_url(city: City) -> None:
    """An alert's id has slashes and `#`: encoded in the path it is found (422, not 404)."""
    alert = wait_for(lambda: _alert(city, "zhongshan"), "an alert", 30)
    answer = city.post(f"alerts/{quote(alert['id'], safe='')}/acknowledge", {"version": 1}, "k")
    assert answer.status_code in (409, 422)
