import type { Frame, Request } from "./protocol";

/** What the page tells the worker that holds its line to the hub. */
export type ToWorker =
  | { readonly type: "open"; readonly url: string; readonly query: Readonly<Record<string, string>> }
  | { readonly type: "say"; readonly request: Request }
  /** A columns frame was taken in: the next one may come. */
  | { readonly type: "took"; readonly seq: number }
  /** Telemetry is wanted, or not (nobody sees it): incidents come in any case. */
  | { readonly type: "telemetry"; readonly wanted: boolean }
  | { readonly type: "retry" }
  | { readonly type: "close" };

/** Counts of what went wrong on the line. */
export interface LineFacts {
  readonly frames: number;
  readonly unreadable: number;
  readonly refetched: number;
}

/** What the worker hands over: frames that follow one another, each at once. */
export type FromWorker =
  | { readonly type: "connected" }
  | { readonly type: "frame"; readonly frame: Frame; readonly facts: LineFacts };
