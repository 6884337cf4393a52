import { inject, provide, ref, shallowRef, unref, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { getDistricts, getScenarios } from "./api/client";
import { TILE_LAYER, type District, type LayerSpec, type Scenario, type TileSpec } from "./api/specs";
import { cityNow } from "./stream/cityClock";
import { backoffMs, browserSurroundings, Connection, SILENCE_MS } from "./stream/connection";
import { alertOf, emptyModel, putAlert, type CityModel } from "./stream/model";
import type { Alert, Entity, Frame } from "./stream/protocol";
import { applyFrame } from "./stream/reducer";

/** Above this delay the data is called late although frames come. Our default. */
export const LATE_MS = 10_000;
/** Clock, ages and connection state are looked at this often. */
const WATCH_MS = 250;

/** live: frames come. stale: frames come, but the hub is not ready or its data late. down: none come. */
export type LinkState = "live" | "stale" | "down";

export interface Link {
  readonly state: LinkState;
  /** Whole seconds without a frame. */
  readonly silentSeconds: number;
  /** A frame was seen since the page was opened. */
  readonly everLive: boolean;
}

/**
 * What the components share. The model itself is not reactive: its readers here (`entity`, `alert`,
 * …) watch the tick that counts redraws, so a computed that calls them follows the data.
 */
export interface City {
  readonly model: CityModel;
  /** Counts redraws after changed entities. */
  readonly dataTick: Ref<number>;
  /** Counts redraws after changed alerts. */
  readonly alertTick: Ref<number>;
  entity(id: string): Entity | undefined;
  entitiesOf(layer: string): ReadonlyMap<string, Entity>;
  /** The alerts of the queue, in no order. */
  alerts(): ReadonlyMap<string, Alert>;
  /** An alert of the queue, or one that has left it lately. */
  alert(id: string): Alert | undefined;
  /** City time in ms, renewed four times a second; null until known. */
  readonly now: Ref<number | null>;
  readonly link: ShallowRef<Link>;
  /** City seconds per real second. */
  readonly rate: Ref<number>;
  /** How old the newest data is, real ms. */
  readonly delayMs: Ref<number | null>;
  /** Snapshots fetched because something was missed on the way. */
  readonly refetched: Ref<number>;
  /** Messages that were no frame. */
  readonly unreadable: Ref<number>;
  readonly parts: ShallowRef<Readonly<Record<string, unknown>>>;
  readonly scenarios: ShallowRef<readonly Scenario[]>;
  readonly scenariosFailed: Ref<boolean>;
  readonly layers: ShallowRef<readonly LayerSpec[]>;
  readonly tiles: ShallowRef<readonly TileSpec[]>;
  readonly districts: ShallowRef<ReadonlyMap<string, District>>;
  /** An alert learnt from an answer over HTTP, ahead of its incident frame. */
  learnAlert(alert: Alert): void;
}

const KEY: InjectionKey<City> = Symbol("city");

export const provideCity = (city: City): void => provide(KEY, city);

export function useCity(): City {
  const city = inject(KEY);
  if (city === undefined) throw new Error("no city was provided above this component");
  return city;
}

const NOBODY: ReadonlyMap<string, Entity> = new Map();

/** A city that nothing is known of yet. */
export function emptyCity(): City {
  const model = emptyModel();
  const dataTick = ref(0);
  const alertTick = ref(0);
  /** The model as of a tick: reading the tick makes the reader follow it. */
  const asOf = (tick: Ref<number>): CityModel => {
    unref(tick);
    return model;
  };
  return {
    model,
    dataTick,
    alertTick,
    entity: (id) => asOf(dataTick).entities.get(id),
    entitiesOf: (layer) => asOf(dataTick).layers.get(layer) ?? NOBODY,
    alerts: () => asOf(alertTick).alerts,
    alert: (id) => alertOf(asOf(alertTick), id),
    now: ref(null),
    rate: ref(1),
    refetched: ref(0),
    unreadable: ref(0),
    link: shallowRef({ state: "down", silentSeconds: 0, everLive: false }),
    delayMs: ref(null),
    parts: shallowRef({}),
    scenarios: shallowRef([]),
    scenariosFailed: ref(false),
    layers: shallowRef([]),
    tiles: shallowRef([]),
    districts: shallowRef(new Map()),
    learnAlert(alert) {
      putAlert(model, alert);
      alertTick.value += 1;
    },
  };
}

/** The composition root: model, connection, declarations and the clock that drives the page. */
export function startCity(): City {
  const city = emptyCity();
  const redraw = redrawer(city);
  const connection: Connection = new Connection({
    url: streamUrl(window.location),
    surroundings: browserSurroundings(),
    resumePoint: () => resumePoint(city.model),
    onConnected: () => void loadDeclarations(city),
    onFrame(frame: Frame) {
      facts.firstFrameAt ??= performance.now();
      const effect = applyFrame(city.model, frame, Date.now());
      if (effect === "request-snapshot") connection.requestSnapshot();
      redraw();
      return effect === "snapshot-taken";
    },
  });
  const facts: { firstFrameAt: number | null } = { firstFrameAt: null };
  exposeFacts(city.model, connection, facts);
  connection.start();
  void loadDeclarations(city);
  setInterval(() => watch(city, connection), WATCH_MS);
  window.addEventListener("online", () => connection.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    connection.retryNow();
    redraw();
  });
  return city;
}

