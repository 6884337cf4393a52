import { expect, it } from "vitest";
import { abnormalCount, NO_TALLY, sumTallies, tallyOf, worstOf } from "../../src/layers/tally";
import { LOTS } from "../page";
import { entity, table } from "../samples";

const mixed = tallyOf(LOTS, table(entity("a"), entity("b", { level: "full" }), entity("c", { level: "full", stale: true })));

it("counts what is abnormal by tone, and what is out of date apart, never twice", () => {
  expect([mixed.total, [...mixed.abnormal], mixed.stale]).toEqual([3, [["orange", 1]], 1]);
});

it("sums layers up to a scenario", () => {
  const sum = sumTallies([mixed, mixed, NO_TALLY]);
  expect([sum.total, abnormalCount(sum), sum.stale, worstOf(sum)]).toEqual([6, 2, 2, "orange"]);
});

it("of nothing abnormal has no tone", () => {
  expect(worstOf(tallyOf(LOTS, table(entity("a"))))).toBe("normal");
});
