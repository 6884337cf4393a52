import { NOWHERE, valueAt, type Batch, type Column } from "./columns";
import { mercatorX, mercatorY } from "./mercator";
import type { DataValue, Entity } from "./protocol";

/** Ten-millionths of a degree. */
const DEGREE = 1e7;
const FIRST_ROOM = 64;

/** A field of the entities: numbers (NaN: none) as long as nothing else came, else anything. */
type Values = Float64Array | DataValue[];

/**
 * The entities of one layer, by slot and column: what 50,000 of them cost is a few arrays. An
 * `Entity` is made of a slot only for whoever wants to read one.
 */
export class Table {
  /** Slots in use. */
  count = 0;
  /** One more than the highest slot that ever was in use. */
  end = 0;
  /** Slots changed or removed since the map last looked; null: all of them. */
  dirty: Set<number> | null = null;
  /** Projected metres; NaN for what has no place, and for slots that are free. */
  x = new Float64Array(FIRST_ROOM).fill(Number.NaN);
  y = new Float64Array(FIRST_ROOM).fill(Number.NaN);
  /** Milliseconds since 1970. */
  time = new Float64Array(FIRST_ROOM);
  stale = new Uint8Array(FIRST_ROOM);
  private v = new Float64Array(FIRST_ROOM);
  private lng = new Int32Array(FIRST_ROOM);
  private lat = new Int32Array(FIRST_ROOM);
  private readonly ids: (string | null)[] = [];
  private readonly titles: string[] = [];
  private readonly levels: (string | null)[] = [];
  private readonly districts: (string | null)[] = [];
  private readonly qualities: (readonly string[])[] = [];
  private readonly fields = new Map<string, Values>();
  private readonly slots = new Map<string, number>();
  private readonly free: number[] = [];

  constructor(readonly layer: string) {}

  /** The slots that are in use. */
  *used(): Generator<number> {
    for (let slot = 0; slot < this.end; slot += 1) if (this.ids[slot] != null) yield slot;
  }

  slotOf(id: string): number | undefined {
    return this.slots.get(id);
  }

  id(slot: number): string | null {
    return this.ids[slot] ?? null;
  }

  title(slot: number): string {
    return this.titles[slot] ?? "";
  }

  level(slot: number): string | null {
    return this.levels[slot] ?? null;
  }

  district(slot: number): string | null {
    return this.districts[slot] ?? null;
  }

  /** Longitude and latitude in degrees; null for what has no place. */
  place(slot: number): [number, number] | null {
    const lng = this.lng[slot] ?? NOWHERE;
    return lng === NOWHERE ? null : [lng / DEGREE, (this.lat[slot] ?? 0) / DEGREE];
  }

  isStale(slot: number): boolean {
    return this.stale[slot] === 1;
  }

  value(slot: number, field: string): DataValue {
    const value = this.fields.get(field)?.[slot];
    return typeof value === "number" && Number.isNaN(value) ? null : value;
  }

  entity(slot: number): Entity | undefined {
    const id = this.ids[slot];
    if (id == null) return undefined;
    const data: Record<string, DataValue> = {};
    for (const name of this.fields.keys()) data[name] = this.value(slot, name);
    return {
      id,
      layer: this.layer,
      v: this.v[slot] ?? 0,
      at: this.place(slot),
      district: this.district(slot),
      level: this.level(slot),
      title: this.title(slot),
      time: new Date(this.time[slot] ?? 0).toISOString(),
      stale: this.isStale(slot),
      quality: this.qualities[slot] ?? [],
      data,
    };
  }

  /** Takes a batch of columns in. */
  take(batch: Batch): void {
    const slots = batch.columns.find(({ name }) => name === "slot")?.numbers;
    if (slots === undefined) return;
    for (const slot of slots) this.makeRoom(slot + 1);
    const ids = batch.columns.find(({ name }) => name === "id");
    if (ids !== undefined) for (let n = 0; n < batch.count; n += 1) this.occupy(slots[n] ?? 0, String(valueAt(ids, n)));
    for (const column of batch.columns) this.fill(column, slots);
    if (batch.columns.some(({ name }) => name === "lng" || name === "lat")) for (const slot of slots) this.project(slot);
    if (this.dirty !== null) for (const slot of slots) this.dirty.add(slot);
  }

