import { clearEntities, dropEntity, putAlert, putEntity, tableOf, type CityModel } from "./model";
import type { ColumnsFrame } from "./columns";
import type { Frame, SnapshotFrame } from "./protocol";

/**
 * Takes one frame into the model; `Position` has seen to it that the frame follows. A function of
 * model, frame and `now` (ms) only: it reads no clock and does no I/O.
 */
export function applyFrame(model: CityModel, frame: Frame, now: number): void {
  switch (frame.kind) {
    case "hello":
      enterEpoch(model, frame.epoch);
      setClock(model, frame.city_time, now, frame.rate);
      model.delayMs = frame.delay_ms;
      model.player = frame.history ?? null;
      return;
    case "snapshot":
      { applySnapshot(model, frame, now); return; }
    case "delta":
      for (const entity of frame.upsert) putEntity(model, entity);
      for (const id of frame.remove) dropEntity(model, id);
      if (frame.upsert.length + frame.remove.length > 0) model.entityRevision += 1;
      model.delayMs = frame.delay_ms;
      { setClock(model, frame.city_time, now); return; }
    case "columns":
      { applyColumns(model, frame, now); return; }
    case "incident":
      { putAlert(model, frame.alert); return; }
    case "beat":
      setClock(model, frame.city_time, now, frame.history === undefined ? undefined : playedRate(frame.history));
      model.delayMs = frame.delay_ms;
      model.ready = frame.ready;
      model.parts = frame.parts ?? {};
      model.player = frame.history ?? null;
      return;
    case "bye":
      return;
  }
}

/** How fast the past goes by: not at all while it stands. */
const playedRate = ({ state, speed }: { state: string; speed: number }): number => (state === "playing" ? speed : 0);

function applySnapshot(model: CityModel, frame: SnapshotFrame, now: number): void {
  enterEpoch(model, frame.epoch);
  if (frame.entities !== undefined) {
    clearEntities(model);
    for (const entity of frame.entities) putEntity(model, entity);
    model.entityRevision += 1;
  }
  setClock(model, frame.city_time, now);
  if (frame.resumed) return;
  model.alerts.clear();
  for (const alert of frame.alerts) putAlert(model, alert);
  model.alertRevision += 1;
}

function applyColumns(model: CityModel, frame: ColumnsFrame, now: number): void {
  if (frame.prev === null) clearEntities(model);
  for (const [layer, slots] of Object.entries(frame.remove)) {
    const table = model.tables.get(layer);
    for (const slot of slots) table?.remove(slot);
  }
  for (const batch of frame.batches) tableOf(model, batch.layer).take(batch);
  model.entityRevision += 1;
  model.delayMs = frame.delay_ms;
  setClock(model, frame.city_time, now);
}

/** A new epoch means that history was lost: nothing that was shown before holds any more. */
function enterEpoch(model: CityModel, epoch: string): void {
  if (model.epoch === epoch) return;
  model.epoch = epoch;
  model.alerts.clear();
  model.closed.clear();
  clearEntities(model);
  model.entityRevision += 1;
  model.alertRevision += 1;
}

function setClock(model: CityModel, cityTime: string, now: number, rate?: number): void {
  const city = Date.parse(cityTime);
  if (Number.isNaN(city)) return;
  model.clock = { city, real: now, rate: rate ?? model.clock?.rate ?? 1 };
}
