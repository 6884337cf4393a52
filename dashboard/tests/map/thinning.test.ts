import { describe, expect, it } from "vitest";
import type { Marker } from "../../src/map/markers";
import { calmOpacity, DENSE, thinned } from "../../src/map/thinning";
import { entity } from "../samples";

const RESOLUTION = 20;

function marker(change: Partial<Marker> = {}): { marker: Marker } {
  const base = { entity: entity("a"), x: 0, y: 0, look: "normal", symbol: "dot", heading: null, movedAt: null } as const;
  return { marker: { ...base, ...change } };
}

const many = (change: Partial<Marker> = {}): { marker: Marker }[] => Array.from({ length: DENSE + 1 }, () => marker(change));

describe("thinning", () => {
  it("leaves one calm point of a crowd of a dense layer", () => {
    expect(thinned(many(), RESOLUTION).length).toBe(1);
  });

  it("keeps calm points that stand apart, and every one of a sparse layer", () => {
    const apart = many().map((_, index) => marker({ x: index * 1_000 }));
    expect(thinned(apart, RESOLUTION).length).toBe(apart.length);
    expect(thinned(many().slice(1), RESOLUTION).length).toBe(DENSE);
  });

  it("drops nothing that is abnormal, out of date or on the move", () => {
    for (const change of [{ look: "blue" }, { look: "stale" }, { heading: 3 }] as const) {
      expect(thinned(many(change), RESOLUTION).length).toBe(DENSE + 1);
    }
  });

  it("lets no layer thin out another", () => {
    const other = marker({ entity: entity("o", { layer: "emergency.rain" }) });
    expect(thinned([...many(), other], RESOLUTION)).toContain(other);
  });
});

it("shows calm points faint from afar and full from near", () => {
  const [far = 0, middle = 0, near = 0] = [9, 12, 14].map(calmOpacity);
  expect(far).toBeLessThan(middle);
  expect(middle).toBeLessThan(near);
  expect(near).toBe(1);
});
