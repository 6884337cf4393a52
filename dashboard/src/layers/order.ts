import { toneOf, type LayerSpec } from "../api/specs";
import type { Look } from "../map/glyphs";
import { toneRank } from "../map/palette";
import type { Entity } from "../stream/protocol";
import type { Table } from "../stream/table";

/** The mark of an entity in a list or on its card; within one layer the quiet ones need no shape. */
export function lookOf(entity: Entity, layer: LayerSpec | undefined): Look {
  return entity.stale ? "stale" : toneOf(layer, entity.level);
}

/**
 * The ids of a list in order: the gravest level first, out of date last. Within a tone the later declared
 * level first (scenarios declare from calm to grave), then by title.
 */
export function sortedIds(table: Table, layer: LayerSpec, wanted: string): string[] {
  const rank = new Map<string, number>();
  layer.levels.forEach((level, index) => {
    rank.set(level.name, toneRank(level.tone) * 100 + (layer.levels.length - index));
  });
  const found: { id: string; title: string; rank: number }[] = [];
  for (const slot of table.used()) {
    const [id, title] = [table.id(slot) ?? "", table.title(slot)];
    if (!matches(title, id, wanted)) continue;
    found.push({ id, title, rank: table.isStale(slot) ? 10_000 : (rank.get(table.level(slot) ?? "") ?? 9_000) });
  }
  found.sort((a, b) => a.rank - b.rank || compare(a.title, b.title) || compare(a.id, b.id));
  return found.map(({ id }) => id);
}

/** Whether a name, or the id of a device, has what is looked for; `wanted` in small letters. */
export const matches = (title: string, id: string, wanted: string): boolean =>
  wanted === "" || title.toLowerCase().includes(wanted) || id.toLowerCase().includes(wanted);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
