import { computed, inject, provide, ref, shallowRef, unref, type ComputedRef, type InjectionKey, type Ref, type ShallowRef } from "vue";
import { TILE_LAYER, type District, type LayerSpec, type Scenario, type TileSpec } from "./api/specs";
import { alertOf, emptyModel, entityOf, putAlert, type CityModel } from "./stream/model";
import type { Alert, Entity, Player } from "./stream/protocol";
import { Table } from "./stream/table";

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
  /** The city that is shown: live, or as it was. */
  readonly model: CityModel;
  /** Counts redraws after changed entities. */
  readonly dataTick: Ref<number>;
  /** Counts redraws after changed alerts. */
  readonly alertTick: Ref<number>;
  entity(id: string): Entity | undefined;
  table(layer: string): Table;
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
  readonly layers: ComputedRef<readonly LayerSpec[]>;
  readonly tiles: ComputedRef<readonly TileSpec[]>;
  readonly districts: ShallowRef<ReadonlyMap<string, District>>;
  /** 历史回放: what the player of the past does; null while the city is live. */
  readonly past: ShallowRef<Player | null>;
  /** Unacknowledged alerts of the living city, whatever is shown. */
  readonly liveWaiting: Ref<number>;
  /** An alert learnt from an answer over HTTP, ahead of its incident frame. */
  learnAlert(alert: Alert): void;
  /** Shows another model: of the living city or of the past. */
  show(model: CityModel): void;
}

const KEY: InjectionKey<City> = Symbol("city");

export const provideCity = (city: City): void => provide(KEY, city);

export function useCity(): City {
  const city = inject(KEY);
  if (city === undefined) throw new Error("no city was provided above this component");
  return city;
}

/** A city that nothing is known of yet. */
export function emptyCity(): City {
  let model = emptyModel();
  const dataTick = ref(0);
  const alertTick = ref(0);
  const scenarios = shallowRef<readonly Scenario[]>([]);
  /** The model as of a tick: reading the tick makes the reader follow it. */
  const asOf = (tick: Ref<number>): CityModel => {
    unref(tick);
    return model;
  };
  return {
    get model() {
      return model;
    },
    dataTick,
    alertTick,
    entity: (id) => entityOf(asOf(dataTick), id),
    table: (layer) => asOf(dataTick).tables.get(layer) ?? new Table(layer),
    alerts: () => asOf(alertTick).alerts,
    alert: (id) => alertOf(asOf(alertTick), id),
    now: ref(null),
    rate: ref(1),
    refetched: ref(0),
    unreadable: ref(0),
    link: shallowRef({ state: "down", silentSeconds: 0, everLive: false }),
    delayMs: ref(null),
    parts: shallowRef({}),
    scenarios,
    scenariosFailed: ref(false),
    layers: computed(() => scenarios.value.flatMap((each) => each.layers).filter((each) => each.name !== TILE_LAYER)),
    tiles: computed(() => scenarios.value.flatMap((each) => each.tiles)),
    districts: shallowRef(new Map()),
    past: shallowRef(null),
    liveWaiting: ref(0),
    learnAlert(alert) {
      putAlert(model, alert);
      alertTick.value += 1;
    },
    show(other) {
      model = other;
      dataTick.value += 1;
      alertTick.value += 1;
    },
  };
}
