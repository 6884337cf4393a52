import type { LayerSpec } from "../api/specs";
import type { CityModel } from "../stream/model";

const EARTH_METRES = 6_371_009;
const RADIANS = Math.PI / 180;

export type LngLat = readonly [number, number];

/** Metres on the ground between two places (haversine; mean radius of the earth, IUGG). */
export function metresBetween([lngA, latA]: LngLat, [lngB, latB]: LngLat): number {
  const half = (degrees: number): number => Math.sin((degrees * RADIANS) / 2) ** 2;
  const share = half(latB - latA) + Math.cos(latA * RADIANS) * Math.cos(latB * RADIANS) * half(lngB - lngA);
  return 2 * EARTH_METRES * Math.asin(Math.sqrt(share));
}

export interface Near {
  readonly id: string;
  readonly title: string;
  readonly metres: number;
}

/** What is within a radius of a place, by layer, the nearest first: 周边分析. */
export function nearbyOf(model: CityModel, layers: readonly LayerSpec[], at: LngLat, radius: number): { layer: LayerSpec; near: Near[] }[] {
  return layers.flatMap((layer) => {
    const table = model.tables.get(layer.name);
    if (layer.geometry !== "point" || table === undefined) return [];
    const near: Near[] = [];
    for (const slot of table.used()) {
      const place = table.place(slot);
      if (place === null) continue;
      const metres = metresBetween(at, place);
      if (metres <= radius) near.push({ id: table.id(slot) ?? "", title: table.title(slot), metres });
    }
    near.sort((a, b) => a.metres - b.metres);
    return near.length === 0 ? [] : [{ layer, near }];
  });
}
