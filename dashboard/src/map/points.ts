import { toneOf, type LayerSpec, type LayerSymbol } from "../api/specs";
import type { CityModel } from "../stream/model";
import type { Entity, Tone } from "../stream/protocol";
import type { Table } from "../stream/table";
import type { GlyphKind, Look } from "./glyphs";
import { TONES } from "./palette";

/** A change of place below this is a fix that trembles, not a journey; projected metres, our default. */
const MOVE_METRES = 15;
/** Who has not changed place for this long stands still; ms of city time, our default. */
const HALT_MS = 60_000;
/** No direction: it stands. */
const STILL = -1;

/** Draw order: what is out of date lowest, then the quiet, red on top. A look is kept as its rank. */
export const LOOKS: readonly Look[] = ["stale", ...TONES.toReversed()];
export const CALM = LOOKS.indexOf("normal");

/** How the entities of one layer look on the map, by slot; where they are says their table. */
export class Points {
  look = new Uint8Array(0);
  /** Direction of travel in sixteenths of a turn, clockwise from north; STILL: it stands. */
  heading = new Int8Array(0);
  readonly symbol: LayerSymbol;
  private x = new Float64Array(0);
  private y = new Float64Array(0);
  private movedAt = new Float64Array(0);
  private readonly ranks = new Map<string | null, number>();

  constructor(
    readonly spec: LayerSpec,
    readonly table: Table,
  ) {
    this.symbol = spec.symbol ?? "dot";
  }

  kind(slot: number): GlyphKind {
    const heading = this.heading[slot] ?? STILL;
    // What drives about says so by itself, whatever its layer.
    const symbol = heading === STILL ? this.symbol : "arrow";
    return { look: LOOKS[this.look[slot] ?? CALM] ?? "normal", symbol, heading: heading === STILL ? null : heading };
  }

  /** Standing still, in order, up to date: nothing an operator has to see from afar. */
  isCalm(slot: number): boolean {
    return this.look[slot] === CALM && this.heading[slot] === STILL;
  }

  /** Takes over what changed in the table since the last call. */
  update(): void {
    const { table } = this;
    this.makeRoom(table.end);
    if (table.dirty === null) for (const slot of table.used()) this.take(slot);
    else for (const slot of table.dirty) this.take(slot);
    table.dirty = new Set();
  }

  private take(slot: number): void {
    this.look[slot] = this.table.isStale(slot) ? 0 : this.rank(this.table.level(slot));
    const x = this.table.x[slot] ?? Number.NaN;
    const y = this.table.y[slot] ?? Number.NaN;
    const dx = x - (this.x[slot] ?? Number.NaN);
    const dy = y - (this.y[slot] ?? Number.NaN);
    const time = this.table.time[slot] ?? 0;
    if (Math.hypot(dx, dy) >= MOVE_METRES) {
      this.heading[slot] = sixteenth(dx, dy);
      this.movedAt[slot] = time;
    } else if (Number.isNaN(dx) || time - (this.movedAt[slot] ?? 0) > HALT_MS) this.heading[slot] = STILL;
    this.x[slot] = x;
    this.y[slot] = y;
  }

  private rank(level: string | null): number {
    let rank = this.ranks.get(level);
    if (rank === undefined) {
      rank = LOOKS.indexOf(toneOf(this.spec, level) satisfies Tone);
      this.ranks.set(level, rank);
    }
    return rank;
  }

  private makeRoom(end: number): void {
    if (end <= this.look.length) return;
    const room = Math.max(end, this.look.length * 2);
    const doubles = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const made = new Float64Array(room).fill(Number.NaN);
      made.set(from);
      return made;
    };
    const look = new Uint8Array(room);
    look.set(this.look);
    const heading = new Int8Array(room).fill(STILL);
    heading.set(this.heading);
    this.look = look;
    this.heading = heading;
    this.x = doubles(this.x);
    this.y = doubles(this.y);
    this.movedAt = doubles(this.movedAt);
  }
}

/** The points of all visible layers, kept in step with the model. */
export class PointStore {
  layers: readonly Points[] = [];
  private specs: readonly LayerSpec[] = [];
  private seen: { model: CityModel | null; generation: number } = { model: null, generation: -1 };

  /** Which layers are drawn. */
  show(specs: readonly LayerSpec[], hidden: ReadonlySet<string>, model: CityModel): void {
    this.specs = specs.filter(({ name }) => !hidden.has(name));
    this.seen = { model: null, generation: -1 };
    this.update(model);
  }

  /** Takes over what changed since the last call. */
  update(model: CityModel): void {
    const anew = this.seen.model !== model || this.seen.generation !== model.generation;
    const held = anew ? [] : this.layers;
    this.layers = this.specs.flatMap((spec) => {
      const table = model.tables.get(spec.name);
      if (table === undefined) return [];
      const points = held.find((each) => each.table === table);
      if (points !== undefined) return [points];
      table.dirty = null;
      return [new Points(spec, table)];
    });
    for (const points of this.layers) points.update();
    this.seen = { model, generation: model.generation };
  }

  /** Where an entity is, projected; null when it is not on the map. */
  place(id: string): { x: number; y: number } | null {
    for (const { table } of this.layers) {
      const slot = table.slotOf(id);
      if (slot === undefined) continue;
      const [x = Number.NaN, y = Number.NaN] = [table.x[slot], table.y[slot]];
      return Number.isNaN(x) ? null : { x, y };
    }
    return null;
  }
}

/** A point that is drawn, for whoever wants to read it. */
export interface Marker {
  readonly entity: Entity;
  readonly look: Look;
}

/** 0 for north, 4 for east. */
function sixteenth(dx: number, dy: number): number {
  return (Math.round((Math.atan2(dx, dy) / (2 * Math.PI)) * 16) + 16) % 16;
}
