/**
 * What travels on `/ws/city`, `/ws/history` and in `/api/scenarios`: JSON, snake_case, as the hub
 * writes it (binary telemetry: columns.ts). Instants are RFC 3339 UTC strings.
 */
import { decodeColumns, type ColumnsFrame } from "./columns";

/** 预警颜色, from grave to slight; the four warning colours of the national scheme. */
export type AlertLevel = "red" | "orange" | "yellow" | "blue";

/** How a level is drawn: a warning colour, or quiet. */
export type Tone = AlertLevel | "normal";

/** A value of an entity's data. Only scalars are drawn; anything else is shown as absent. */
export type DataValue = string | number | boolean | null | undefined | object;

/** Anything on the screen: a car park, a sign, an area, a tile. */
export interface Entity {
  readonly id: string;
  readonly layer: string;
  /** Grows with each change of the entity. */
  readonly v: number;
  /** Longitude and latitude, WGS-84 degrees. */
  readonly at: readonly [number, number] | null;
  readonly district: string | null;
  readonly level: string | null;
  readonly title: string;
  readonly time: string;
  /** The reading is older than three of its periods, or its device is offline: never show the number. */
  readonly stale: boolean;
  readonly quality: readonly string[];
  readonly data: Readonly<Record<string, DataValue>>;
}

export interface Acknowledgement {
  readonly by: string;
  readonly at: string;
  readonly opinion: string;
}

/** The answers of 研判: 真实, 误报, 待核. */
export type Answer = "real" | "false" | "pending";

export interface Assessment extends Acknowledgement {
  readonly answer: Answer;
}

export interface Shelving extends Acknowledgement {
  readonly until: string;
}

export interface Alert {
  /** `{scenario}/{kind}/{place}#{occurrence}` */
  readonly id: string;
  readonly scenario: string;
  readonly kind: string;
  readonly kind_title: string;
  readonly place: string;
  readonly occurrence: number;
  readonly previous: string | null;
  readonly level: AlertLevel;
  readonly title: string;
  readonly text: string;
  readonly at: readonly [number, number] | null;
  readonly district: string | null;
  readonly entity: string | null;
  readonly raised: string;
  readonly updated: string;
  readonly cleared: string | null;
  readonly acknowledged: Acknowledgement | null;
  /** The latest judgement of a person; a later one replaces it. */
  readonly assessment: Assessment | null;
  /** 搁置: put aside until a time; null or in the past: it is not. */
  readonly shelved?: Shelving | null;
  /** 意见 added to the record, the newest of them. */
  readonly notes?: readonly Acknowledgement[];
  readonly version: number;
  readonly exercise: boolean;
}

/** What the player of `/ws/history` does. */
export interface Player {
  readonly state: "playing" | "paused" | "seeking" | "ended";
  readonly speed: number;
  readonly from: string;
  readonly to: string;
}

interface Framed {
  readonly epoch: string;
  readonly seq: number;
}

export interface HelloFrame extends Framed {
  readonly kind: "hello";
  readonly protocol: number;
  readonly server_time: string;
  readonly city_time: string;
  readonly rate: number;
  readonly delay_ms: number | null;
  readonly history?: Player;
}

export interface SnapshotFrame extends Framed {
  readonly kind: "snapshot";
  readonly incident_seq: number;
  readonly resumed: boolean;
  readonly city_time: string;
  /** Absent where entities come in columns. */
  readonly entities?: readonly Entity[];
  readonly alerts: readonly Alert[];
}

export interface DeltaFrame extends Framed {
  readonly kind: "delta";
  readonly prev: number;
  readonly city_time: string;
  readonly delay_ms: number | null;
  readonly upsert: readonly Entity[];
  readonly remove: readonly string[];
}

export interface IncidentFrame extends Framed {
  readonly kind: "incident";
  readonly prev: number;
  readonly alert: Alert;
}

export interface BeatFrame extends Framed {
  readonly kind: "beat";
  readonly server_time: string;
  readonly city_time: string;
  readonly delay_ms: number | null;
  readonly ready: boolean;
  readonly parts?: Readonly<Record<string, unknown>>;
  readonly history?: Player;
}

export interface ByeFrame extends Framed {
  readonly kind: "bye";
  readonly reason: string;
}

export type Frame = HelloFrame | SnapshotFrame | DeltaFrame | ColumnsFrame | IncidentFrame | BeatFrame | ByeFrame;

/** What the page may say to the hub. */
export type Request =
  | { readonly kind: "snapshot" | "pause" }
  | { readonly kind: "ack"; readonly seq: number }
  | { readonly kind: "play"; readonly speed?: number }
  | { readonly kind: "seek"; readonly at: string }
  | { readonly kind: "step"; readonly seconds: number }
  | { readonly kind: "step"; readonly to: "incident" }
  | {
      readonly kind: "subscribe";
      readonly layers?: readonly string[];
      readonly districts?: readonly string[];
      readonly window?: readonly [number, number, number, number];
    };

const KINDS: ReadonlySet<unknown> = new Set(["hello", "snapshot", "delta", "incident", "beat", "bye"]);

/**
 * Reads one message. Returns null for whatever is not a frame of this protocol: the caller
 * counts it. The hub is trusted for the shape inside a frame; a proxy's error page is not a frame.
 */
export function parseFrame(text: unknown): Frame | null {
  if (text instanceof ArrayBuffer) return decodeColumns(text);
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return isFrame(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isFrame(value: unknown): value is Frame {
  if (typeof value !== "object" || value === null) return false;
  const { kind, epoch, seq } = value as Partial<Record<string, unknown>>;
  return KINDS.has(kind) && typeof epoch === "string" && typeof seq === "number";
}
