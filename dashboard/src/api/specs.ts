import type { Tone } from "../stream/protocol";

/** One level of a layer, as its scenario declares it. */
export interface LevelSpec {
  readonly name: string;
  readonly title: string;
  readonly title_en: string;
  readonly tone: Tone;
}

export type FieldKind = "number" | "percent" | "text" | "time" | "boolean";

/** One field of a layer's entities; the first one declared is the headline. */
export interface FieldSpec {
  readonly name: string;
  readonly title: string;
  readonly title_en: string;
  readonly unit: string;
  readonly kind: FieldKind;
}

/** The shape of a layer's points, where its scenario declares one; a dot otherwise. */
export type LayerSymbol = "dot" | "square" | "cross" | "triangle" | "arrow";

/** A layer: on the map when its geometry is a point, else as rows of the list only. */
export interface LayerSpec {
  readonly name: string;
  readonly title: string;
  readonly title_en: string;
  readonly geometry: "point" | "none";
  readonly symbol?: LayerSymbol;
  readonly levels: readonly LevelSpec[];
  readonly fields: readonly FieldSpec[];
  readonly charts?: readonly ChartSpec[];
}

/** Lines over the last hours of an entity, in its detail card; `span` in seconds. */
export interface ChartSpec {
  readonly name: string;
  readonly title: string;
  readonly title_en: string;
  readonly fields: readonly string[];
  readonly span: number;
}

/**
 * A figure of the city; its value is the entity `tile/{name}` with data `{value, of, stale}`:
 * what the figure is, of how many entities, and how many were left out because they are stale.
 */
export interface TileSpec {
  readonly name: string;
  readonly title: string;
  readonly title_en: string;
  readonly unit: string;
  readonly layer: string;
  readonly format: "number" | "percent";
  /** From this value on it wants attention. */
  readonly above?: number | null;
  /** Under this value it does. */
  readonly below?: number | null;
}

export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly title_en?: string;
  readonly description: string;
  readonly layers: readonly LayerSpec[];
  readonly tiles: readonly TileSpec[];
  /** How it fares: quarantined ones are not run until somebody releases them. */
  readonly state?: "loaded" | "failing" | "quarantined";
  readonly failing?: readonly { readonly handler: string }[];
}

export interface District {
  readonly code: string;
  readonly name: string;
  readonly name_en: string;
  /** Longitude and latitude, WGS-84. */
  readonly center: readonly [number, number];
}

export const TILE_LAYER = "tile";

/** The tone of a level of a layer; an unknown or absent level is quiet. */
export function toneOf(layer: LayerSpec | undefined, level: string | null): Tone {
  return levelOf(layer, level)?.tone ?? "normal";
}

export function levelOf(layer: LayerSpec | undefined, level: string | null): LevelSpec | undefined {
  return level === null ? undefined : layer?.levels.find((each) => each.name === level);
}
