import { getJson } from "./client";

/** How a tile went: points of (ms since 1970, value), each two city minutes, the oldest first. */
export interface Trend {
  readonly name: string;
  readonly value: number | null;
  readonly points: readonly (readonly [number, number])[];
}

/** One row of 设备台账, as far as the page shows it. */
export interface DeviceRow {
  readonly source: string;
  readonly district: string;
  readonly registered: boolean;
  readonly online: boolean | null;
  readonly stale: boolean;
  readonly heard: string | null;
  readonly accepted: number;
  readonly duplicates: number;
  readonly gaps: number;
  readonly missing: number;
  readonly card: { readonly name: string; readonly kind: string } | null;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Most pages of a list that the page fetches: 10,000 rows; more are for the CSV. */
const PAGES = 10;

async function pages<T>(path: string): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor = "";
  for (let page = 0; page < PAGES; page += 1) {
    const query = new URLSearchParams({ limit: "1000", ...(cursor === "" ? {} : { cursor }) });
    const found = (await getJson(`${path}?${query.toString()}`)) as Page<T>;
    items.push(...found.items);
    if (found.next === null) break;
    cursor = found.next;
  }
  return items;
}

export const getTrends = (): Promise<readonly Trend[]> => pages<Trend>("/api/tiles");
export const getDevices = (): Promise<readonly DeviceRow[]> => pages<DeviceRow>("/api/devices");