  /** Takes one entity in, unless a newer version of it is held. */
  put(entity: Entity): void {
    const held = this.slots.get(entity.id);
    if (held !== undefined && (this.v[held] ?? 0) > entity.v) return;
    const slot = held ?? this.free.pop() ?? this.end;
    this.makeRoom(slot + 1);
    this.occupy(slot, entity.id);
    this.v[slot] = entity.v;
    this.time[slot] = Date.parse(entity.time);
    this.stale[slot] = entity.stale ? 1 : 0;
    this.lng[slot] = entity.at === null ? NOWHERE : Math.round(entity.at[0] * DEGREE);
    this.lat[slot] = entity.at === null ? NOWHERE : Math.round(entity.at[1] * DEGREE);
    this.titles[slot] = entity.title;
    this.levels[slot] = entity.level;
    this.districts[slot] = entity.district;
    this.qualities[slot] = entity.quality;
    for (const name of this.fields.keys()) this.set(name, slot, undefined);
    for (const [name, value] of Object.entries(entity.data)) this.set(name, slot, value);
    this.project(slot);
    this.dirty?.add(slot);
  }

  remove(slot: number): void {
    const id = this.ids[slot];
    if (id == null) return;
    this.ids[slot] = null;
    this.slots.delete(id);
    this.free.push(slot);
    this.count -= 1;
    this.x[slot] = this.y[slot] = Number.NaN;
    for (const values of this.fields.values()) values[slot] = Number.NaN;
    this.dirty?.add(slot);
  }

  private occupy(slot: number, id: string): void {
    const before = this.ids[slot];
    if (before === id) return;
    if (before != null) this.slots.delete(before);
    else this.count += 1;
    this.ids[slot] = id;
    this.slots.set(id, slot);
  }

  private fill(column: Column, slots: ArrayLike<number>): void {
    const target = this.target(column.name);
    if (target !== null) {
      for (let n = 0; n < slots.length; n += 1) target[slots[n] ?? 0] = column.numbers[n] ?? Number.NaN;
      return;
    }
    const words = this.words(column.name);
    for (let n = 0; n < slots.length; n += 1) {
      const value = valueAt(column, n) as DataValue;
      if (words !== null) words[slots[n] ?? 0] = value;
      else if (column.name.startsWith("data.")) this.set(column.name.slice("data.".length), slots[n] ?? 0, value);
    }
  }

  private target(name: string): Float64Array | Int32Array | Uint8Array | null {
    switch (name) {
      case "v":
        return this.v;
      case "time":
        return this.time;
      case "stale":
        return this.stale;
      case "lng":
        return this.lng;
      case "lat":
        return this.lat;
      default:
        return null;
    }
  }

  private words(name: string): unknown[] | null {
    switch (name) {
      case "title":
        return this.titles;
      case "level":
        return this.levels;
      case "district":
        return this.districts;
      case "quality":
        return this.qualities;
      default:
        return null;
    }
  }

  private set(name: string, slot: number, value: DataValue): void {
    let values = this.fields.get(name);
    const number = typeof value === "number" || value === null || value === undefined;
    if (values === undefined) {
      values = number ? new Float64Array(this.x.length).fill(Number.NaN) : [];
      this.fields.set(name, values);
    }
    if (values instanceof Float64Array && !number) {
      values = Array.from(values);
      this.fields.set(name, values);
    }
    if (values instanceof Float64Array) values[slot] = (value as number | null | undefined) ?? Number.NaN;
    else values[slot] = value;
  }

  private project(slot: number): void {
    const lng = this.lng[slot] ?? NOWHERE;
    this.x[slot] = lng === NOWHERE ? Number.NaN : mercatorX(lng / DEGREE);
    this.y[slot] = lng === NOWHERE ? Number.NaN : mercatorY((this.lat[slot] ?? 0) / DEGREE);
  }

  private makeRoom(end: number): void {
    this.end = Math.max(this.end, end);
    if (end <= this.x.length) return;
    const room = Math.max(end, this.x.length * 2);
    const grown = <T extends { set(from: ArrayLike<number>): void }>(made: T, from: ArrayLike<number>): T => {
      made.set(from);
      return made;
    };
    const doubles = (from: Float64Array): Float64Array<ArrayBuffer> => grown(new Float64Array(room).fill(Number.NaN), from);
    this.x = doubles(this.x);
    this.y = doubles(this.y);
    this.time = doubles(this.time);
    this.v = doubles(this.v);
    this.stale = grown(new Uint8Array(room), this.stale);
    this.lng = grown(new Int32Array(room), this.lng);
    this.lat = grown(new Int32Array(room), this.lat);
    for (const [name, values] of this.fields) if (values instanceof Float64Array) this.fields.set(name, doubles(values));
  }
}
