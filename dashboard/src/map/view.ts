import { CALM, LOOKS, type Points } from "./points";
import { Cells, DENSE, densityOf } from "./thinning";

/** What a frame shows of the ground. */
export interface Ground {
  readonly west: number;
  readonly north: number;
  readonly width: number;
  readonly height: number;
  /** Metres per CSS pixel. */
  readonly resolution: number;
}

/** Beyond the edge by so much a point still shows, CSS pixels. */
const MARGIN = 20;

/**
 * The points in view of a frame, in draw order, in arrays that are kept from frame to frame:
 * 50,000 points a frame leave nothing behind to be collected.
 */
export class View {
  count = 0;
  x = new Float32Array(0);
  y = new Float32Array(0);
  slot = new Uint32Array(0);
  /** Index of the layer in `layers`. */
  layer = new Uint8Array(0);
  /** Step of density: for how many neighbours the point stands. */
  density = new Uint8Array(0);
  /** Indexes of the above, the quiet first. */
  order = new Uint32Array(0);
  layers: readonly Points[] = [];
  private readonly cells = new Cells();

  /** Finds what is in view; `thin`: of crowded calm points one stands for its neighbours. */
  find(layers: readonly Points[], ground: Ground, thin: boolean): void {
    this.layers = layers;
    this.makeRoom(layers.reduce((sum, { table }) => sum + table.end, 0));
    this.count = 0;
    layers.forEach((points, index) => {
      const first = this.count;
      const calm = this.gather(points, index, ground);
      if (thin && calm > DENSE) this.thin(points, first, ground);
    });
    this.sort();
  }

  private gather(points: Points, index: number, { west, north, width, height, resolution }: Ground): number {
    const { x: xs, y: ys, end } = points.table;
    const scale = 1 / resolution;
    let calm = 0;
    for (let slot = 0; slot < end; slot += 1) {
      const x = ((xs[slot] ?? 0) - west) * scale;
      const y = (north - (ys[slot] ?? 0)) * scale;
      // What has no place is NaN, and no comparison with it holds.
      if (!(x > -MARGIN && y > -MARGIN && x < width + MARGIN && y < height + MARGIN)) continue;
      const at = this.count;
      this.x[at] = x;
      this.y[at] = y;
      this.slot[at] = slot;
      this.layer[at] = index;
      this.density[at] = 0;
      this.count = at + 1;
      if (points.isCalm(slot)) calm += 1;
    }
    return calm;
  }

  private thin(points: Points, first: number, ground: Ground): void {
    const { x, y } = points.table;
    this.cells.begin(ground, ground.resolution);
    let kept = first;
    for (let at = first; at < this.count; at += 1) {
      const slot = this.slot[at] ?? 0;
      if (points.isCalm(slot) && !this.cells.first(x[slot] ?? 0, y[slot] ?? 0)) continue;
      this.x[kept] = this.x[at] ?? 0;
      this.y[kept] = this.y[at] ?? 0;
      this.slot[kept] = slot;
      this.layer[kept] = this.layer[at] ?? 0;
      kept += 1;
    }
    this.count = kept;
    for (let at = first; at < kept; at += 1) {
      const slot = this.slot[at] ?? 0;
      this.density[at] = points.isCalm(slot) ? densityOf(this.cells.count(x[slot] ?? 0, y[slot] ?? 0)) : 0;
    }
  }

  /** Counting sort by look. */
  private sort(): void {
    const starts = new Uint32Array(LOOKS.length + 1);
    const rank = (at: number): number => this.layers[this.layer[at] ?? 0]?.look[this.slot[at] ?? 0] ?? CALM;
    for (let at = 0; at < this.count; at += 1) starts[rank(at) + 1] = (starts[rank(at) + 1] ?? 0) + 1;
    for (let look = 0; look < LOOKS.length; look += 1) starts[look + 1] = (starts[look + 1] ?? 0) + (starts[look] ?? 0);
    for (let at = 0; at < this.count; at += 1) {
      const look = rank(at);
      const place = starts[look] ?? 0;
      this.order[place] = at;
      starts[look] = place + 1;
    }
  }

  private makeRoom(room: number): void {
    if (room <= this.x.length) return;
    this.x = new Float32Array(room);
    this.y = new Float32Array(room);
    this.slot = new Uint32Array(room);
    this.layer = new Uint8Array(room);
    this.density = new Uint8Array(room);
    this.order = new Uint32Array(room);
  }
}

