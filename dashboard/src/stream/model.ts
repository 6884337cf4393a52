import type { Alert, Entity } from "./protocol";

/** City time: known at one real instant, running at `rate` from there. */
export interface ClockReading {
  /** City time, ms since the Unix epoch. */
  readonly city: number;
  /** This machine's clock when the reading arrived, ms. */
  readonly real: number;
  /** City seconds per real second. */
  readonly rate: number;
}

/**
 * The city as this page knows it: plain maps, changed in place by `applyFrame` alone.
 * Views watch the counters and not the maps, so 50,000 entities cost nothing to observe.
 */
export interface CityModel {
  /** The run of history the sequences below belong to; null before the first frame. */
  epoch: string | null;
  /** Sequence of the last telemetry frame taken in. */
  seq: number;
  /** Sequence of the last incident taken in; null until a snapshot gave one. */
  incidentSeq: number | null;
  /** A gap was seen and a new snapshot asked for: deltas are skipped until it comes. */
  awaitingSnapshot: boolean;
  readonly entities: Map<string, Entity>;
  /** The entities again, by layer. */
  readonly layers: Map<string, Map<string, Entity>>;
  /** Alerts of the queue: all that are not both cleared and acknowledged. */
  readonly alerts: Map<string, Alert>;
  /** Alerts that left the queue, the latest `CLOSED_KEPT` of them, for whoever still looks at one. */
  readonly closed: Map<string, Alert>;
  /** Ids of entities changed or removed since the map last drew; null means: all of them. */
  dirty: Set<string> | null;
  clock: ClockReading | null;
  /** How old the newest data was when its frame left the hub: ms of city time. */
  delayMs: number | null;
  ready: boolean | null;
  parts: Readonly<Record<string, unknown>>;
  entityRevision: number;
  alertRevision: number;
  /** Telemetry frames missed, incidents missed, incidents that came twice. */
  readonly gaps: { telemetry: number; incidents: number; repeated: number };
}

/** Our default: more than one person has open, small enough to forget about. */
export const CLOSED_KEPT = 100;

export function emptyModel(): CityModel {
  return {
    epoch: null,
    seq: 0,
    incidentSeq: null,
    awaitingSnapshot: false,
    entities: new Map(),
    layers: new Map(),
    alerts: new Map(),
    closed: new Map(),
    dirty: null,
    clock: null,
    delayMs: null,
    ready: null,
    parts: {},
    entityRevision: 0,
    alertRevision: 0,
    gaps: { telemetry: 0, incidents: 0, repeated: 0 },
  };
}

/** Takes in an entity unless a newer version is held. */
export function putEntity(model: CityModel, entity: Entity): void {
  const held = model.entities.get(entity.id);
  if (held !== undefined && held.v > entity.v) return;
  model.entities.set(entity.id, entity);
  let layer = model.layers.get(entity.layer);
  if (layer === undefined) {
    layer = new Map();
    model.layers.set(entity.layer, layer);
  }
  layer.set(entity.id, entity);
  model.dirty?.add(entity.id);
}

export function dropEntity(model: CityModel, id: string): void {
  const held = model.entities.get(id);
  if (held === undefined) return;
  model.entities.delete(id);
  model.layers.get(held.layer)?.delete(id);
  model.dirty?.add(id);
}

export function clearEntities(model: CityModel): void {
  model.entities.clear();
  model.layers.clear();
  model.dirty = null;
}

/** Takes in an alert unless a newer version is held; one both cleared and acknowledged leaves. */
export function putAlert(model: CityModel, alert: Alert): void {
  const held = alertOf(model, alert.id);
  if (held !== undefined && held.version > alert.version) return;
  model.alerts.delete(alert.id);
  model.closed.delete(alert.id);
  if (alert.cleared === null || alert.acknowledged === null) model.alerts.set(alert.id, alert);
  else keepClosed(model, alert);
  model.alertRevision += 1;
}

export function alertOf(model: CityModel, id: string): Alert | undefined {
  return model.alerts.get(id) ?? model.closed.get(id);
}

function keepClosed(model: CityModel, alert: Alert): void {
  model.closed.set(alert.id, alert);
  for (const oldest of model.closed.keys()) {
    if (model.closed.size <= CLOSED_KEPT) return;
    model.closed.delete(oldest);
  }
}
