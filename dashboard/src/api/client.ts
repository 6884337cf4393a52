import type { District, Scenario } from "./specs";

/** The hub answered, but not with what was asked for. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly path: string,
  ) {
    super(`${path}: HTTP ${status}`);
    this.name = "HttpError";
  }
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

export async function getJson(path: string): Promise<unknown> {
  const response = await fetch(path, { headers: { accept: "application/json" } });
  if (!response.ok) throw new HttpError(response.status, path);
  return response.json();
}

/** Follows the cursor to the end: for short lists only. */
async function getAll<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? "" : `?cursor=${encodeURIComponent(cursor)}`;
    const page = (await getJson(path + query)) as Page<T>;
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}

export const getScenarios = (): Promise<Scenario[]> => getAll<Scenario>("/api/scenarios");
export const getDistricts = (): Promise<District[]> => getAll<District>("/api/districts");
