import { describe, expect, it } from "vitest";
import { nextTick } from "vue";
import LayerPicker from "../../src/layers/LayerPicker.vue";
import LayerList from "../../src/layers/LayerList.vue";
import Legend from "../../src/map/Legend.vue";
import TileGrid from "../../src/tiles/TileGrid.vue";
import { found, page } from "../page";
import { entity } from "../samples";

const FULL = entity("a", { level: "full" });

function press(input: HTMLInputElement, on: boolean): void {
  input.checked = on;
  input.dispatchEvent(new Event("change"));
}

describe("the legend", () => {
  it("groups the layers on the map by scenario, with counts of what is abnormal", async () => {
    await page(Legend, {}, FULL, entity("b"));
    const switches = [...document.querySelectorAll<HTMLElement>('[data-testid="layer-switch"]')];
    expect(switches.map((each) => each.dataset["layer"])).toEqual(["emergency.rain", "parking.lot", "parking.sign"]);
    const heads = [...document.querySelectorAll(".head")].map((each) => each.textContent.replace(/\s+/g, ""));
    expect(heads).toEqual(["应急▸", "好停车1▸"]);
  });

  it("switches a scenario off and on with all its layers", async () => {
    const { desk } = await page(Legend, {});
    const all = found<HTMLInputElement>("scenario-switch", '[data-scenario="parking"]');
    press(all, false);
    await nextTick();
    expect([...desk.hiddenLayers.value]).toEqual(["parking.lot", "parking.sign"]);
    expect(found<HTMLInputElement>("layer-switch", '[data-layer="parking.lot"]').checked).toBe(false);
    press(all, true);
    expect(desk.hiddenLayers.value.size).toBe(0);
  });

  it("tells a scenario shown in part", async () => {
    await page(Legend, {});
    press(found<HTMLInputElement>("layer-switch", '[data-layer="parking.sign"]'), false);
    await nextTick();
    const all = found<HTMLInputElement>("scenario-switch", '[data-scenario="parking"]');
    expect([all.checked, all.indeterminate]).toEqual([true, true]);
  });
});

describe("the layer picker", () => {
  it("offers every layer under its scenario, also those that are not on the map", async () => {
    await page(LayerPicker, { modelValue: "parking.lot" }, FULL);
    const picks = [...document.querySelectorAll<HTMLElement>('[data-testid="layer-pick"]')];
    expect(picks.map((each) => each.textContent)).toEqual(["雨量站", "停车场1", "商圈", "诱导屏"]);
    expect(picks.map((each) => each.ariaPressed ?? each.getAttribute("aria-pressed"))).toEqual(["false", "true", "false", "false"]);
  });

  it("lists what is picked", async () => {
    const { desk } = await page(LayerList, {}, FULL);
    found("layer-pick", '[data-layer="parking.area"]').click();
    expect(desk.listedLayer.value).toBe("parking.area");
  });
});

it("groups tiles by scenario and leaves out scenarios without", async () => {
  await page(TileGrid, {});
  expect([...document.querySelectorAll("h2")].map((each) => each.textContent)).toEqual(["好停车"]);
});
