import { describe, expect, it } from "vitest";
import type { District } from "../../src/api/specs";
import { metresBetween, nearbyOf } from "../../src/map/nearby";
import { rankDistricts } from "../../src/panels/ranking";
import { emptyModel, putEntity } from "../../src/stream/model";
import { sparkline } from "../../src/tiles/trends";
import { LOTS } from "../page";
import { acknowledgement, alert, CITY_TIME, entity } from "../samples";

describe("周边分析", () => {
  it("measures metres on the ground: a thousandth of a degree north is 111 m", () => {
    expect(metresBetween([123.4, 41.8], [123.4, 41.801])).toBeCloseTo(111.2, 0);
    expect(metresBetween([123.4, 41.8], [123.401, 41.8])).toBeCloseTo(82.9, 0);
  });

  it("lists what is within the radius, the nearest first, and nothing without a place", () => {
    const model = emptyModel();
    putEntity(model, entity("far", { at: [123.458, 41.82] }));
    putEntity(model, entity("second", { at: [123.458, 41.806] }));
    putEntity(model, entity("first", { at: [123.458, 41.803] }));
    putEntity(model, entity("nowhere", { at: null }));
    const [group] = nearbyOf(model, [LOTS], [123.458, 41.802], 500);
    expect(group?.near.map(({ title }) => title)).toEqual(["first", "second"]);
    expect(nearbyOf(model, [LOTS], [122, 42], 500)).toEqual([]);
  });
});

describe("the ranking of districts", () => {
  const district = (code: string): District => ({ code, name: code, name_en: code, center: [0, 0] });

  it("counts what is active, grave and waiting, the most first; a district in order stays listed", () => {
    const rows = rankDistricts(
      [
        alert("a"), alert("b", { level: "blue", acknowledged: acknowledgement }),
        alert("c", { district: "210102", cleared: CITY_TIME }), alert("d", { district: null }),
      ],
      [district("210102"), district("210103"), district("210181")],
    );
    expect(rows.map(({ district: of, total, grave, waiting }) => [of?.code ?? null, total, grave, waiting])).toEqual([
      ["210103", 2, 1, 1], [null, 1, 1, 1], ["210102", 0, 0, 1], ["210181", 0, 0, 0],
    ]);
  });
});

describe("a sparkline", () => {
  it("runs from edge to edge, up when the value rises", () => {
    expect(sparkline([[0, 1], [10, 2], [20, 3]], 60, 18)).toBe("M0.0 17.0L30.0 9.0L60.0 1.0");
  });

  it("of one point is none, and of a value that stands a line at the bottom", () => {
    expect(sparkline([[0, 1]], 60, 18)).toBe("");
    expect(sparkline([[0, 1], [10, 1]], 60, 18)).toBe("M0.0 17.0L60.0 17.0");
  });
});
