import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../../src/api/specs";
import { readPlaces } from "../../src/map/baseMap";
import { PointStore } from "../../src/map/points";
import { View } from "../../src/map/view";
import { clearEntities, dropEntity, emptyModel, putEntity, type CityModel } from "../../src/stream/model";
import type { Entity } from "../../src/stream/protocol";
import { entity } from "../samples";

const LOTS: LayerSpec = {
  name: "parking.lot",
  title: "停车场",
  title_en: "",
  geometry: "point",
  levels: [
    { name: "free", title: "空闲", title_en: "", tone: "normal" },
    { name: "full", title: "满位", title_en: "", tone: "orange" },
  ],
  fields: [],
};
const SIGNS: LayerSpec = { ...LOTS, name: "parking.sign", levels: [], symbol: "square" };
const sign = (name: string): Entity => entity(name, { id: `parking.sign/${name}`, layer: "parking.sign", level: null });
const NONE: ReadonlySet<string> = new Set();
/** All of the city. */
const GROUND = { west: 13.6e6, north: 5.3e6, width: 1_000, height: 1_000, resolution: 300 };

function storeOf(...entities: Entity[]): { store: PointStore; model: CityModel } {
  const model = emptyModel();
  for (const each of entities) putEntity(model, each);
  const store = new PointStore();
  store.show([LOTS, SIGNS], NONE, model);
  return { store, model };
}

/** What is drawn of each point, in draw order. */
function drawn(store: PointStore): unknown[] {
  const view = new View();
  view.find(store.layers, GROUND, false);
  return Array.from(view.order.subarray(0, view.count), (at) => view.layers[view.layer[at] ?? 0]?.kind(view.slot[at] ?? 0));
}
const looks = (store: PointStore): unknown[] => drawn(store).map((each) => (each as { look: unknown }).look);

describe("points", () => {
  it("are drawn from out of date to grave, so that the grave lie on top", () => {
    const { store } = storeOf(entity("a", { level: "full" }), entity("b"), entity("c", { level: "full", stale: true }));
    expect(looks(store)).toEqual(["stale", "normal", "orange"]);
  });

  it("have the symbol that their layer declares, a dot where it declares none", () => {
    const { store } = storeOf(entity("a"), sign("s"));
    expect(drawn(store).map((each) => (each as { symbol: unknown }).symbol)).toEqual(["dot", "square"]);
  });

  it("that drive become arrows into their direction, whatever their layer, until they have halted", () => {
    const { store, model } = storeOf(entity("a"));
    const to = (lng: number, second: number): void => {
      putEntity(model, entity("a", { v: second, at: [lng, 41.802], time: `2026-11-23T08:0${second}:00.000Z` }));
      store.update(model);
    };
    expect(drawn(store)).toEqual([{ look: "normal", symbol: "dot", heading: null }]);
    to(123.46, 1);
    expect(drawn(store)).toEqual([{ look: "normal", symbol: "arrow", heading: 4 }]);
    to(123.46001, 2); // a fix that trembles
    expect(drawn(store)).toEqual([{ look: "normal", symbol: "arrow", heading: 4 }]);
    to(123.46001, 3);
    expect(drawn(store)).toEqual([{ look: "normal", symbol: "dot", heading: null }]);
  });

  it("follow what changed, moved and went", () => {
    const { store, model } = storeOf(entity("a"), entity("b"));
    const before = store.place("parking.lot/a")?.x;
    putEntity(model, entity("a", { v: 2, level: "full", at: [123.5, 41.9] }));
    dropEntity(model, "parking.lot/b");
    store.update(model);
    expect(looks(store)).toEqual(["orange"]);
    expect(store.place("parking.lot/a")?.x).not.toBe(before);
  });

  it("begin anew when all entities are replaced", () => {
    const { store, model } = storeOf(entity("a"), entity("b"));
    clearEntities(model);
    putEntity(model, entity("c", { level: "full" }));
    store.update(model);
    expect(looks(store)).toEqual(["orange"]);
  });

  it("without a place, or of a hidden or undeclared layer, are not drawn", () => {
    const { store, model } = storeOf(entity("a", { at: null }), entity("b"), entity("t", { id: "tile/t", layer: "tile" }));
    expect(drawn(store).length).toBe(1);
    expect(store.place("parking.lot/a")).toBeNull();
    store.show([LOTS, SIGNS], new Set(["parking.lot"]), model);
    expect(drawn(store)).toEqual([]);
  });
});

describe("places", () => {
  it("are read as far as they are well-formed", () => {
    const file = readPlaces({
      places: [{ name: "中街", name_en: "Zhongjie", at: [123.458, 41.802] }, { name: "nowhere" }, { at: [1, 2] }],
      districts: [{ code: "210103", center: [123.44, 41.79] }, { code: 7 }],
    });
    expect(file.places).toEqual([{ name: "中街", name_en: "Zhongjie", at: [123.458, 41.802] }]);
    expect([...file.centres.keys()]).toEqual(["210103"]);
  });

  it.each([[null], [[]], [{ places: 7 }]])("that are missing or rubbish (%s) are none", (json) => {
    expect(readPlaces(json).places).toEqual([]);
  });
});
