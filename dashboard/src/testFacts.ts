import type { City } from "./city";
import type { Feed } from "./stream/feed";
import { entityCount } from "./stream/model";

/** Facts for tests in a browser; read-only, and nothing can be done with them. */
export interface TestFacts {
  readonly entities: number;
  readonly alerts: number;
  readonly frames: number;
  /** Milliseconds since navigation started. */
  readonly firstFrameAt: number | null;
  /** When the map was first drawn with points on it; milliseconds since navigation started. */
  readonly drawnAt: number | null;
  /** All alerts of the queue, as they stand here. */
  readonly queue: readonly { readonly id: string; readonly version: number }[];
  /** Snapshots fetched because something was missed. */
  readonly refetched: number;
}

export interface OwnFacts {
  firstFrameAt: number | null;
}

/** Noted by the map itself. */
export const mapFacts: { drawnAt: number | null } = { drawnAt: null };

export function noteDrawn(points: number): void {
  if (points > 0) mapFacts.drawnAt ??= performance.now();
}

declare global {
  interface Window {
    readonly __cityhub?: TestFacts;
  }
}

export function exposeFacts(city: City, live: Feed, own: OwnFacts): void {
  const facts: TestFacts = Object.freeze({
    get entities() {
      return entityCount(city.model);
    },
    get alerts() {
      return city.model.alerts.size;
    },
    get frames() {
      return live.facts.frames;
    },
    get firstFrameAt() {
      return own.firstFrameAt;
    },
    get drawnAt() {
      return mapFacts.drawnAt;
    },
    get queue() {
      return [...live.model.alerts.values()].map(({ id, version }) => ({ id, version }));
    },
    get refetched() {
      return live.facts.refetched;
    },
  });
  Object.defineProperty(window, "__cityhub", { value: facts, enumerable: false });
}
