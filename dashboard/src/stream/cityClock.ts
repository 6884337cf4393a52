import type { ClockReading } from "./model";

/** City time in ms at this machine's `now`; null before the hub said what time it is. */
export function cityNow(clock: ClockReading | null, now: number): number | null {
  if (clock === null) return null;
  return clock.city + (now - clock.real) * clock.rate;
}

/** City seconds since `time` (RFC 3339), never negative; null when either is unknown. */
export function ageSeconds(time: string | null, city: number | null): number | null {
  if (time === null || city === null) return null;
  const then = Date.parse(time);
  if (Number.isNaN(then)) return null;
  return Math.max(0, (city - then) / 1000);
}
