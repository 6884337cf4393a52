import { TILE_LAYER, toneOf, type LayerSpec, type Scenario } from "../api/specs";
import { TONES } from "../map/palette";
import type { AlertLevel, Tone } from "../stream/protocol";
import type { Table } from "../stream/table";

/** How the entities of a layer, or of several, stand. */
export interface Tally {
  readonly total: number;
  /** Only tones that occur. */
  readonly abnormal: ReadonlyMap<AlertLevel, number>;
  readonly stale: number;
}

export const NO_TALLY: Tally = { total: 0, abnormal: new Map(), stale: 0 };

export function tallyOf(spec: LayerSpec, table: Table | undefined): Tally {
  if (table === undefined) return NO_TALLY;
  const abnormal = new Map<AlertLevel, number>();
  let stale = 0;
  for (const slot of table.used()) {
    const tone = toneOf(spec, table.level(slot));
    if (table.isStale(slot)) stale += 1;
    else if (tone !== "normal") abnormal.set(tone, (abnormal.get(tone) ?? 0) + 1);
  }
  return { total: table.count, abnormal, stale };
}

export function sumTallies(tallies: Iterable<Tally>): Tally {
  const abnormal = new Map<AlertLevel, number>();
  let total = 0;
  let stale = 0;
  for (const each of tallies) {
    total += each.total;
    stale += each.stale;
    for (const [tone, count] of each.abnormal) abnormal.set(tone, (abnormal.get(tone) ?? 0) + count);
  }
  return { total, abnormal, stale };
}

export const abnormalCount = ({ abnormal }: Tally): number =>
  [...abnormal.values()].reduce((sum, count) => sum + count, 0);

/** The gravest tone that occurs; normal when all is in order. */
export const worstOf = ({ abnormal }: Tally): Tone =>
  TONES.find((tone) => tone !== "normal" && abnormal.has(tone)) ?? "normal";

/** The layers a scenario shows; tiles are figures, not entities. */
export const layersOf = (scenario: Scenario): readonly LayerSpec[] =>
  scenario.layers.filter((each) => each.name !== TILE_LAYER);
