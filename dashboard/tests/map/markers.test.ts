import { describe, expect, it } from "vitest";
import type { LayerSpec } from "../../src/api/specs";
import { MarkerStore, type Marker } from "../../src/map/markers";
import { readPlaces } from "../../src/map/baseMap";
import { dropEntity, emptyModel, putEntity } from "../../src/stream/model";
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

function storeOf(...entities: ReturnType<typeof entity>[]): { store: MarkerStore; model: ReturnType<typeof emptyModel> } {
  const model = emptyModel();
  for (const each of entities) putEntity(model, each);
  const store = new MarkerStore();
  store.show([LOTS, SIGNS], NONE, model);
  return { store, model };
}

const looks = (store: MarkerStore): string[] => store.inDrawOrder().map((each) => each.look);

describe("markers", () => {
  it("are drawn from out of date to grave, so that the grave lie on top", () => {
    const { store } = storeOf(entity("a", { level: "full" }), entity("b"), entity("c", { level: "full", stale: true }));
    expect(looks(store)).toEqual(["stale", "normal", "orange"]);
  });

  it("have the symbol that their layer declares, a dot where it declares none", () => {
    const { store } = storeOf(entity("a"), sign("s"));
    expect(store.inDrawOrder().map((each) => each.symbol)).toEqual(["dot", "square"]);
  });

  it("that drive become arrows into their direction, whatever their layer, until they have halted", () => {
    const { store, model } = storeOf(entity("a"));
    const to = (lng: number, second: number): void => {
      putEntity(model, entity("a", { v: second, at: [lng, 41.802], time: `2026-11-23T08:0${second}:00.000Z` }));
      store.update(model);
    };
    const drawn = (): unknown => (({ symbol, heading }) => [symbol, heading])(store.inDrawOrder()[0] as Marker);
    expect(drawn()).toEqual(["dot", null]);
    to(123.46, 1);
    expect(drawn()).toEqual(["arrow", 4]);
    to(123.46001, 2); // a fix that trembles
    expect(drawn()).toEqual(["arrow", 4]);
    to(123.46001, 3);
    expect(drawn()).toEqual(["dot", null]);
  });

  it("follow what changed, moved and went", () => {
    const { store, model } = storeOf(entity("a"), entity("b"));
    const before = store.get("parking.lot/a")?.x;
    putEntity(model, entity("a", { v: 2, level: "full", at: [123.5, 41.9] }));
    dropEntity(model, "parking.lot/b");
    store.update(model);
    expect(looks(store)).toEqual(["orange"]);
    expect(store.get("parking.lot/a")?.x).not.toBe(before);
  });

  it("without a place, or of a hidden or undeclared layer, are not drawn", () => {
    const { store, model } = storeOf(entity("a", { at: null }), entity("b"), entity("t", { id: "tile/t", layer: "tile" }));
    expect(store.inDrawOrder().length).toBe(1);
    store.show([LOTS, SIGNS], new Set(["parking.lot"]), model);
    expect(store.inDrawOrder()).toEqual([]);
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
