import type { District } from "../api/specs";
import type { Alert } from "../stream/protocol";

export interface RankedDistrict {
  /** Null: of no district, of the whole city. */
  readonly district: District | null;
  /** Alerts that are not cleared. */
  readonly total: number;
  /** 红 and 橙 of them. */
  readonly grave: number;
  readonly waiting: number;
}

/** The districts by how much is active there, then grave, then by code; those with nothing last. */
export function rankDistricts(alerts: Iterable<Alert>, districts: readonly District[]): RankedDistrict[] {
  const known = new Map<string | null, District | null>(districts.map((each) => [each.code, each]));
  const counts = new Map<string | null, { total: number; grave: number; waiting: number }>();
  for (const code of known.keys()) counts.set(code, { total: 0, grave: 0, waiting: 0 });
  for (const { district, level, cleared, acknowledged } of alerts) {
    const code = known.has(district) ? district : null;
    const count = counts.get(code) ?? { total: 0, grave: 0, waiting: 0 };
    counts.set(code, count);
    if (cleared === null) count.total += 1;
    if (cleared === null && (level === "red" || level === "orange")) count.grave += 1;
    if (acknowledged === null) count.waiting += 1;
  }
  return [...counts]
    .map(([code, count]) => ({ district: known.get(code) ?? null, ...count }))
    .sort(
      (a, b) =>
        b.total - a.total || b.grave - a.grave || ((a.district?.code ?? "") < (b.district?.code ?? "") ? -1 : 1),
    );
}
