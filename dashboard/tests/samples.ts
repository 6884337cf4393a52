import type { ColumnsFrame } from "../src/stream/columns";
import { Table } from "../src/stream/table";
import type { Alert, Answer, Assessment, DeltaFrame, Entity, IncidentFrame, SnapshotFrame } from "../src/stream/protocol";

export const CITY_TIME = "2026-11-23T08:00:00.000Z";

export function entity(name: string, change: Partial<Entity> = {}): Entity {
  return {
    id: `parking.lot/${name}`,
    layer: "parking.lot",
    v: 1,
    at: [123.458, 41.802],
    district: "210103",
    level: "free",
    title: name,
    time: CITY_TIME,
    stale: false,
    quality: [],
    data: { availableSpotNumber: 20 },
    ...change,
  };
}

export function table(...entities: Entity[]): Table {
  const made = new Table("parking.lot");
  for (const each of entities) made.put(each);
  return made;
}

export function alert(place: string, change: Partial<Alert> = {}): Alert {
  return {
    id: `parking/saturated/${place}#1`,
    scenario: "parking",
    kind: "saturated",
    kind_title: "商圈饱和",
    place,
    occurrence: 1,
    previous: null,
    level: "orange",
    title: `${place} 停车饱和`,
    text: "",
    at: [123.458, 41.802],
    district: "210103",
    entity: null,
    raised: CITY_TIME,
    updated: CITY_TIME,
    cleared: null,
    acknowledged: null,
    assessment: null,
    version: 1,
    exercise: false,
    ...change,
  };
}

export const acknowledgement = { by: "operator", at: CITY_TIME, opinion: "已核实" };

export const assessment = (answer: Answer): Assessment => ({ ...acknowledgement, answer });

export function snapshot(change: Partial<SnapshotFrame> = {}): SnapshotFrame {
  return {
    kind: "snapshot",
    epoch: "e1",
    seq: 41,
    incident_seq: 17,
    resumed: false,
    city_time: CITY_TIME,
    entities: [entity("a"), entity("b")],
    alerts: [alert("zhongjie")],
    ...change,
  };
}

export function delta(seq: number, change: Partial<DeltaFrame> = {}): DeltaFrame {
  return {
    kind: "delta",
    epoch: "e1",
    seq,
    prev: seq - 1,
    city_time: CITY_TIME,
    delay_ms: 12,
    upsert: [],
    remove: [],
    ...change,
  };
}

export function incident(seq: number, about: Alert, change: Partial<IncidentFrame> = {}): IncidentFrame {
  return { kind: "incident", epoch: "e1", seq, prev: seq - 1, alert: about, ...change };
}

/** A frame of no columns. */
export function columns(seq: number, prev: number | null): ColumnsFrame {
  return {
    kind: "columns", epoch: "e1", seq, prev, city_time: CITY_TIME, delay_ms: 12, remove: {}, batches: [], buffer: new ArrayBuffer(0),
  };
}

export interface PackedColumn {
  readonly name: string;
  readonly type: "f64" | "i32" | "u32" | "u8" | "dict";
  readonly numbers: readonly number[];
  readonly values?: readonly unknown[];
}

const ARRAYS = { f64: Float64Array, i32: Int32Array, u32: Uint32Array, u8: Uint8Array, dict: Uint32Array };

/** A columns frame as it comes over the wire. */
export function packed(
  seq: number,
  prev: number | null,
  batches: readonly { layer: string; columns: readonly PackedColumn[] }[],
  remove: Record<string, number[]> = {},
): ArrayBuffer {
  const body: number[] = [];
  const described = batches.map(({ layer, columns: all }) => ({
    layer,
    count: all[0]?.numbers.length ?? 0,
    columns: all.map(({ numbers, ...column }) => {
      const offset = body.length;
      body.push(...new Uint8Array(ARRAYS[column.type].from(numbers).buffer));
      while (body.length % 8 !== 0) body.push(0);
      return { ...column, offset };
    }),
  }));
  const header = { kind: "columns", epoch: "e1", seq, prev, city_time: CITY_TIME, delay_ms: 12, remove, batches: described };
  let text = new TextEncoder().encode(JSON.stringify(header));
  const room = text.length + ((8 - ((4 + text.length) % 8)) % 8);
  text = Uint8Array.from({ length: room }, (_, index) => text[index] ?? 32);
  return Uint8Array.from([room & 255, room >> 8, 0, 0, ...text, ...body]).buffer;
}
