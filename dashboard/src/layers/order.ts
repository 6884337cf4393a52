import { toneOf, type LayerSpec } from "../api/specs";
import type { Look } from "../map/glyphs";
import { toneRank } from "../map/palette";
import type { Entity } from "../stream/protocol";

/** The mark of an entity in a list or on its card; within one layer the quiet ones need no shape. */
export function lookOf(entity: Entity, layer: LayerSpec | undefined): Look {
  return entity.stale ? "stale" : toneOf(layer, entity.level);
}

/**
 * The order of a list: the gravest level first, out of date last. Within a tone the later declared
 * level first (scenarios declare from calm to grave), then by title.
 */
export function sortEntities(entities: Iterable<Entity>, layer: LayerSpec): Entity[] {
  const rank = new Map<string, number>();
  layer.levels.forEach((level, index) => {
    rank.set(level.name, toneRank(level.tone) * 100 + (layer.levels.length - index));
  });
  const rankOf = (entity: Entity): number =>
    entity.stale ? 10_000 : (rank.get(entity.level ?? "") ?? 9_000);
  return [...entities].sort(
    (a, b) => rankOf(a) - rankOf(b) || compare(a.title, b.title) || compare(a.id, b.id),
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
