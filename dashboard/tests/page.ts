import { afterEach } from "vitest";
import { createApp, defineComponent, h, nextTick, type App, type Component } from "vue";
import type { FieldSpec, LayerSpec, LevelSpec, Scenario, TileSpec } from "../src/api/specs";
import { emptyCity, provideCity, type City } from "../src/city";
import { provideDesk, type Desk } from "../src/desk";
import { putEntity } from "../src/stream/model";
import type { Entity, Tone } from "../src/stream/protocol";
import { CITY_TIME } from "./samples";

const level = (name: string, title: string, tone: Tone): LevelSpec => ({ name, title, title_en: name, tone });
const field = (name: string, title: string, kind: FieldSpec["kind"], unit = ""): FieldSpec => ({
  name,
  title,
  title_en: name,
  unit,
  kind,
});

export const LOTS: LayerSpec = {
  name: "parking.lot",
  title: "停车场",
  title_en: "Car parks",
  geometry: "point",
  levels: [level("free", "空闲", "normal"), level("full", "满位", "orange")],
  fields: [field("availableSpotNumber", "空余泊位", "number", "个"), field("areaName", "商圈", "text")],
};
export const AREAS: LayerSpec = { ...LOTS, name: "parking.area", title: "商圈", title_en: "Areas", geometry: "none" };
export const SIGNS: LayerSpec = { ...LOTS, name: "parking.sign", title: "诱导屏", title_en: "Signs" };
export const RAIN: LayerSpec = { ...LOTS, name: "emergency.rain", title: "雨量站", title_en: "Rain gauges" };
export const TILE: TileSpec = {
  name: "parking.free",
  title: "剩余泊位",
  title_en: "",
  unit: "个",
  layer: "parking.lot",
  format: "number",
};
export const SCENARIOS: readonly Scenario[] = [
  { name: "emergency", title: "应急", description: "", layers: [RAIN], tiles: [] },
  { name: "parking", title: "好停车", description: "", layers: [LOTS, AREAS, SIGNS], tiles: [TILE] },
];

let app: App | null = null;

function leave(): void {
  app?.unmount();
  document.body.replaceChildren();
}

afterEach(leave);

export interface Page {
  readonly city: City;
  readonly desk: Desk;
  readonly text: () => string;
}

/** Mounts a component, alone, in a city as it stands one minute after the samples. */
export async function page(component: Component, props: object, ...entities: Entity[]): Promise<Page> {
  leave();
  const city = emptyCity();
  city.scenarios.value = SCENARIOS;
  city.now.value = Date.parse(CITY_TIME) + 60_000;
  city.link.value = { state: "live", silentSeconds: 0, everLive: true };
  for (const each of entities) putEntity(city.model, each);
  const held: { desk?: Desk } = {};
  const root = document.body.appendChild(document.createElement("div"));
  app = createApp(
    defineComponent(() => {
      provideCity(city);
      held.desk = provideDesk();
      return () => h(component, props);
    }),
  );
  app.mount(root);
  await nextTick();
  if (held.desk === undefined) throw new Error("not mounted");
  return { city, desk: held.desk, text: () => root.textContent };
}

/** An element of the page by its test id, and by further attributes. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the test knows which element it is
export function found<T extends HTMLElement = HTMLElement>(testId: string, further = ""): T {
  const element = document.querySelector<T>(`[data-testid="${testId}"]${further}`);
  if (element === null) throw new Error(`no ${testId}${further} on the page`);
  return element;
}
