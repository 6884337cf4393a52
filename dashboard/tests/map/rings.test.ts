import { expect, it } from "vitest";
import { CROWD, ringsOf } from "../../src/map/overlayLayer";
import { acknowledgement, alert, assessment, CITY_TIME } from "../samples";

it("rings flash until 受理, and a false alarm or an alert without a place has none", () => {
  const rings = ringsOf([
    alert("new", { level: "red" }),
    alert("seen", { level: "orange", acknowledged: acknowledgement }),
    alert("false", { acknowledged: acknowledgement, assessment: assessment("false") }),
    alert("nowhere", { at: null }),
  ]);
  expect(rings.map(({ level, flashes }) => [level, flashes])).toEqual([["orange", false], ["red", true]]);
});

it("a cleared alert has a slight ring, below the others", () => {
  const rings = ringsOf([alert("over", { level: "red", cleared: CITY_TIME }), alert("on", { level: "blue" })]);
  expect(rings.map(({ level, slight, flashes }) => [level, slight, flashes])).toEqual([
    ["red", true, false],
    ["blue", false, true],
  ]);
});

it("in a flood 黄 and 蓝 step back behind 红 and 橙", () => {
  const flood = Array.from({ length: CROWD }, (_, index) => alert(`b${index}`, { level: "blue" }));
  expect(ringsOf(flood).some((ring) => ring.slight)).toBe(false);
  const over = { cleared: CITY_TIME };
  const rings = ringsOf([...flood, alert("orange"), alert("over", { ...over, level: "blue" })]);
  expect(rings.length).toBe(CROWD + 1);
  expect(rings.filter((ring) => !ring.slight).map((ring) => ring.level)).toEqual(["orange"]);
});
