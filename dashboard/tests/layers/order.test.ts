import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../../src/api/specs";
import { sortedIds } from "../../src/layers/order";
import { qualityWord } from "../../src/layers/quality";
import { readParts, simulatedShare } from "../../src/layout/parts";
import { entity, table } from "../samples";

const LAYER: LayerSpec = {
  name: "parking.lot",
  title: "停车场",
  title_en: "",
  geometry: "point",
  levels: [
    { name: "free", title: "空闲", title_en: "", tone: "normal" },
    { name: "tight", title: "紧张", title_en: "", tone: "yellow" },
    { name: "scarce", title: "紧缺", title_en: "", tone: "yellow" },
    { name: "full", title: "满位", title_en: "", tone: "red" },
  ],
  fields: [],
};

describe("a list", () => {
  it("goes from grave to quiet, within a tone from the later declared level, out of date last", () => {
    const entities = ["free", "tight", "full", "scarce"].map((level) => entity(level, { level }));
    const all = table(entity("stale", { level: "full", stale: true }), entity("odd", { level: "?" }), ...entities);
    const names = ["full", "scarce", "tight", "free", "odd", "stale"];
    expect(sortedIds(all, LAYER, "")).toEqual(names.map((name) => `parking.lot/${name}`));
  });

  it("finds by name and by the id of a device", () => {
    const all = table(entity("lot-1", { title: "中街" }), entity("lot-2", { title: "太原街" }));
    expect(sortedIds(all, LAYER, "中")).toEqual(["parking.lot/lot-1"]);
    expect(sortedIds(all, LAYER, "lot-2")).toEqual(["parking.lot/lot-2"]);
  });
});

it("says quality flags in words, and one it does not know as it came", () => {
  expect([qualityWord("over-capacity"), qualityWord("<odd>")]).toEqual(["超容量", "<odd>"]);
});

describe("parts of a beat", () => {
  it("are read where given and left out where not", () => {
    expect(readParts({})).toEqual({
      devicesOnline: null, devicesTotal: null, eventsPerSecond: null, gaps: null, notReady: [],
    });
    expect(
      readParts({ devices: { online: 3, total: 4 }, events_per_second: 9.5, gaps: 1, work: { ok: false, detail: "behind" }, act: { ok: true } }),
    ).toEqual({ devicesOnline: 3, devicesTotal: 4, eventsPerSecond: 9.5, gaps: 1, notReady: [{ name: "work", detail: "behind" }] });
  });
});

it("tells all, some or none of the data to be simulated, by what says so itself", () => {
  const [mock, real, mute] = [{ simulated: true }, { simulated: false }, {}].map((data, n) => entity(String(n), { data }));
  if (mock === undefined || real === undefined || mute === undefined) throw new Error("samples");
  expect(simulatedShare([table(mock, mute)])).toBe("all");
  expect(simulatedShare([table(mock), table(real)])).toBe("some");
  expect(simulatedShare([table(real, mute)])).toBe("none");
});
