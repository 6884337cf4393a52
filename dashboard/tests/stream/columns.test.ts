import { describe, expect, it } from "vitest";
import { decodeColumns, type ColumnsFrame } from "../../src/stream/columns";
import { emptyModel, entityCount, entityOf, type CityModel } from "../../src/stream/model";
import { applyFrame } from "../../src/stream/reducer";
import { CITY_TIME, entity, packed, type PackedColumn } from "../samples";

const TIME = Date.parse(CITY_TIME);

/** Two car parks, as a whole frame brings them. */
const WHOLE: PackedColumn[] = [
  { name: "slot", type: "u32", numbers: [0, 3] },
  { name: "v", type: "f64", numbers: [1, 1] },
  { name: "time", type: "f64", numbers: [TIME, TIME] },
  { name: "id", type: "dict", numbers: [0, 1], values: ["parking.lot/a", "parking.lot/b"] },
  { name: "title", type: "dict", numbers: [0, 1], values: ["a", "b"] },
  { name: "lng", type: "i32", numbers: [1_234_580_000, -(2 ** 31)] },
  { name: "lat", type: "i32", numbers: [418_020_000, -(2 ** 31)] },
  { name: "district", type: "dict", numbers: [0, 0], values: ["210103"] },
  { name: "level", type: "dict", numbers: [0, 1], values: ["free", null] },
  { name: "stale", type: "u8", numbers: [0, 1] },
  { name: "quality", type: "dict", numbers: [0, 0], values: [[]] },
  { name: "data.availableSpotNumber", type: "f64", numbers: [20, Number.NaN] },
];

function read(prev: number | null, columns: PackedColumn[], remove = {}): ColumnsFrame {
  const frame = decodeColumns(packed(5, prev, [{ layer: "parking.lot", columns }], remove));
  if (frame === null) throw new Error("no frame");
  return frame;
}

function whole(): CityModel {
  const model = emptyModel();
  applyFrame(model, read(null, WHOLE), 0);
  return model;
}

describe("a columns frame", () => {
  it("brings entities as JSON would", () => {
    const model = whole();
    expect(entityOf(model, "parking.lot/a")).toEqual(entity("a"));
    expect(entityOf(model, "parking.lot/b")).toEqual(entity("b", { at: null, level: null, stale: true, data: { availableSpotNumber: null } }));
  });

  it("changes only what it names", () => {
    const model = whole();
    applyFrame(model, read(5, [
      { name: "slot", type: "u32", numbers: [0] },
      { name: "v", type: "f64", numbers: [2] },
      { name: "data.availableSpotNumber", type: "f64", numbers: [7] },
    ]), 0);
    expect(entityOf(model, "parking.lot/a")).toEqual(entity("a", { v: 2, data: { availableSpotNumber: 7 } }));
    expect(entityCount(model)).toBe(2);
  });

  it("removes first, so that a slot may be given to another", () => {
    const model = whole();
    const again = WHOLE.map((column) => ({ ...column, numbers: column.numbers.slice(0, 1) }));
    const named = again.map((column) => (column.name === "id" ? { ...column, values: ["parking.lot/new"] } : column));
    applyFrame(model, read(5, named, { "parking.lot": [0, 3, 99] }), 0);
    expect(entityOf(model, "parking.lot/a")).toBeUndefined();
    expect(entityOf(model, "parking.lot/new")?.title).toBe("a");
    expect(entityCount(model)).toBe(1);
  });

  it("lets a field be a number now and a text then, and grows with its slots", () => {
    const model = whole();
    const far = WHOLE.map((column) => ({ ...column, numbers: column.numbers.slice(0, 1) })).map((column) => {
      if (column.name === "slot") return { ...column, numbers: [5_000] };
      if (column.name === "id") return { ...column, values: ["parking.lot/far"] };
      return column.name.startsWith("data.") ? { ...column, type: "dict" as const, numbers: [0], values: ["满"] } : column;
    });
    applyFrame(model, read(5, far), 0);
    expect(entityOf(model, "parking.lot/far")?.data).toEqual({ availableSpotNumber: "满" });
    expect(entityOf(model, "parking.lot/a")?.data).toEqual({ availableSpotNumber: 20 });
    expect(entityOf(model, "parking.lot/b")?.data).toEqual({ availableSpotNumber: null });
  });

  it("names to the map what it has to draw again", () => {
    const model = whole();
    const table = model.tables.get("parking.lot");
    if (table === undefined) throw new Error("no table");
    table.dirty = new Set();
    applyFrame(model, read(5, [{ name: "slot", type: "u32", numbers: [0] }], { "parking.lot": [3] }), 0);
    expect(table.dirty).toEqual(new Set([0, 3]));
  });

  it.each([[new ArrayBuffer(0)], [new ArrayBuffer(3)], [new TextEncoder().encode("\x02\0\0\0[]").buffer], [new Uint8Array(64).fill(255).buffer]])(
    "that is none is none", (buffer) => expect(decodeColumns(buffer)).toBeNull(),
  );
});
