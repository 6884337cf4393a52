import { describe, expect, it } from "vitest";
import { nextTick } from "vue";
import AlertPanel from "../../src/alerts/AlertPanel.vue";
import DetailCard from "../../src/layers/DetailCard.vue";
import { clearEntities, putAlert, putEntity } from "../../src/stream/model";
import type { Entity } from "../../src/stream/protocol";
import Tile from "../../src/tiles/Tile.vue";
import { page, TILE } from "../page";
import { acknowledgement, alert, CITY_TIME, entity } from "../samples";

describe("the detail card", () => {
  it("draws a device's name as text, whatever it contains", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const { text } = await page(DetailCard, { id: "parking.lot/a" }, entity("a", { title: name }));
    expect(text()).toContain(name);
    expect(document.querySelector("img")).toBeNull();
  });

  it("shows declared fields, age and quality", async () => {
    const { text } = await page(DetailCard, { id: "parking.lot/a" }, entity("a", { quality: ["over-capacity"] }));
    for (const words of ["空余泊位", "20个", "空闲", "1 分钟前", "超容量"]) expect(text()).toContain(words);
  });

  it("of a stale entity says 数据延迟 with its age, and no number", async () => {
    const { text } = await page(DetailCard, { id: "parking.lot/a" }, entity("a", { stale: true }));
    expect(text()).toContain("数据延迟 1 分钟");
    expect(text()).not.toContain("20");
  });

  it("gives a long text the whole width, and a short one none of it", async () => {
    const data = { availableSpotNumber: 20, areaName: "中街" };
    await page(DetailCard, { id: "parking.lot/a" }, entity("a", { data }));
    expect(document.querySelector('[data-field="areaName"]')?.className).not.toContain("wide");
    await page(DetailCard, { id: "parking.lot/a" }, entity("a", { data: { ...data, areaName: "中街、沈阳北站、太原街、三好街" } }));
    expect(document.querySelector('[data-field="areaName"]')?.className).toContain("wide");
  });

  it("follows the data, and says when its object is gone", async () => {
    const { city, text } = await page(DetailCard, { id: "parking.lot/a" }, entity("a"));
    putEntity(city.model, entity("a", { v: 2, data: { availableSpotNumber: 7 } }));
    city.dataTick.value += 1;
    await nextTick();
    expect(text()).toContain("7个");
    clearEntities(city.model);
    city.dataTick.value += 1;
    await nextTick();
    expect(text()).toContain("已不在数据中");
  });
});

describe("a tile", () => {
  const value = (data: Entity["data"], stale = false): Entity =>
    entity("", { id: "tile/parking.free", layer: "tile", data, stale });

  it("shows value, unit and age, and in its tooltip what it rests on", async () => {
    const { text } = await page(Tile, { spec: TILE }, value({ value: 32_879, of: 331, stale: 0 }));
    expect(text()).toMatch(/剩余泊位.*3\.29.*万个.*1 分钟前/);
    expect(document.querySelector("button")?.title).toContain("计 331 处");
  });

  it("says how many sources are left out as late", async () => {
    const { text } = await page(Tile, { spec: TILE }, value({ value: 3, of: 331, stale: 9 }));
    expect(text()).toContain("9 处延迟");
  });

  it("without a figure tells late from never reported", async () => {
    const late = await page(Tile, { spec: TILE }, value({ value: null, of: 0, stale: 9 }, true));
    expect(late.text()).toContain("数据延迟");
    const none = await page(Tile, { spec: TILE });
    expect(none.text()).toContain("无数据");
  });

  it("marks its value as from before an interruption", async () => {
    const { city, text } = await page(Tile, { spec: TILE }, value({ value: 3, of: 331, stale: 0 }));
    city.link.value = { state: "down", silentSeconds: 3, everLive: true };
    await nextTick();
    expect(text()).toContain("中断前");
  });

  it("leads to the list of its layer", async () => {
    const { desk } = await page(Tile, { spec: TILE });
    document.querySelector("button")?.click();
    expect(desk.listedLayer.value).toBe("parking.lot");
  });
});

describe("the alert panel", () => {
  it("says that the city is calm when nothing is raised", async () => {
    expect((await page(AlertPanel, {})).text()).toContain("没有告警，城市平稳");
  });

  it("opens the form on A for the row under the keyboard, and refuses an empty opinion", async () => {
    const { city, desk } = await page(AlertPanel, {});
    putAlert(city.model, alert("zhongjie"));
    city.alertTick.value += 1;
    await nextTick();
    const list = document.querySelector<HTMLElement>('[role="listbox"]');
    list?.dispatchEvent(new FocusEvent("focus"));
    list?.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
    await nextTick();
    expect(desk.selectedAlert.value).toBe("parking/saturated/zhongjie#1");
    document.querySelector("form")?.dispatchEvent(new SubmitEvent("submit", { cancelable: true }));
    await nextTick();
    expect(document.body.textContent).toContain("请填写意见");
  });

  it("keeps showing an alert that left the queue, and offers no second acknowledgement", async () => {
    const { city, desk, text } = await page(AlertPanel, {});
    putAlert(city.model, alert("zhongjie"));
    desk.selectedAlert.value = "parking/saturated/zhongjie#1";
    city.learnAlert(alert("zhongjie", { version: 2, cleared: CITY_TIME, acknowledged: acknowledgement }));
    await nextTick();
    expect(text()).toContain("已离开队列");
    expect(document.querySelector('[data-testid="ack-open"]')).toBeNull();
  });
});
