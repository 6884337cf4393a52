import { expect, it } from "vitest";
import { ageSeconds, cityNow } from "../../src/stream/cityClock";

it("runs city time at its rate from the last reading", () => {
  expect(cityNow({ city: 5_000, real: 100, rate: 60 }, 1_100)).toBe(65_000);
  expect(cityNow(null, 1_100)).toBeNull();
});

it("gives ages in city seconds, never negative, unknown for what cannot be read", () => {
  const time = "2026-11-23T08:00:00.000Z";
  expect(ageSeconds(time, Date.parse(time) + 90_000)).toBe(90);
  expect(ageSeconds(time, Date.parse(time) - 90_000)).toBe(0);
  expect(ageSeconds("rubbish", 0)).toBeNull();
  expect(ageSeconds(time, null)).toBeNull();
});