export function streamUrl(location: Location): string {
  return `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/city`;
}

function resumePoint(model: CityModel): { epoch: string; incidentSeq: number } | null {
  if (model.epoch === null || model.incidentSeq === null) return null;
  return { epoch: model.epoch, incidentSeq: model.incidentSeq };
}

/** Many frames, one redraw: on the next animation frame, and none at all in a hidden tab. */
function redrawer(city: City): () => void {
  let planned = false;
  let entities = -1;
  let alerts = -1;
  return () => {
    if (planned) return;
    planned = true;
    requestAnimationFrame(() => {
      planned = false;
      city.parts.value = city.model.parts;
      if (alerts !== city.model.alertRevision) {
        alerts = city.model.alertRevision;
        city.alertTick.value += 1;
      }
      if (entities !== city.model.entityRevision) {
        entities = city.model.entityRevision;
        city.dataTick.value += 1;
      }
    });
  };
}

function watch(city: City, connection: Connection): void {
  city.now.value = cityNow(city.model.clock, Date.now());
  city.rate.value = city.model.clock?.rate ?? 1;
  city.refetched.value = city.model.gaps.telemetry + city.model.gaps.incidents;
  city.unreadable.value = connection.unreadable;
  const silent = connection.silentFor;
  const everLive = connection.lastFrameAt !== null;
  const { delayMs, ready } = city.model;
  // The hub counts in city time; what an operator waits is real time.
  city.delayMs.value = delayMs === null ? null : delayMs / (city.rate.value || 1);
  const late = ready === false || (city.delayMs.value ?? 0) > LATE_MS;
  const state: LinkState = !everLive || silent > SILENCE_MS ? "down" : late ? "stale" : "live";
  const silentSeconds = state === "down" ? Math.floor(silent / 1000) : 0;
  const link = city.link.value;
  if (link.state === state && link.silentSeconds === silentSeconds && link.everLive === everLive) return;
  city.link.value = { state, silentSeconds, everLive };
}

/** Scenarios may be reloaded while the hub runs, so they are read again with each connection. */
const loadDeclarations = oneAtATime(async (city: City) => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      const [scenarios, districts] = await Promise.all([getScenarios(), getDistricts()]);
      city.scenarios.value = scenarios;
      city.layers.value = scenarios.flatMap((each) => each.layers).filter((each) => each.name !== TILE_LAYER);
      city.tiles.value = scenarios.flatMap((each) => each.tiles);
      city.districts.value = new Map(districts.map((each) => [each.code, each]));
      city.scenariosFailed.value = false;
      city.dataTick.value += 1;
      return;
    } catch {
      city.scenariosFailed.value = true; // said on the page; tried again until it works
      await new Promise((resolve) => setTimeout(resolve, backoffMs(attempt, Math.random())));
    }
  }
});

function oneAtATime<T>(run: (argument: T) => Promise<void>): (argument: T) => Promise<void> {
  let running: Promise<void> | null = null;
  return (argument) => {
    running ??= run(argument).finally(() => {
      running = null;
    });
    return running;
  };
}

/** Facts for tests in a browser; read-only, and nothing can be done with them. */
export interface TestFacts {
  readonly entities: number;
  readonly alerts: number;
  readonly frames: number;
  readonly lastSeq: number;
  /** Milliseconds since navigation started. */
  readonly firstFrameAt: number | null;
}

declare global {
  interface Window {
    readonly __cityhub?: TestFacts;
  }
}

function exposeFacts(model: CityModel, connection: Connection, own: { firstFrameAt: number | null }): void {
  const facts: TestFacts = Object.freeze({
    get entities() {
      return model.entities.size;
    },
    get alerts() {
      return model.alerts.size;
    },
    get frames() {
      return connection.frames;
    },
    get lastSeq() {
      return model.seq;
    },
    get firstFrameAt() {
      return own.firstFrameAt;
    },
  });
  Object.defineProperty(window, "__cityhub", { value: facts, enumerable: false });
}
