/** A layer with more calm points in view than this is dense. Our default. */
export const DENSE = 60;
/** In a dense layer one calm point stands for its neighbours within a square of this size; CSS pixels. */
export const CELL = 11;
/** Zooms between which calm points come from faint to full. */
const FAINT_BELOW = 11;
const FULL_FROM = 13.2;
const FAINT = 0.4;

/** Opacity of calm points at a zoom: a city in order is a quiet picture. */
export function calmOpacity(zoom: number): number {
  const share = (zoom - FAINT_BELOW) / (FULL_FROM - FAINT_BELOW);
  return FAINT + (1 - FAINT) * Math.min(1, Math.max(0, share));
}

/** Steps of density: a point that stands for so many neighbours, itself among them, is drawn fuller. */
export const DENSITIES: readonly number[] = [1, 4, 16, 64];

/** The step of a count. */
export function densityOf(count: number): number {
  let step = 0;
  while (step + 1 < DENSITIES.length && count >= (DENSITIES[step + 1] ?? Infinity)) step += 1;
  return step;
}

/** How much of the way to full opacity each step takes a faint point. */
export const densityOpacity = (faint: number, step: number): number =>
  faint + (1 - faint) * (step / (DENSITIES.length - 1)) * 0.8;

/**
 * Cells of the map in view, for one layer at a time. They are fixed to the ground, so that moving
 * the map makes nothing flicker.
 */
export class Cells {
  private counts = new Uint32Array(0);
  private columns = 0;
  private size = 1;
  private left = 0;
  private top = 0;

  /** Begins a layer: the view from (west, north), projected metres, `resolution` metres a pixel. */
  begin(view: { west: number; north: number; width: number; height: number }, resolution: number): void {
    this.size = CELL * resolution;
    this.left = Math.floor(view.west / this.size) - 3;
    this.top = Math.floor(-view.north / this.size) - 3;
    this.columns = Math.ceil(view.width / CELL) + 8;
    const rows = Math.ceil(view.height / CELL) + 8;
    if (this.counts.length < this.columns * rows) this.counts = new Uint32Array(this.columns * rows);
    else this.counts.fill(0);
  }

  /** Counts a point; true for the first one of its cell, which stands for the others. */
  first(x: number, y: number): boolean {
    const cell = this.cell(x, y);
    const before = this.counts[cell] ?? 0;
    this.counts[cell] = before + 1;
    return before === 0;
  }

  count(x: number, y: number): number {
    return this.counts[this.cell(x, y)] ?? 0;
  }

  private cell(x: number, y: number): number {
    const column = Math.floor(x / this.size) - this.left;
    const row = Math.floor(-y / this.size) - this.top;
    return row * this.columns + column;
  }
}
