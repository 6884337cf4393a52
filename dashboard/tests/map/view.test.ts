import { describe, expect, it } from "vitest";
import { Points } from "../../src/map/points";
import { calmOpacity, DENSE, densityOf, densityOpacity } from "../../src/map/thinning";
import { View } from "../../src/map/view";
import { Table } from "../../src/stream/table";
import type { Entity } from "../../src/stream/protocol";
import { LOTS, RAIN } from "../page";
import { entity } from "../samples";

const GROUND = { west: 13_739_000, north: 5_137_000, width: 1_000, height: 1_000, resolution: 20 };

/** A layer of a crowd at one place, and of what else is given. */
function crowd(change: Partial<Entity> = {}, count = DENSE + 1, ...others: Entity[]): Points {
  const table = new Table(LOTS.name);
  for (let n = 0; n < count; n += 1) table.put(entity(String(n), change));
  for (const each of others) table.put(each);
  const points = new Points(LOTS, table);
  points.update();
  return points;
}

function shown(...layers: Points[]): View {
  const view = new View();
  view.find(layers, GROUND, true);
  return view;
}

describe("thinning", () => {
  it("leaves one calm point of a crowd of a dense layer, which says for how many it stands", () => {
    const view = shown(crowd());
    expect(view.count).toBe(1);
    expect(view.density[0]).toBe(densityOf(DENSE + 1));
  });

  it("keeps calm points that stand apart, and every one of a sparse layer", () => {
    const apart = Array.from({ length: DENSE }, (_, n) => entity(`x${n}`, { at: [123.43 + n / 500, 41.78] }));
    expect(shown(crowd({}, 1, ...apart)).count).toBe(DENSE + 1);
    expect(shown(crowd({}, DENSE)).count).toBe(DENSE);
  });

  it.each([[{ level: "full" }], [{ stale: true }]])("drops nothing that is abnormal or out of date (%o)", (change) => {
    expect(shown(crowd(change)).count).toBe(DENSE + 1);
  });

  it("lets no layer thin out another", () => {
    const rain = new Table(RAIN.name);
    rain.put(entity("r", { id: "emergency.rain/r", layer: RAIN.name }));
    const other = new Points(RAIN, rain);
    other.update();
    expect(shown(crowd(), other).count).toBe(2);
  });

  it("takes the same point for a crowd wherever the map is moved", () => {
    const points = crowd({}, 3 * DENSE, entity("b", { at: [123.4583, 41.802] }));
    const at = (west: number): number[] => {
      const view = new View();
      view.find([points], { ...GROUND, west }, true);
      return Array.from(view.slot.subarray(0, view.count));
    };
    const first = at(GROUND.west);
    for (let metres = 1; metres < 400; metres += 37) expect(at(GROUND.west - metres)).toEqual(first);
  });
});

it("shows calm points faint from afar and full from near, and the denser the fuller", () => {
  const [far = 0, middle = 0, near = 0] = [9, 12, 14].map(calmOpacity);
  expect(far).toBeLessThan(middle);
  expect(middle).toBeLessThan(near);
  expect(near).toBe(1);
  expect([1, 3, 4, 15, 16, 63, 64, 9_999].map(densityOf)).toEqual([0, 0, 1, 1, 2, 2, 3, 3]);
  expect(densityOpacity(far, 3)).toBeGreaterThan(densityOpacity(far, 1));
  expect(densityOpacity(far, 0)).toBe(far);
});
