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
