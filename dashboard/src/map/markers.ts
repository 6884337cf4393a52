import { fromLonLat } from "ol/proj.js";
import { toneOf, type LayerSpec } from "../api/specs";
import type { CityModel } from "../stream/model";
import type { Entity } from "../stream/protocol";
import type { GlyphKind, Look } from "./glyphs";
import { TONES } from "./palette";

/** A point entity, projected once, with what drawing needs of it. */
export interface Marker extends GlyphKind {
  readonly entity: Entity;
  /** Web Mercator metres. */
  readonly x: number;
  readonly y: number;
  /** When it last changed its place, ms of city time; null: it has not since the page was opened. */
  readonly movedAt: number | null;
}

/** A change of place below this is a fix that trembles, not a journey; projected metres, our default. */
const MOVE_METRES = 15;
/** Who has not changed place for this long stands still; ms of city time, our default. */
const HALT_MS = 60_000;

/** Draw order: what is out of date lowest, then the quiet, red on top. */
const ORDER: readonly Look[] = ["stale", ...TONES.toReversed()];

/** The markers of all visible point layers, kept in step with the model, in draw order. */
export class MarkerStore {
  private readonly byId = new Map<string, Marker>();
  private sorted: Marker[] | null = null;
  private specs = new Map<string, LayerSpec>();

  /** Which layers are drawn; everything is built anew from the model. */
  show(specs: readonly LayerSpec[], hidden: ReadonlySet<string>, model: CityModel): void {
    this.specs = new Map(specs.filter(({ name }) => !hidden.has(name)).map((each) => [each.name, each]));
    model.dirty = null;
    this.update(model);
  }

  /** Takes over what changed since the last call. */
  update(model: CityModel): void {
    if (model.dirty === null) {
      this.sorted = null;
      for (const { entity } of this.byId.values()) {
        if (!this.specs.has(entity.layer) || !model.entities.has(entity.id)) this.byId.delete(entity.id);
      }
      for (const name of this.specs.keys()) {
        for (const entity of model.layers.get(name)?.values() ?? []) this.put(entity);
      }
    } else {
      for (const id of model.dirty) {
        const entity = model.entities.get(id);
        if (entity === undefined) this.remove(id);
        else if (this.specs.has(entity.layer)) this.put(entity);
      }
    }
    model.dirty = new Set();
  }

  get(id: string): Marker | undefined {
    return this.byId.get(id);
  }

  inDrawOrder(): readonly Marker[] {
    this.sorted ??= this.sort();
    return this.sorted;
  }

  spec(layer: string): LayerSpec | undefined {
    return this.specs.get(layer);
  }

  private sort(): Marker[] {
    const heaps = new Map<Look, Marker[]>(ORDER.map((look) => [look, []]));
    for (const marker of this.byId.values()) heaps.get(marker.look)?.push(marker);
    return [...heaps.values()].flat();
  }

  private put(entity: Entity): void {
    if (entity.at === null) {
      this.remove(entity.id);
      return;
    }
    const spec = this.specs.get(entity.layer);
    const held = this.byId.get(entity.id);
    const placed = held?.entity.at?.[0] !== entity.at[0] || held.entity.at[1] !== entity.at[1];
    const [x = 0, y = 0] = placed ? fromLonLat([...entity.at]) : [held.x, held.y];
    const { heading, movedAt } = travel(held, x, y, Date.parse(entity.time));
    this.byId.set(entity.id, {
      entity,
      x,
      y,
      look: entity.stale ? "stale" : toneOf(spec, entity.level),
      // What drives about says so by itself, whatever its layer.
      symbol: heading === null ? (spec?.symbol ?? "dot") : "arrow",
      heading,
      movedAt,
    });
    this.sorted = null;
  }

  private remove(id: string): void {
    if (this.byId.delete(id)) this.sorted = null;
  }
}

/** Where to an entity is on its way, from its place before and now. */
function travel(held: Marker | undefined, x: number, y: number, time: number): Pick<Marker, "heading" | "movedAt"> {
  if (held === undefined) return { heading: null, movedAt: null };
  const [dx, dy] = [x - held.x, y - held.y];
  if (Math.hypot(dx, dy) >= MOVE_METRES) return { heading: sixteenth(dx, dy), movedAt: time };
  const halted = held.movedAt === null || time - held.movedAt > HALT_MS;
  return { heading: halted ? null : held.heading, movedAt: halted ? null : held.movedAt };
}

/** 0 for north, 4 for east. */
function sixteenth(dx: number, dy: number): number {
  return (Math.round((Math.atan2(dx, dy) / (2 * Math.PI)) * 16) + 16) % 16;
}
