import type { Alert, Entity, Player } from "./protocol";
import { Table } from "./table";

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
 * The city as this page knows it: tables and maps, changed in place by `applyFrame` alone.
 * Views watch the counters and not the tables, so 50,000 entities cost nothing to observe.
 */
export interface CityModel {
  /** The run of history; null before the first frame. */
  epoch: string | null;
  /** The entities by layer. */
  readonly tables: Map<string, Table>;
  /** Alerts of the queue: all that are not both cleared and acknowledged. */
  readonly alerts: Map<string, Alert>;
  /** Alerts that left the queue, the latest `CLOSED_KEPT` of them, for whoever still looks at one. */
  readonly closed: Map<string, Alert>;
  clock: ClockReading | null;
  /** How old the newest data was when its frame left the hub: ms of city time. */
  delayMs: number | null;
  ready: boolean | null;
  parts: Readonly<Record<string, unknown>>;
  /** Of a model of the past: what its player does. */
  player: Player | null;
  entityRevision: number;
  alertRevision: number;
  /** Grows when all tables were made anew. */
  generation: number;
}

/** Our default: more than one person has open, small enough to forget about. */
export const CLOSED_KEPT = 100;

export function emptyModel(): CityModel {
  return {
    epoch: null,
    tables: new Map(),
    alerts: new Map(),
    closed: new Map(),
    clock: null,
    delayMs: null,
    ready: null,
    parts: {},
    player: null,
    entityRevision: 0,
    alertRevision: 0,
    generation: 0,
  };
}

/** The layer is the part of an id before its first slash. */
const layerOf = (id: string): string => id.slice(0, Math.max(0, id.indexOf("/")));

export function entityOf(model: CityModel, id: string): Entity | undefined {
  const table = model.tables.get(layerOf(id));
  const slot = table?.slotOf(id);
  return slot === undefined ? undefined : table?.entity(slot);
}

export function entityCount(model: CityModel): number {
  let count = 0;
  for (const table of model.tables.values()) count += table.count;
  return count;
}

export function tableOf(model: CityModel, layer: string): Table {
  let table = model.tables.get(layer);
  if (table === undefined) {
    table = new Table(layer);
    model.tables.set(layer, table);
  }
  return table;
}

export function putEntity(model: CityModel, entity: Entity): void {
  tableOf(model, entity.layer).put(entity);
}

export function dropEntity(model: CityModel, id: string): void {
  const table = model.tables.get(layerOf(id));
  const slot = table?.slotOf(id);
  if (slot !== undefined) table?.remove(slot);
}

export function clearEntities(model: CityModel): void {
  model.tables.clear();
  model.generation += 1;
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
