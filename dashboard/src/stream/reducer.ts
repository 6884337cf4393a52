import { clearEntities, dropEntity, putAlert, putEntity, type CityModel } from "./model";
import type { BeatFrame, DeltaFrame, Frame, HelloFrame, IncidentFrame, SnapshotFrame } from "./protocol";

/** What the connection has to do after a frame. */
export type Effect = "none" | "request-snapshot" | "snapshot-taken" | "closing";

/**
 * Takes one frame into the model. A function of model, frame and `now` (ms) only: it reads no
 * clock and does no I/O, so the same frames give the same city.
 */
export function applyFrame(model: CityModel, frame: Frame, now: number): Effect {
  switch (frame.kind) {
    case "hello":
      return applyHello(model, frame, now);
    case "snapshot":
      return applySnapshot(model, frame, now);
    case "delta":
      return applyDelta(model, frame, now);
    case "incident":
      return applyIncident(model, frame);
    case "beat":
      return applyBeat(model, frame, now);
    case "bye":
      return "closing";
  }
}

function applyHello(model: CityModel, frame: HelloFrame, now: number): Effect {
  enterEpoch(model, frame.epoch);
  setClock(model, frame.city_time, now, frame.rate);
  model.delayMs = frame.delay_ms;
  return "none";
}

function applySnapshot(model: CityModel, frame: SnapshotFrame, now: number): Effect {
  enterEpoch(model, frame.epoch);
  clearEntities(model);
  for (const entity of frame.entities) putEntity(model, entity);
  model.entityRevision += 1;
  model.seq = frame.seq;
  model.awaitingSnapshot = false;
  setClock(model, frame.city_time, now);
  if (frame.resumed) {
    // The missed incidents follow one by one; our own place in them stays where it is.
    model.incidentSeq ??= frame.incident_seq;
  } else {
    model.alerts.clear();
    for (const alert of frame.alerts) putAlert(model, alert);
    model.alertRevision += 1;
    model.incidentSeq = frame.incident_seq;
  }
  return "snapshot-taken";
}

function applyDelta(model: CityModel, frame: DeltaFrame, now: number): Effect {
  if (model.awaitingSnapshot) return "none";
  if (frame.epoch === model.epoch && frame.seq <= model.seq) return "none";
  if (frame.epoch !== model.epoch || frame.prev !== model.seq) {
    model.gaps.telemetry += 1;
    return askSnapshot(model);
  }
  for (const entity of frame.upsert) putEntity(model, entity);
  for (const id of frame.remove) dropEntity(model, id);
  if (frame.upsert.length + frame.remove.length > 0) model.entityRevision += 1;
  model.seq = frame.seq;
  model.delayMs = frame.delay_ms;
  setClock(model, frame.city_time, now);
  return "none";
}

function applyIncident(model: CityModel, frame: IncidentFrame): Effect {
  if (frame.epoch !== model.epoch || model.incidentSeq === null) {
    return model.awaitingSnapshot ? "none" : askSnapshot(model);
  }
  if (frame.seq <= model.incidentSeq) {
    model.gaps.repeated += 1;
    return "none";
  }
  // Even behind a gap the alert itself is true and newer: show it, then fetch what is missing.
  const gap = frame.prev !== model.incidentSeq;
  putAlert(model, frame.alert);
  if (!gap) {
    model.incidentSeq = frame.seq;
    return "none";
  }
  if (model.awaitingSnapshot) return "none";
  model.gaps.incidents += 1;
  return askSnapshot(model);
}

function applyBeat(model: CityModel, frame: BeatFrame, now: number): Effect {
  setClock(model, frame.city_time, now);
  model.delayMs = frame.delay_ms;
  model.ready = frame.ready;
  model.parts = frame.parts ?? {};
  if (frame.epoch === model.epoch || model.awaitingSnapshot) return "none";
  return askSnapshot(model);
}

/** A new epoch means that history was lost: nothing numbered before holds any more. */
function enterEpoch(model: CityModel, epoch: string): void {
  if (model.epoch === epoch) return;
  model.epoch = epoch;
  model.seq = 0;
  model.incidentSeq = null;
  model.alerts.clear();
  model.closed.clear();
  clearEntities(model);
  model.entityRevision += 1;
  model.alertRevision += 1;
}

function askSnapshot(model: CityModel): Effect {
  model.awaitingSnapshot = true;
  return "request-snapshot";
}

function setClock(model: CityModel, cityTime: string, now: number, rate?: number): void {
  const city = Date.parse(cityTime);
  if (Number.isNaN(city)) return;
  model.clock = { city, real: now, rate: rate ?? model.clock?.rate ?? 1 };
}
