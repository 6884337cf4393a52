import type { Marker } from "./markers";

/** A layer with more calm points in view than this is dense. Our default. */
export const DENSE = 60;
/** In a dense layer one calm point stands for its neighbours within a square of this size; CSS pixels. */
const CELL = 11;
/** Zooms between which calm points come from faint to full. */
const FAINT_BELOW = 11;
const FULL_FROM = 13.2;
const FAINT = 0.4;

/** Standing still, in order, up to date: nothing an operator has to see from afar. */
export const isCalm = ({ look, heading }: Marker): boolean => look === "normal" && heading === null;

/** Opacity of calm points at a zoom: a city in order is a quiet picture. */
export function calmOpacity(zoom: number): number {
  const share = (zoom - FAINT_BELOW) / (FULL_FROM - FAINT_BELOW);
  return FAINT + (1 - FAINT) * Math.min(1, Math.max(0, share));
}

/**
 * Which of the markers in view are drawn: all but the crowded calm ones of dense layers. Cells are
 * fixed to the ground, so that moving the map makes nothing flicker. `resolution`: metres per pixel.
 */
export function thinned<T extends { readonly marker: Marker }>(inView: readonly T[], resolution: number): T[] {
  const counts = new Map<string, number>();
  for (const { marker } of inView) {
    if (isCalm(marker)) counts.set(marker.entity.layer, (counts.get(marker.entity.layer) ?? 0) + 1);
  }
  const taken = new Map<string, Set<number>>();
  for (const [layer, count] of counts) if (count > DENSE) taken.set(layer, new Set());
  const size = CELL * resolution;
  return inView.filter(({ marker }) => {
    const cells = isCalm(marker) ? taken.get(marker.entity.layer) : undefined;
    if (cells === undefined) return true;
    const cell = Math.floor(marker.x / size) * 2 ** 22 + Math.floor(marker.y / size);
    if (cells.has(cell)) return false;
    cells.add(cell);
    return true;
  });
}
