import { fromLonLat } from "ol/proj.js";
import { toneOf, type LayerSpec } from "../api/specs";
import type { CityModel } from "../stream/model";
import type { Entity } from "../stream/protocol";
import { quietLook, type Look } from "./glyphs";
import { TONES } from "./palette";

/** A point entity, projected once, with what drawing needs of it. */
export interface Marker {
  readonly entity: Entity;
  /** Web Mercator metres. */
  readonly x: number;
  readonly y: number;
  readonly look: Look;
}

/** Draw order: what is out of date lowest, then the quiet, red on top. */
const ORDER: readonly Look[] = ["stale", "plus", "bar", "tick", ...TONES.toReversed()];

/** The markers of all visible point layers, kept in step with the model, in draw order. */
export class MarkerStore {
  private readonly byId = new Map<string, Marker>();
  private sorted: Marker[] | null = null;
  private specs = new Map<string, LayerSpec>();
  private quiet = new Map<string, Look>();

  /** Which layers are drawn; everything is built anew from the model. */
  show(specs: readonly LayerSpec[], hidden: ReadonlySet<string>, model: CityModel): void {
    this.quiet = new Map(specs.map((each, index) => [each.name, quietLook(index)]));
    this.specs = new Map(specs.filter(({ name }) => !hidden.has(name)).map((each) => [each.name, each]));
    model.dirty = null;
    this.update(model);
  }

  /** Takes over what changed since the last call. */
  update(model: CityModel): void {
    if (model.dirty === null) {
      this.byId.clear();
      this.sorted = null;
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
    const held = this.byId.get(entity.id);
    const moved = held?.entity.at?.[0] !== entity.at[0] || held.entity.at[1] !== entity.at[1];
    const [x = 0, y = 0] = moved ? fromLonLat([...entity.at]) : [held.x, held.y];
    this.byId.set(entity.id, { entity, x, y, look: this.lookOf(entity) });
    this.sorted = null;
  }

  private lookOf({ stale, layer, level }: Entity): Look {
    if (stale) return "stale";
    const tone = toneOf(this.specs.get(layer), level);
    return tone === "normal" ? (this.quiet.get(layer) ?? "normal") : tone;
  }

  private remove(id: string): void {
    if (this.byId.delete(id)) this.sorted = null;
  }
}
